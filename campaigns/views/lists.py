"""All campaigns, as a table, a board and a file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from campaigns.enums import CampaignState, Goal
from campaigns.queries import (
    MONEY_SORTS,
    NEWEST,
    SORTS,
    Asked,
    board,
    campaign_facets,
    campaigns_page,
    table_head,
    table_lines,
)
from campaigns.queries.campaign_bounds import MONEY_NUMBERS, NUMBERS, Between
from campaigns.queries.campaigns import found_campaigns
from campaigns.queries.narrowing import day_in
from campaigns.services.campaigns import note_export
from campaigns.views.frame import rights, sees_money
from crm.countries import COUNTRIES
from crm.queries import member_choices
from crm.views.tables import table_file
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.keys import key_in

LETTERS, DAYS = ("A to Z", "Z to A"), ("earliest first", "latest first")
FEWEST, LOWEST = ("fewest first", "most first"), ("lowest first", "highest first")
# The orders of the list in words, rising and falling.
ORDERS = {
    "starts_on": ("Start", *DAYS),
    "ends_on": ("End", *DAYS),
    "name": ("Name", *LETTERS),
    "client": ("Client", *LETTERS),
    "state": ("State", "drafts first", "archived first"),
    "goal": ("Goal", "awareness first", "market entry first"),
    "salesperson": ("Salesperson", *LETTERS),
    "orders": ("Orders", *FEWEST),
    "fulfilment": ("Fulfilled", *LOWEST),
    "posts": ("Posts", *FEWEST),
    "views": ("Views", *FEWEST),
    "budget": ("Budget", *LOWEST),
    "client_fee": ("Client fee", *LOWEST),
    "margin": ("Margin", *LOWEST),
    "spend": ("Agreed fees", *LOWEST),
    "cost": ("Cost per 1,000 views", *LOWEST),
}
MOST = Decimal(10**12)


@staff_page(Permission.READ)
def campaign_list(request: OrganizationRequest) -> HttpResponse:
    """All campaigns that the address asks for, as a table or as a board."""
    asked, is_board = asked_in(request), request.GET.get("view") == "board"
    clients, markets = campaign_facets()
    context = {
        "asked": asked,
        "is_board": is_board,
        "columns": board(asked) if is_board else [],
        "page": None if is_board else campaigns_page(request.GET.get("cursor"), asked=asked),
        "states": CampaignState,
        "goals": Goal,
        "clients": clients,
        "markets": sorted(((code, COUNTRIES[code]) for code in markets), key=lambda each: each[1]),
        "members": member_choices(),
        "orders": _orders(request),
        "numbers": _number_fields(request, asked),
        "bounds": bool(asked.since) + bool(asked.until) + len(asked.numbers),
        "sees_money": sees_money(request),
        **rights(request),
    }
    return render(request, "staff/campaigns/campaigns/list.html", context)


@staff_page(Permission.READ)
@require_POST
def campaign_export(request: OrganizationRequest) -> HttpResponseBase:
    """The same campaigns in the same order as a file; amounts for those who may see money alone."""
    asked, money = asked_in(request), sees_money(request)
    note_export(request.organization, found_campaigns(asked).count(), actor=request.user)
    head, lines = table_head(sees_money=money), table_lines(asked, sees_money=money)
    return table_file(request, "campaigns", head, lines)


def asked_in(request: OrganizationRequest) -> Asked:
    """The wish that the address says; what it cannot mean is left out, orders by money for those who do not see any, too."""
    given = request.GET
    sort, goal, market = (given.get(name, "") for name in ("sort", "goal", "market"))
    return Asked(
        search=given.get("q", "").replace("\0", "")[:100],
        states=tuple(each for each in given.getlist("state") if each in CampaignState),
        goal=goal if goal in Goal else "",
        client=given.get("client", "").replace("\0", ""),
        market=market if market in COUNTRIES else "",
        salesperson=key_in(given.get("salesperson", "")),
        since=day_in(given, "since"),
        until=day_in(given, "until"),
        numbers=tuple(filter(None, (_between(given, name) for name in _numbers(request)))),
        sort=sort if sort.removeprefix("-") in _sorts(request) else NEWEST,
    )


def _sorts(request: OrganizationRequest) -> Mapping[str, Any]:
    return SORTS | MONEY_SORTS if sees_money(request) else SORTS


def _numbers(request: OrganizationRequest) -> Mapping[str, tuple[str, str, int]]:
    return NUMBERS | MONEY_NUMBERS if sees_money(request) else NUMBERS


def _between(given: Mapping[str, str], name: str) -> Between | None:
    least, most = (_number(given.get(f"{name}_{way}", "")) for way in ("from", "to"))
    return None if least is None and most is None else Between(name, least, most)


def _number(text: str) -> Decimal | None:
    """The number in an address, `1,200.50`; None for what is none."""
    try:
        number = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= MOST else None


def _orders(request: OrganizationRequest) -> list[tuple[str, str]]:
    """The orders that the reader may ask for, in words."""
    return [
        (f"{sign}{name}", f"{label}: {words}")
        for name, (label, rising, falling) in ORDERS.items()
        if name in _sorts(request)
        for sign, words in (("", rising), ("-", falling))
    ]


def _number_fields(request: OrganizationRequest, asked: Asked) -> list[dict[str, Any]]:
    """The numbers that the list can be narrowed by, with what is asked for."""
    given = {each.name: each for each in asked.numbers}
    return [
        {"key": name, "label": label, "asked": given.get(name)}
        for name, (label, _, _) in _numbers(request).items()
    ]
