"""The list of influencers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from crm import queries
from crm.views.frame import allowances
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.enums import AccountKind
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
    views = [view for row in page.rows for view in row.accounts]
    may_invite = allowed["may_invite"] and any(view.may_be_invited for view in views)
    may_ask = allowed["may_edit"] and any(view.may_be_asked for view in views)
    context = {
        **allowed,
        "may_invite_selected": may_invite,
        "may_ask_selected": may_ask,
        "may_tick": may_invite or may_ask,
        "page": page,
        "search": search,
        "kind": kind,
        "kinds": KINDS,
        "sort": sort if sort in queries.SORTS else "name",
        "is_released": released,
        "is_narrowed": bool(search or (released and kind)),
        "waiting": [] if request.htmx or search else queries.invitations_without_account(),
    }
    template = (
        "staff/crm/influencers/table.html" if request.htmx else "staff/crm/influencers/list.html"
    )
    response = render(request, template, context)
    patch_vary_headers(response, ("HX-Request",))
    return response
