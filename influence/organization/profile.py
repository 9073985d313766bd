"""The organization itself: its name, and the logo beside it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from files.errors import FileRefused
from files.forms import LogoForm
from files.models import File
from files.queries import current_logo, previous_logo
from files.services.logos import remove_logo, restore_logo, set_logo
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.forms import OrganizationForm
from tenancy.policies import can
from tenancy.services.organizations import rename_organization
from tiktok.forms import PurposeForm
from tiktok.queries.consents import current_text
from tiktok.services.connect.consents import set_purpose
from ui.editing import editing


@never_cache
@staff_page(Permission.READ)
@require_GET
def settings_page(request: OrganizationRequest) -> HttpResponse:
    """Name and logo; who may not change them sees them."""
    return _page(request)


@staff_page(Permission.MANAGE_ORGANIZATION)
@require_POST
def rename(request: OrganizationRequest) -> HttpResponse:
    """A new name; addresses stay."""
    with editing(request, request.organization) as stored:
        form = OrganizationForm(request.POST, initial={"name": stored.name})
        if form.is_valid():
            rename_organization(stored, form.cleaned_data["name"], actor=request.user)
    if form.errors:
        return _page(request, form=form, status=422)
    messages.success(request, "Name saved.")
    return _back(request)


@staff_page(Permission.MANAGE_ORGANIZATION)
@require_POST
def change_purpose(request: OrganizationRequest) -> HttpResponse:
    """A new version of the purpose in the consent text; those before stay with whoever agreed to them."""
    form = PurposeForm(request.POST)
    is_valid, purpose = form.is_valid(), current_text().purpose
    if is_valid and form.cleaned_data["number"] != (purpose.number if purpose else 0):
        form.add_error(
            None, "Somebody has changed the purpose meanwhile. Reload the page to see it."
        )
    if not form.is_valid():
        return _page(request, purpose_form=form, status=422)
    given = form.cleaned_data
    set_purpose(given["text"], is_wider=given["is_wider"], actor=request.user)
    messages.success(request, "Purpose saved.")
    return _back(request)


@staff_page(Permission.MANAGE_ORGANIZATION)
@require_POST
def upload_logo(request: OrganizationRequest) -> HttpResponse:
    """A first logo, or another one."""
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            set_logo(form.cleaned_data["logo"], actor=request.user)
        except FileRefused as refused:
            form.add_error("logo", str(refused))
        else:
            messages.success(request, "Logo saved.")
            return _back(request)
    return _page(request, logo_form=form, status=422)


@staff_page(Permission.MANAGE_ORGANIZATION)
@require_POST
def take_logo_away(request: OrganizationRequest) -> HttpResponse:
    """The name alone again."""
    if remove_logo(actor=request.user):
        messages.success(request, "Logo removed. You can restore it for an hour.")
    return _back(request)


@staff_page(Permission.MANAGE_ORGANIZATION)
@require_POST
def bring_logo_back(request: OrganizationRequest, file_key: uuid.UUID) -> HttpResponse:
    """Undo a removal or a replacement."""
    try:
        restore_logo(get_object_or_404(File, key=file_key), actor=request.user)
    except File.DoesNotExist as gone:
        raise Http404("This logo can no longer be restored.") from gone
    messages.success(request, "Logo restored.")
    return _back(request)


def _back(request: OrganizationRequest) -> HttpResponse:
    return redirect("organization_settings:page", request.organization.slug)


def _page(request: OrganizationRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    purpose = current_text().purpose
    context = {
        "form": OrganizationForm(initial={"name": request.organization.name}),
        "logo_form": LogoForm(),
        "purpose_form": PurposeForm.of(purpose),
        "purpose": purpose,
        "logo": current_logo(),
        "previous_logo": previous_logo(),
        "may_manage": can(request.membership, Permission.MANAGE_ORGANIZATION),
        **forms,
    }
    return render(request, "staff/organization/settings.html", context, status=status)
