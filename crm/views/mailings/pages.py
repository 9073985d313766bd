"""The list of mailings, and one with its recipients; cancelled, continued, marked as answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm.models import Mailing, MailingRecipient
from crm.policies.mailings import mailing_label
from crm.queries.mailings import (
    SHOWN,
    mailing_by_id,
    mailing_page,
    recipient_counts,
    recipient_page,
)
from crm.services.mailings.answers import mark_answered, take_answer_back
from crm.services.mailings.mailings import cancel_mailing, continue_mailing
from crm.views.frame import address, allowances
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.bidi import isolated
from ui.live import Live
from ui.undoing import say_done


@staff_page(Permission.READ)
def mailings(request: OrganizationRequest) -> HttpResponse:
    """The mailings, newest first."""
    page = mailing_page(request.user, request.GET.get("cursor", ""))
    context = {**allowances(request), "page": page.of(lambda each: (each, mailing_label(each)))}
    return render(request, "staff/crm/mailings/list.html", context)


@staff_page(Permission.READ)
def mailing(request: OrganizationRequest, mailing_pk: int) -> HttpResponse:
    """A mailing: how far it is, and what became of each e-mail; brings itself up to date while it is sent."""
    found, state = _found(request, mailing_pk), request.GET.get("state", "")
    counts = recipient_counts(found)
    live = Live.of(
        mailing_label(found), counts, found.cancelled_at, is_under_way=_is_moving(found, counts)
    )
    context = {
        **allowances(request),
        "mailing": found,
        "label": mailing_label(found),
        "job": found.reminder_job or found.job,
        "tabs": _tabs(request, counts, state),
        "page": recipient_page(found, state, request.GET.get("cursor", "")),
        "total": sum(counts.values()),
        "live": live,
    }
    return live.answer(request) or render(request, "staff/crm/mailings/mailing.html", context)


def _is_moving(found: Mailing, counts: dict[str, int]) -> bool:
    return found.is_under_way or "queued" in counts


def _tabs(request: OrganizationRequest, counts: dict[str, int], state: str) -> list[dict[str, Any]]:
    """Recipients in each state, as tabs of the page."""
    numbers = {"": sum(counts.values()), **counts}
    return [
        {
            "label": SHOWN.get(key, "All"),
            "href": f"{request.path}?state={key}" if key else request.path,
            "count": count,
            "current": key == state,
        }
        for key, count in numbers.items()
    ]


@staff_page(Permission.SEND_MAIL)
@require_POST
def cancel(request: OrganizationRequest, mailing_pk: int) -> HttpResponse:
    """Send nothing more of it."""
    found = _found(request, mailing_pk)
    cancel_mailing(found, actor=request.user)
    is_sent = found.recipients.exclude(message=None).exists()
    rest = "What was sent before cannot be taken back." if is_sent else "Nobody gets the e-mail."
    messages.success(request, f"Cancelled. {rest}")
    return redirect(address(request, "mailing", found.pk))


@staff_page(Permission.SEND_MAIL)
@require_POST
def go_on(request: OrganizationRequest, mailing_pk: int) -> HttpResponse:
    """Send the rest of one that was stopped."""
    found = _found(request, mailing_pk)
    continue_mailing(found, actor=request.user)
    return redirect(address(request, "mailing", found.pk))


@staff_page(Permission.SEND_MAIL)
@require_POST
def answered(request: OrganizationRequest, mailing_pk: int, recipient_pk: int) -> HttpResponse:
    """Note that a creator has answered."""
    row = _note(request, mailing_pk, recipient_pk, mark_answered)
    undo = _recipient_address(request, "mail_not_answered", row)
    say_done(request, f"{isolated(row.influencer.name)} is marked as answered.", undo=undo)
    return redirect(address(request, "mailing", mailing_pk) + _part(request))


@staff_page(Permission.SEND_MAIL)
@require_POST
def not_answered(request: OrganizationRequest, mailing_pk: int, recipient_pk: int) -> HttpResponse:
    """Note that a creator has not answered after all."""
    row = _note(request, mailing_pk, recipient_pk, take_answer_back)
    undo = _recipient_address(request, "mail_answered", row)
    say_done(request, f"{isolated(row.influencer.name)} has not answered.", undo=undo)
    return redirect(address(request, "mailing", mailing_pk) + _part(request))


def _note(
    request: OrganizationRequest, mailing_pk: int, pk: int, act: Callable[..., None]
) -> MailingRecipient:
    rows = MailingRecipient.objects.select_related("influencer", "mailing")
    row = get_object_or_404(rows, pk=pk, mailing=_found(request, mailing_pk))
    act(row, actor=request.user)
    return row


def _recipient_address(request: OrganizationRequest, name: str, row: MailingRecipient) -> str:
    url = reverse(f"crm:{name}", args=[request.organization.slug, row.mailing_id, row.pk])
    return url + _part(request)


def _part(request: OrganizationRequest) -> str:
    """The query of the recipients' tab and page on which somebody acts, to lead back there."""
    kept = {name: request.GET[name] for name in ("state", "cursor") if request.GET.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


def _found(request: OrganizationRequest, pk: int) -> Mailing:
    """Raises Http404 for an absent mailing, another organization's, and one that the member does not see."""
    found = mailing_by_id(pk, request.user)
    if found is None:
        raise Http404
    return found
