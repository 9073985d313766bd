"""View the influencers' dashboard as an influencer, and end it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from crm.services.access.viewing import note_viewing
from crm.views.frame import address, found_influencer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.viewing import begin_viewing, end_viewing


@staff_page(Permission.IMPERSONATE)
@require_POST
def begin(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Show the dashboard of this influencer, who can sign in to one."""
    found = found_influencer(pk)
    if found.person is None:
        raise Http404("The influencer has no dashboard yet.")
    note_viewing(found, by=request.membership)
    back = address(request, "influencer", pk)
    begin_viewing(request, request.organization, found.person, influencer_id=pk, back=back)
    return redirect("portal:home")


@staff_page(Permission.READ)
@require_POST
def end(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Show the member's own pages again."""
    return redirect(end_viewing(request))
