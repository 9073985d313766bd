"""Rules of signing in that hold for all members of the organization."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.errors import OwnSecondFactorMissing
from tenancy.queries import (
    has_second_factor,
    members_without_second_factor,
    sign_on_provider,
)
from tenancy.services.organizations import require_second_factor


@staff_page(Permission.MANAGE_ORGANIZATION)
def sign_in_page(request: OrganizationRequest) -> HttpResponse:
    """Is a second factor required, and how many members lack one?"""
    context = {
        "is_required": request.organization.requires_second_factor,
        "has_own": has_second_factor(request.user),
        "provider": sign_on_provider(),
        "lacking": members_without_second_factor(),
    }
    return render(request, "staff/organization/sign_in.html", context)


@staff_page(Permission.MANAGE_ORGANIZATION)
@require_POST
def set_second_factor(request: OrganizationRequest) -> HttpResponse:
    """Require a second factor of everybody, or no longer."""
    is_required = request.POST.get("require") == "yes"
    try:
        require_second_factor(request.organization, is_required, actor=request.user)
    except OwnSecondFactorMissing as refused:
        messages.error(request, str(refused))
    else:
        now = "is required from the next click on" if is_required else "is no longer required"
        messages.success(request, f"A second factor {now}.")
    return redirect("sign_in:page", request.organization.slug)
