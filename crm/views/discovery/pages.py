"""Discover: TikTok's own search and rankings. What is found is shown and not stored until somebody adds it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from crm.forms import RankingForm, SearchForm
from crm.queries.accounts import AccountView
from crm.queries.discovery import accounts_called
from crm.views.discovery.waiting import PAGES, waiting
from crm.views.frame import INVALID, address, allowances, sees_money
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from tiktok.models import MarketplaceAccount
from tiktok.queries import MetricValue, marketplace_account
from tiktok.services.creators import discovery
from ui.keys import key_in
from ui.redirects import go_to


@dataclass(frozen=True)
class Row:
    """A creator whom TikTok shows, and the account if it is here already. `place`: in a ranking."""

    creator: Any
    numbers: str  # the address of the dialog that asks for them
    view: AccountView | None
    place: int

    @property
    def rate(self) -> MetricValue | None:
        """The engagement rate, where the account is here and has one."""
        rate = self.view.engagement_rate if self.view else None
        return rate if rate and rate.value is not None else None


# --- searched and ranked -----------------------------------------------------------------------------------------
@staff_page(Permission.READ)
def discover(request: OrganizationRequest) -> HttpResponse:
    """Search the marketplace; what is found is asked of TikTok by a POST, which the page sends by itself."""
    account = discovery.discovery_account()
    if account is None:
        return _nowhere(request)
    if request.method == "POST":
        return _found(request, account)
    form = _search_form(request, account)
    return _page(request, "search", form, is_valid=form.is_valid())


@staff_page(Permission.READ)
def rankings(request: OrganizationRequest) -> HttpResponse:
    """One of TikTok's rankings; its rows are asked of TikTok by a POST, which the page sends by itself."""
    account = discovery.discovery_account()
    if account is None:
        return _nowhere(request)
    if request.method == "POST":
        return _ranked(request, account)
    form = _ranking_form(request, account)
    return _page(request, "rankings", form, is_valid=not form.has_labels or form.is_valid())


def _search_form(request: OrganizationRequest, account: MarketplaceAccount) -> SearchForm:
    """The search of the address; at first everybody in the country of the organization's account."""
    is_asked = not SearchForm.base_fields.keys().isdisjoint(request.GET)
    usual = QueryDict(f"country_codes={account.country or discovery.RANKED_COUNTRY}")
    topics, industries = _choices(discovery.known_labels(account, "SEARCH"))
    given = request.GET if is_asked else usual
    money = sees_money(request)
    return SearchForm(given, topics=topics, industries=industries, sees_money=money)


def _ranking_form(request: OrganizationRequest, account: MarketplaceAccount) -> RankingForm:
    topics, industries = _choices(discovery.known_labels(account, "RANKING"))
    first = f"organic:{topics[0][0]}" if topics else ""
    usual = {"board": first, "period": "MONTH", "lookback": "ONE"}
    given = {**usual, **request.GET.dict()}
    return RankingForm(given, topics=topics, industries=industries)


