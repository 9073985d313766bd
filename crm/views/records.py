"""All notes, tasks, files and contracts of an influencer, beyond what the profile has room for."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from crm.queries.records import KINDS, record_page
from crm.views.frame import allowances, found_influencer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission


@staff_page(Permission.READ)
def records(request: OrganizationRequest, pk: int) -> HttpResponse:
    """The rows of one kind, by pages."""
    found, kind = found_influencer(pk), request.GET.get("kind", "notes")
    if kind not in KINDS:
        raise Http404
    context = {
        **allowances(request),
        "influencer": found,
        "kind": kind,
        "kinds": KINDS,
        "page": record_page(found, kind, cursor=request.GET.get("cursor", "")),
    }
    return render(request, "staff/crm/influencers/all_records.html", context)
