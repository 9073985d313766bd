"""The list of influencers: searched, filtered, sorted, by pages; and how many match."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from crm import queries
from crm.models import Segment
from crm.policies.filters import Filters
from crm.queries.columns import layout_of
from crm.queries.filters import read_address
from crm.queries.segments import count_kept, counted_in_words, segments_of
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


# The orders that phones offer, where no headings stand.
ORDERS = (
    ("name", "Name"),
    ("-followers", "Most followers"),
    ("-views", "Most average views"),
    ("-engagement", "Highest engagement rate"),
    ("-posted", "Latest post"),
    ("-id", "Added last"),
)


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
    """Search, filter, sort and page; htmx gets the table only."""
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
    tabs = _tabs(asked) if is_whole else []
    current = next((tab for tab in tabs if tab.is_current), None)
    context = {
        **allowed,
        "bulk": _offered(request, asked) if is_whole else [],
        "page": page,
        "layout": layout,
        "oldest": min(filter(None, (row.read_at for row in page.rows)), default=None),
        "orders": ORDERS,
        "asked": asked,
        "chips": shown_chips(asked),
        "problems": asked.reading.filters.problems,
        "tabs": tabs,
        "current": current,
        "is_changed": current is not None and not _is_as_saved(current, asked),
        "is_released": asked.asker.is_released,
        "is_narrowed": asked.is_narrowed,
        "helper": _helper(asked)
        if not page.rows and len(asked.reading.filters.conditions)
        else None,
        "waiting": queries.invitations_without_account()
        if is_whole and not asked.is_narrowed
        else [],
    }
    template = "list" if is_whole else "table"
    response = render(request, f"staff/crm/influencers/{template}.html", context)
    patch_vary_headers(response, ("HX-Request",))
    return response


def _offered(request: OrganizationRequest, asked: Asked) -> list[BulkKind | BulkPage]:
    """The actions on a selection for this member, the main one first."""
    may = partial(can, request.membership)
    return (
        offered(may, is_released=asked.asker.is_released)
        if may(Permission.EDIT_INFLUENCERS)
        else []
    )


@staff_page(Permission.READ)
def count_influencers(request: OrganizationRequest) -> HttpResponse:
    """How many match the address, and how many each segment keeps; for a part of the page that comes after it."""
    asked = read_request(request)
    tabs = [_with_count(asked, tab) for tab in _tabs(asked)]
    context = {"total": _counted(asked, asked.reading.filters), "tabs": tabs, "may_edit": False}
    return render(request, "staff/crm/influencers/count.html", context)


def _tabs(asked: Asked) -> list[Tab]:
    saved = segments_of(asked.request.user)
    given = [(key, name, filters, "", None) for key, name, filters in GIVEN]
    own = [(str(each.pk), each.name, each.filters, each.sort, each) for each in saved]
    return [_tab(asked, *each) for each in (*given, *own)]


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


def _with_count(asked: Asked, tab: Tab) -> Tab:
    reading = read_address(tab.filters, sees_money=sees_money(asked.request))
    plain = Asked(asked.request, "", "name", "", reading, asked.asker)
    return replace(tab, count=_counted(plain, plain.reading.filters))


def _counted(asked: Asked, filters: Filters) -> str:
    return counted_in_words(count_kept(asked.facts(filters), lambda: asked.rows(filters)))


def _helper(asked: Asked) -> dict[str, str] | None:
    """The filter without which most would match, where nobody does: its words, the address without it, and how many."""
    filters, best = asked.reading.filters, None
    places = [(at, nth) for at, clause in enumerate(filters.clauses) for nth in range(len(clause))]
    for at, nth in places[:6]:
        fewer = filters.without(at, nth)
        count = count_kept(asked.facts(fewer), partial(asked.rows, fewer)) or 0
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
