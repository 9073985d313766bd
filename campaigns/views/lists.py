"""All campaigns, as a table, a board and a file."""

from __future__ import annotations

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
from campaigns.queries.campaigns import found_campaigns
from campaigns.services.campaigns import note_export
from campaigns.views.frame import rights, sees_money
from crm.countries import COUNTRIES
from crm.queries import member_choices
from crm.views.tables import table_file
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.keys import key_in


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
    sorts = SORTS | MONEY_SORTS if sees_money(request) else SORTS
    sort, goal, market = (given.get(name, "") for name in ("sort", "goal", "market"))
    return Asked(
        search=given.get("q", "").replace("\0", "")[:100],
        states=tuple(each for each in given.getlist("state") if each in CampaignState),
        goal=goal if goal in Goal else "",
        client=given.get("client", "").replace("\0", ""),
        market=market if market in COUNTRIES else "",
        salesperson=key_in(given.get("salesperson", "")),
        sort=sort if sort.removeprefix("-") in sorts else NEWEST,
    )
