"""Discover: TikTok's own search and rankings. What is found is shown and not stored until somebody adds it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from crm import queries
from crm.errors import CrmProblem, HandleNotReadable
from crm.forms import RankingForm, SearchForm
from crm.policies import tiktok_handle
from crm.queries.accounts import AccountView
from crm.queries.discovery import accounts_called
from crm.services.discovery import start_adding_found
from crm.views.frame import INVALID, address, allowances, form_answer
from crm.views.tags import chosen_list
from jobs.services.jobs import begin_at_once
from jobs.views import end_of, following
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from tiktok.models import MarketplaceAccount
from tiktok.queries import marketplace_account
from tiktok.services.creators import discovery
from ui.keys import key_in
from ui.redirects import go_to

PAGES = ("discover", "rankings")
# A page asks every two seconds for an answer that takes long; so often, then it says that there is none.
MOST_WAITS = 30
TAKES_TOO_LONG = "TikTok has not answered within a minute. Nothing was changed; try again."


@dataclass(frozen=True)
class Row:
    """A creator whom TikTok shows, and the account if it is here already. `place`: in a ranking."""

    creator: Any
    view: AccountView | None
    place: int = 0


# --- searched and ranked -----------------------------------------------------------------------------------------
@staff_page(Permission.READ)
@require_safe
def discover(request: OrganizationRequest) -> HttpResponse:
    """Search the marketplace; htmx gets what is found."""
    account = discovery.discovery_account()
    if account is None:
        return _nowhere(request)
    if request.htmx:
        return _found(request, account)
    labels = discovery.labels_of(account, "SEARCH")
    topics, industries = _choices(labels)
    form = SearchForm(_asked(request, account), topics=topics, industries=industries)
    context = {"form": form, "is_valid": form.is_valid(), "has_labels": labels.value is not None}
    return _page(request, "search", context)


@staff_page(Permission.READ)
@require_safe
def rankings(request: OrganizationRequest) -> HttpResponse:
    """One of TikTok's rankings; htmx gets its rows."""
    account = discovery.discovery_account()
    if account is None:
        return _nowhere(request)
    labels = discovery.labels_of(account, "RANKING")
    topics, industries = _choices(labels)
    first = f"organic:{topics[0][0]}" if topics else ""
    usual = {"board": first, "period": "MONTH", "lookback": "ONE"}
    form = RankingForm({**usual, **request.GET.dict()}, topics=topics, industries=industries)
    if request.htmx:
        return _ranked(request, account, form, labels)
    is_valid = form.is_valid() or labels.value is None  # what is shown then says why there are none
    return _page(request, "rankings", {"form": form, "is_valid": is_valid})


