"""The page of permissions that end soon."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from campaigns.queries.ending import DAYS, ending_page, ends_within
from campaigns.views.frame import sees_money
from crm.services.bulk.kinds import bulk_kind
from crm.services.bulk.runs import draft_action
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from tiktok.queries import is_released


@staff_page(Permission.READ)
@require_safe
def ending(request: OrganizationRequest) -> HttpResponse:
    """Show whose permission ends within 30, 60 or 90 days, the soonest first."""
    days = _days(request.GET.get("days", ""))
    may_edit = can(request.membership, Permission.EDIT_INFLUENCERS)
    context = {
        "days": days,
        "periods": DAYS,
        "page": ending_page(days, request.GET.get("cursor", "")),
        "may_edit": may_edit,
        "sees_money": sees_money(request),
        "may_remind": may_edit and is_released(),
    }
    return render(request, "staff/campaigns/ending/list.html", context)


def _days(text: str) -> int:
    return int(text) if text in {str(days) for days in DAYS} else DAYS[0]


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def remind_ending(request: OrganizationRequest) -> HttpResponse:
    """Preview asking all of them to connect again."""
    kind = bulk_kind("ask")
    if kind is None or not is_released():
        raise Http404
    filters = [ends_within(_days(request.POST.get("days", "")))]
    action = draft_action(kind, ids=[], search="", filters=filters, actor=request.user)
    preview = reverse("crm:bulk_action", args=[request.organization.slug, action.pk])
    return HttpResponseRedirect(f"{preview}?from=ending")
