"""An organization's mails: what became of each, and sending a failed one again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from mail.errors import MailProblem
from mail.models import Address, Message
from mail.queries import messages_newest_first
from mail.services.marks import allow_again
from mail.services.outbox import send_again
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from ui.paging import keyset_page


@staff_page(Permission.READ_MAIL)
def sent_mail(request: OrganizationRequest) -> HttpResponse:
    """All mails of the organization, newest first."""
    return render(
        request,
        "staff/mail/messages.html",
        {
            "page": keyset_page(messages_newest_first(), "-id", cursor=request.GET.get("cursor")),
            "may_set_sender": can(request.membership, Permission.MANAGE_ORGANIZATION),
            "may_send": can(request.membership, Permission.INVITE_CREATORS),
        },
    )


@staff_page(Permission.INVITE_CREATORS, Permission.READ_MAIL)
@require_POST
def send_message_again(request: OrganizationRequest, message_pk: int) -> HttpResponse:
    """Send a failed mail once more."""
    message = get_object_or_404(Message.objects.all(), pk=message_pk)
    try:
        send_again(message, actor=request.user)
    except MailProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"The e-mail to {message.recipient} is queued again.")
    return redirect("mail:messages", request.organization.slug)


@staff_page(Permission.INVITE_CREATORS, Permission.READ_MAIL)
@require_POST
def allow_address(request: OrganizationRequest, address_pk: int) -> HttpResponse:
    """Mail to an address that bounced is tried again: its mailbox works now."""
    known = Address.objects.filter(pk=address_pk).first()
    if known is None:
        raise Http404
    allow_again(known, actor=request.user)
    messages.success(request, f"E-mail to {known.address} is possible again.")
    return redirect("mail:messages", request.organization.slug)