def _choices(
    labels: discovery.Reply[Any],
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Topics and industries by name; none while TikTok has not told them."""
    if labels.value is None:
        return [], []
    both = (labels.value.content, labels.value.industry)
    topics, industries = (
        sorted(((each.label_id, each.name) for each in kind), key=lambda choice: choice[1])
        for kind in both
    )
    return topics, industries


def _asked(request: OrganizationRequest, account: MarketplaceAccount) -> QueryDict:
    """What the address asks for; at first everybody in the country of the organization's account."""
    is_asked = not SearchForm.base_fields.keys().isdisjoint(request.GET)
    usual = QueryDict(f"country_codes={account.country or discovery.RANKED_COUNTRY}")
    return request.GET if is_asked else usual


def _page(request: OrganizationRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    slug_of = {page: address(request, page) for page in PAGES}
    context |= {
        **allowances(request),
        "here": request.get_full_path(),
        "tabs": [
            {"label": "Search", "href": slug_of["discover"], "icon": "search"},
            {"label": "Rankings", "href": slug_of["rankings"], "icon": "chart-bar"},
        ],
    }
    status = 200 if context["is_valid"] else INVALID
    response = render(request, f"staff/crm/discovery/{name}.html", context, status=status)
    patch_vary_headers(response, ("HX-Request",))
    return response


def _nowhere(request: OrganizationRequest) -> HttpResponse:
    context = {
        "account": marketplace_account(),
        "may_connect": can(request.membership, Permission.MANAGE_TIKTOK),
    }
    return render(request, "staff/crm/discovery/nowhere.html", context)


# --- what is found -----------------------------------------------------------------------------------------------
def _found(request: OrganizationRequest, account: MarketplaceAccount) -> HttpResponse:
    form = SearchForm(_asked(request, account), topics=(), industries=())
    if not form.is_valid():
        return HttpResponseRedirect(request.get_full_path())
    page = _number(request)
    reply = discovery.search_creators(account, form.search, page=page)
    size, total = discovery.PAGE_SIZE, reply.value.total_pages if reply.value else 0
    rows = _rows(reply.value.creators if reply.value else ())
    is_more = len(rows) >= size or (bool(rows) and page < total)
    context = {"rows": rows, "country": form.country, "is_more": is_more, "from": "discover"}
    return _fragment(request, "found", reply, context)


def _ranked(
    request: OrganizationRequest,
    account: MarketplaceAccount,
    form: RankingForm,
    labels: discovery.Reply[Any],
) -> HttpResponse:
    if labels.value is None or not form.is_valid():
        return _fragment(request, "ranked", labels, {"rows": [], "is_more": False})
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
    rows = _rows(reply.value.creators if reply.value else (), first=(page - 1) * size + 1)
    context = {
        "rows": rows,
        "is_more": len(rows) >= size and page * size < discovery.MOST_RANKED,
        "is_branded": form.is_branded,
        "updated_at": reply.value.last_updated_at if reply.value else None,
        "from": "rankings",
    }
    return _fragment(request, "ranked", reply, context)


def _number(request: OrganizationRequest) -> int:
    return min(max(key_in(request.GET.get("page", "")) or 1, 1), 10_000)


def _rows(creators: Iterable[Any], *, first: int = 0) -> list[Row]:
    shown = list(creators)
    here = accounts_called(each.handle for each in shown)
    return [
        Row(each, here.get(each.handle.lower()), place) for place, each in enumerate(shown, first)
    ]


def _fragment(
    request: OrganizationRequest,
    name: str,
    reply: discovery.Reply[Any],
    context: dict[str, Any],
) -> HttpResponse:
    query, page = request.GET.copy(), _number(request)
    waits = _waits(query)
    rows, is_more = context["rows"], context["is_more"]
    context |= {
        **allowances(request),
        "problem": _problem(reply, waits),
        "query": query.urlencode(),
        "here": f"{request.path}?{query.urlencode()}",
        "again": _with(query, waited=waits + 1),
        "page": page,
        "previous": _with(query, page=page - 1) if page > 1 else "",
        "next": _with(query, page=page + 1) if rows and is_more else "",
        "is_coming": reply.is_coming,
        "is_first_wait": waits == 0,
    }
    response = render(request, f"staff/crm/discovery/{name}.html", context)
    patch_vary_headers(response, ("HX-Request",))
    return response


def _waits(query: QueryDict) -> int:
    """How often the page has asked for this answer; taken out of the query."""
    values = query.pop("waited", ["0"])
    return key_in(str(values[-1])) or 0


def _problem(reply: discovery.Reply[Any], waits: int) -> discovery.Problem | None:
    if reply.is_coming and waits >= MOST_WAITS:
        return discovery.Problem(discovery.ProblemKind.FAILED, TAKES_TOO_LONG)
    return reply.problem


def _with(query: QueryDict, **changes: int) -> str:
    changed = query.copy()
    for name, value in changes.items():
        changed[name] = str(value)
    return f"?{changed.urlencode()}"


# --- one creator -------------------------------------------------------------------------------------------------
@staff_page(Permission.READ)
@require_safe
def found_creator(request: OrganizationRequest) -> HttpResponse:
    """Numbers of one creator that a search leaves out: rates, views, price, topics."""
    account, handle = discovery.discovery_account(), _handle(request)
    if account is None or not handle:
        return HttpResponseRedirect(address(request, "discover"))
    query = request.GET.copy()
    waits = _waits(query)
    reply = discovery.shown_profile(account, handle)
    return form_answer(
        request,
        "discovery/creator",
        title=f"@{handle}",
        back=_back(request, request.GET),
        handle=handle,
        profile=reply.value,
        problem=_problem(reply, waits),
        again=_with(query, waited=waits + 1),
        view=accounts_called([handle]).get(handle),
        query=request.GET.get("query", ""),
        **{"from": request.GET.get("from", "")},
    )


def _handle(request: OrganizationRequest) -> str:
    try:
        return tiktok_handle(request.GET.get("handle", "")[:100])
    except HandleNotReadable:
        return ""


# --- added -------------------------------------------------------------------------------------------------------
@staff_page(Permission.EDIT_INFLUENCERS)
@require_safe
def list_found(request: OrganizationRequest) -> HttpResponse:
    """Choose the list that the selected creators are put on."""
    if not request.GET.getlist("handle"):
        return HttpResponseRedirect(address(request, "discover"))
    return _list_form(request, request.GET)


def _list_form(request: OrganizationRequest, given: QueryDict, problem: str = "") -> HttpResponse:
    handles = given.getlist("handle")
    return form_answer(
        request,
        "discovery/list",
        title=f"Add {len(handles)} {'creator' if len(handles) == 1 else 'creators'} to a list",
        back=_back(request, given),
        status=INVALID if problem else 200,
        handles=handles,
        lists=queries.lists_by_name(),
        chosen=given.get("list", ""),
        name=given.get("name", ""),
        query=given.get("query", ""),
        problem=problem,
        **{"from": given.get("from", "")},
    )


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def add_found(request: OrganizationRequest) -> HttpResponse:
    """Add the selected creators, and put them on the list if one is chosen; lead back to where they were found."""
    given, target = request.POST, None
    back, handles = _back(request, given), given.getlist("handle")
    if not handles:
        messages.warning(request, "Select at least one creator first.")
        return go_to(request, back)
    try:
        if "list" in given:
            target = chosen_list(request)
        job = begin_at_once(start_adding_found(handles, target=target, actor=request.user))
    except ValidationError as problem:
        return _list_form(request, given, problem.messages[0])
    except CrmProblem as problem:
        if "list" in given:
            return _list_form(request, given, str(problem))
        messages.error(request, str(problem))
        return go_to(request, back)
    if not job.is_finished:
        return go_to(request, following(request, job))
    end_of(request, job)
    return go_to(request, back)


def _back(request: OrganizationRequest, given: QueryDict) -> str:
    """The page that somebody came from, with what they searched for."""
    page = given.get("from", "")
    if page not in PAGES:
        return address(request, "discover")
    query = QueryDict(given.get("query", "").removeprefix("?")[:8000]).urlencode()
    return f"{address(request, page)}?{query}" if query else address(request, page)
