"""The settings page of an organization's sender name and reply-to address."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from mail.forms import SenderForm
from mail.services.senders import change_sender
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from ui.editing import editing


@staff_page(Permission.READ)
def sender(request: OrganizationRequest) -> HttpResponse:
    """Sender name and the address for answers."""
    may_manage = can(request.membership, Permission.MANAGE_ORGANIZATION)
    if request.method == "POST" and not may_manage:
        raise PermissionDenied("Owners and admins can change the sender.")
    data = request.POST if request.method == "POST" else None
    with editing(request, request.organization) as stored:
        form = SenderForm(data, instance=stored)
        if form.is_valid():
            change_sender(
                stored,
                name=form.cleaned_data["mail_sender_name"],
                reply_to=form.cleaned_data["mail_reply_to"],
                actor=request.user,
            )
    if form.is_valid():
        messages.success(request, "The sender was saved. It holds for e-mail from now on.")
        return redirect("mail:sender", request.organization.slug)
    status = 422 if form.errors else 200
    return render(
        request, "staff/mail/sender.html", {"form": form, "may_manage": may_manage}, status=status
    )
