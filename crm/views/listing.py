"""The list of influencers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from crm import queries
from crm.services.joining import invite_influencer_accounts
from crm.views.answers import address, allowances, tell_invitations
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.enums import AccountKind
from tiktok.errors import TikTokProblem
from tiktok.queries import is_released

KINDS = [
    (kind.value, kind.label)
    for kind in (
        AccountKind.NOT_AUTHENTICATED_TTCM,
        AccountKind.AUTHENTICATED_TTCM,
        AccountKind.AUTHENTICATED_NON_TTCM,
        AccountKind.UNSUPPORTED,
    )
]
SEARCH_LENGTH = 100


@staff_page(Permission.READ)
def influencers(request: OrganizationRequest) -> HttpResponse:
    """Search, filter and page; htmx gets the table only."""
    search = request.GET.get("q", "").replace("\x00", "")[:SEARCH_LENGTH].strip()
    kind, sort = request.GET.get("kind", ""), request.GET.get("sort", "name")
    released = is_released()
    page = queries.influencer_page(
        search=search,
        kind=kind,
        sort=sort,
        cursor=request.GET.get("cursor", ""),
        released=released,
    )
    allowed = allowances(request)
    is_any_invitable = any(view.may_be_invited for row in page.rows for view in row.accounts)
    context = {
        **allowed,
        "may_tick": allowed["may_invite"] and is_any_invitable,
        "page": page,
        "search": search,
        "kind": kind,
        "kinds": KINDS,
        "sort": sort if sort in queries.SORTS else "name",
        "is_released": released,
        "is_narrowed": bool(search or (released and kind)),
        "waiting": [] if request.htmx or search else queries.invitations_without_account(),
    }
    template = "staff/crm/influencer_table.html" if request.htmx else "staff/crm/influencers.html"
    response = render(request, template, context)
    patch_vary_headers(response, ("HX-Request",))
    return response


@staff_page(Permission.INVITE_CREATORS)
@require_POST
def invite_selected(request: OrganizationRequest) -> HttpResponse:
    """Invite the accounts that were ticked in the list."""
    ticked = request.POST.getlist("account")
    chosen = [int(pk) for pk in ticked if pk.isascii() and pk.isdigit() and len(pk) < 19]
    accounts = queries.tiktok_accounts_by_id(chosen[: queries.CHOSEN_AT_ONCE])
    if not accounts:
        messages.warning(request, "Tick the accounts to invite first.")
    try:
        tell_invitations(request, invite_influencer_accounts(accounts, actor=request.user))
    except TikTokProblem as problem:
        messages.error(request, str(problem))
    return HttpResponseRedirect(address(request, "influencers"))
