"""The list of influencers: searched, filtered, sorted, by pages; and how many match."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from crm import queries
from crm.models import Segment
from crm.policies.filters import Filters
from crm.policies.segments import may_change_segment
from crm.queries.columns import layout_of
from crm.queries.filters import read_address
from crm.queries.segments import Budget, count_kept, counted_in_words, segments_of
from crm.services.bulk.kinds import BulkKind, BulkPage, offered
from crm.views.asked import Asked, read_request, shown_chips
from crm.views.frame import address, allowances, sees_money
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can

# The segments that every organization begins with: key, name, filters.
GIVEN: tuple[tuple[str, str, list[str]], ...] = (
    ("", "All", []),
    ("authenticated", "Authenticated", ["kind:authenticated_ttcm,authenticated_non_ttcm"]),
    ("ending", "Permission ends soon", ["grant:today..+30d"]),
    ("unsupported", "Unsupported", ["kind:unsupported"]),
)
# The words for each of them while nobody is in it: title, text.
NOBODY_IN = {
    "authenticated": (
        "Nobody has connected TikTok yet",
        "Creators appear here once they have connected their TikTok account. Ask them on their page, or select several in the list.",
    ),
    "ending": (
        "No permission ends soon",
        "Creators appear here 30 days before their permission to read their TikTok account ends.",
    ),
    "unsupported": (
        "No unsupported accounts",
        "Creators appear here when TikTok no longer lets us track their account.",
    ),
}
NOBODY_IN_SAVED = (
    "Nobody is in this segment",
    "No creator matches all its filters now. Whoever matches them later appears here by themselves.",
)

# Saved segments that stand as tabs, with their counts; the others are in a menu.
MOST_TABS = 12
# The orders that phones offer, where no headings stand.
ORDERS = (
    ("name", "Name"),
    ("-followers", "Most followers"),
    ("-views", "Most average views"),
    ("-engagement", "Highest engagement rate"),
    ("-growth", "Fastest growth in 30 days"),
    ("-likes", "Most likes"),
    ("-videos", "Most videos"),
    ("-posted", "Latest post"),
    ("-active", "Latest activity"),
    ("grant", "Permission ends first"),
    ("-id", "Added last"),
)
BY_MATCH = ((queries.MATCH, "Best match"),)


@dataclass(frozen=True)
class Tab:
    """A segment as a tab of the list. `saved`: the row behind it, of those that members saved."""

    key: str
    name: str
    filters: list[str]
    sort: str
    href: str
    is_current: bool
    saved: Segment | None = None
    count: str = ""


@staff_page(Permission.READ)
def influencers(request: OrganizationRequest) -> HttpResponse:
    """Search, filter, sort and page; htmx gets the table only, with what tells of the outcome unless it turns a page."""
    asked = read_request(request)
    layout = layout_of(request.user, sees_money=sees_money(request))
    page = queries.influencer_page(
        search=asked.search,
        reading=asked.reading,
        asker=asked.asker,
        sort=asked.own or asked.sort,
        cursor=request.GET.get("cursor", ""),
        columns=layout.columns,
    )
    allowed = allowances(request)
    is_whole = not request.htmx
    is_asked_anew = bool(request.htmx) and "cursor" not in request.GET
    tabs = (
        _tabs(asked, with_saved=is_whole or asked.segment.isdecimal())
        if is_whole or is_asked_anew
        else []
    )
    current = next((tab for tab in tabs if tab.is_current), None)
    is_news = is_whole and not asked.is_narrowed
    invited = queries.invitations_without_account() if is_news else []
    is_changed = current is not None and not _is_as_saved(current, asked)
    context = {
        **allowed,
        "bulk": _offered(request, asked) if is_whole else [],
        "page": page,
        "layout": layout,
        "oldest": min(filter(None, (row.read_at for row in page.rows)), default=None),
        "orders": BY_MATCH + ORDERS if asked.sort == queries.MATCH else ORDERS,
        "asked": asked,
        "chips": shown_chips(asked),
        "problems": asked.reading.filters.problems,
        "tabs": _shown_tabs(tabs),
        "more_tabs": _more_tabs(tabs),
        "current": current,
        "may_change_segment": current is not None
        and current.saved is not None
        and may_change_segment(request.membership, current.saved),
        "is_changed": is_changed,
        "nobody_in": _nobody_in(current) if current and not is_changed else None,
        "is_released": asked.asker.is_released,
        "is_narrowed": asked.is_narrowed,
        "is_asked_anew": is_asked_anew,
        "has_conditions": bool(asked.reading.filters.conditions),
        "joined": [each for each in invited if each.is_in_marketplace],
        "waiting": [each for each in invited if not each.is_in_marketplace],
    }
    template = "list" if is_whole else "table"
    response = render(request, f"staff/crm/influencers/{template}.html", context)
    patch_vary_headers(response, ("HX-Request",))
    return response


def _offered(request: OrganizationRequest, asked: Asked) -> list[BulkKind | BulkPage]:
    """The actions on a selection for this member, the main one first."""
    may = partial(can, request.membership)
    return offered(may, is_released=asked.asker.is_released)


@staff_page(Permission.READ)
def count_influencers(request: OrganizationRequest) -> HttpResponse:
    """How many match the address, and how many each segment keeps; for a part of the page that comes after it. Where nobody
    matches (`empty`), the filter that keeps most away."""
    asked, budget = read_request(request), Budget()
    tabs = _tabs(asked)
    empty = "empty" in request.GET
    context: dict[str, Any] = {
        "total": _counted(asked, asked.reading.filters, budget),
        "is_empty": empty,
        "helper": _helper(asked, budget) if empty else None,
        "tabs": [_with_count(asked, tab, budget) for tab in _shown_tabs(tabs)],
        "more_tabs": _more_tabs(tabs),
    }
    return render(request, "staff/crm/influencers/count.html", context)


def _tabs(asked: Asked, *, with_saved: bool = True) -> list[Tab]:
    saved = segments_of(asked.request.user) if with_saved else []
    given = [(key, name, filters, "", None) for key, name, filters in GIVEN]
    own = [(str(each.pk), each.name, each.filters, each.sort, each) for each in saved]
    return [_tab(asked, *each) for each in (*given, *own)]


def _shown_tabs(tabs: list[Tab]) -> list[Tab]:
    """The given segments, the first of the saved ones, and the one that is open."""
    first = len(GIVEN) + MOST_TABS
    return [tab for nth, tab in enumerate(tabs) if nth < first or tab.is_current]


def _more_tabs(tabs: list[Tab]) -> list[Tab]:
    shown = _shown_tabs(tabs)
    return [tab for tab in tabs if tab not in shown]


def _tab(
    asked: Asked, key: str, name: str, filters: list[str], sort: str, saved: Segment | None
) -> Tab:
    query = QueryDict(mutable=True)
    query.setlist("f", filters)
    query.update({name: value for name, value in (("sort", sort), ("segment", key)) if value})
    href = address(asked.request, "influencers")
    href = f"{href}?{query.urlencode()}" if query else href
    return Tab(key, name, filters, sort, href, key == asked.segment, saved)


def _is_as_saved(tab: Tab, asked: Asked) -> bool:
    is_sorted = asked.sort == (tab.sort or "name") or not tab.key
    return tab.filters == asked.reading.filters.address and is_sorted and not asked.search


def _nobody_in(tab: Tab) -> tuple[str, str] | None:
    """The words for a segment as it was saved while nobody is in it; None for everybody."""
    return NOBODY_IN_SAVED if tab.saved else NOBODY_IN.get(tab.key)


def _with_count(asked: Asked, tab: Tab, budget: Budget) -> Tab:
    reading = read_address(tab.filters, sees_money=sees_money(asked.request))
    if reading.filters.problems:  # the number of everybody else would be no segment's
        return tab
    plain = Asked(asked.request, "", "name", "", reading, asked.asker)
    return replace(tab, count=_counted(plain, plain.reading.filters, budget))


def _counted(asked: Asked, filters: Filters, budget: Budget) -> str:
    rows = partial(asked.rows, filters)
    return counted_in_words(count_kept(asked.facts(filters), rows, budget))


def _helper(asked: Asked, budget: Budget) -> dict[str, str] | None:
    """The filter without which most would match, where nobody does: its words, the address without it, and how many."""
    filters, best = asked.reading.filters, None
    places = [(at, nth) for at, clause in enumerate(filters.clauses) for nth in range(len(clause))]
    for at, nth in places[:6]:
        fewer = filters.without(at, nth)
        count = count_kept(asked.facts(fewer), partial(asked.rows, fewer), budget) or 0
        if count and (best is None or count > best[0]):
            best = (count, at, nth)
    if best is None:
        return None
    count, at, nth = best
    return {
        "words": str(asked.reading.chip(at, nth)),
        "href": asked.href(filters.without(at, nth)),
        "count": counted_in_words(count),
    }