def _choices(labels: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Topics and industries by name; none while TikTok has not told them."""
    if labels is None:
        return [], []
    topics, industries = (
        sorted(((each.label_id, each.name) for each in kind), key=lambda choice: choice[1])
        for kind in (labels.content, labels.industry)
    )
    return topics, industries


def _page(
    request: OrganizationRequest, name: str, form: SearchForm | RankingForm, *, is_valid: bool
) -> HttpResponse:
    context = {
        **allowances(request),
        "form": form,
        "is_valid": is_valid,
        "here": request.get_full_path(),
        "tabs": [
            {"label": "Search", "href": address(request, "discover"), "icon": "search"},
            {"label": "Rankings", "href": address(request, "rankings"), "icon": "chart-bar"},
        ],
    }
    status = 200 if is_valid else INVALID
    return render(request, f"staff/crm/discovery/{name}.html", context, status=status)


def _nowhere(request: OrganizationRequest) -> HttpResponse:
    context = {
        "account": marketplace_account(),
        "may_connect": can(request.membership, Permission.MANAGE_TIKTOK),
    }
    return render(request, "staff/crm/discovery/nowhere.html", context)


# --- what is found -----------------------------------------------------------------------------------------------
def _found(request: OrganizationRequest, account: MarketplaceAccount) -> HttpResponse:
    form = _search_form(request, account)
    if not form.is_valid():
        return go_to(request, request.get_full_path())
    page = _number(request)
    reply = discovery.search_creators(account, form.search, page=page)
    size, total = discovery.PAGE_SIZE, reply.value.total_pages if reply.value else 0
    rows = _rows(request, reply.value.creators if reply.value else (), PAGES[0])
    context = {
        "rows": rows,
        "country": form.country,
        "is_more": len(rows) >= size or (bool(rows) and page < total),
        "from": "discover",
    }
    if not (form.has_labels or reply.is_coming) and discovery.labels_of(account, "SEARCH").value:
        form = _search_form(request, account)
        form.full_clean()
        context["form"] = form  # takes the place of the one without them
    return _fragment(request, "found", reply, context)


def _ranked(request: OrganizationRequest, account: MarketplaceAccount) -> HttpResponse:
    has_labels = discovery.known_labels(account, "RANKING") is not None
    labels = discovery.labels_of(account, "RANKING")
    form = _ranking_form(request, account)
    context: dict[str, Any] = {"rows": [], "is_more": False, "from": "rankings"}
    if not has_labels and form.has_labels:
        context["form"] = form
    if not form.has_labels:
        return _fragment(request, "ranked", labels, context)
    if not form.is_valid():
        return go_to(request, request.get_full_path())
    given, page = form.cleaned_data, _number(request)
    reply = discovery.ranked_creators(
        account,
        form.label_id,
        branded=form.is_branded,
        period=given["period"],
        lookback=given["lookback"],
        page=page,
    )
    size = discovery.RANKING_PAGE_SIZE
    creators = reply.value.creators if reply.value else ()
    rows = _rows(request, creators, PAGES[1], first=(page - 1) * size + 1)
    context |= {
        "rows": rows,
        "is_more": len(rows) >= size and page * size < discovery.MOST_RANKED,
        "is_branded": form.is_branded,
        "sees_money": sees_money(request),
        "updated_at": reply.value.last_updated_at if reply.value else None,
    }
    return _fragment(request, "ranked", reply, context)


def _number(request: OrganizationRequest) -> int:
    return min(max(key_in(request.GET.get("page", "")) or 1, 1), 10_000)


def _rows(
    request: OrganizationRequest, creators: Iterable[Any], page: str, *, first: int = 0
) -> list[Row]:
    shown = list(creators)
    here = accounts_called(each.handle for each in shown)
    numbers, back = (
        address(request, "found_creator"),
        {"from": page, "query": request.GET.urlencode()},
    )
    return [
        Row(
            each,
            f"{numbers}?{urlencode({'handle': each.handle, **back})}",
            here.get(each.handle.lower()),
            place,
        )
        for place, each in enumerate(shown, first)
    ]


FORMS = {"found": "search_form", "ranked": "rankings_form"}


def _fragment(
    request: OrganizationRequest,
    name: str,
    reply: discovery.Reply[Any],
    context: dict[str, Any],
) -> HttpResponse:
    page = _number(request)
    is_more = context["rows"] and context["is_more"]
    context |= {
        **allowances(request),
        **waiting(request, reply),
        "table": f"staff/crm/discovery/{name}_table.html",
        "form_template": f"staff/crm/discovery/{FORMS[name]}.html",
        "query": request.GET.urlencode(),
        "page": page,
        "previous": _numbered(request, page - 1) if page > 1 else "",
        "next": _numbered(request, page + 1) if is_more else "",
    }
    return render(request, "staff/crm/discovery/results.html", context)


def _numbered(request: OrganizationRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"
