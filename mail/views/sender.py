"""Whom an organization's e-mail comes from, and where answers go."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from mail.forms import SenderForm
from mail.services.senders import change_sender
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission


@staff_page(Permission.MANAGE_ORGANIZATION)
def sender(request: OrganizationRequest) -> HttpResponse:
    """Sender name and the address for answers."""
    data = request.POST if request.method == "POST" else None
    form = SenderForm(data, instance=request.organization)
    if form.is_valid():
        change_sender(
            request.organization,
            name=form.cleaned_data["mail_sender_name"],
            reply_to=form.cleaned_data["mail_reply_to"],
            actor=request.user,
        )
        messages.success(request, "The sender was saved. It holds for e-mail from now on.")
        return redirect("mail:sender", request.organization.slug)
    status = 422 if form.errors else 200
    return render(request, "staff/mail/sender.html", {"form": form}, status=status)
