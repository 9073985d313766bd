"""Mails about drafts to their creators: that one is asked for, the team's comments and verdict; each once."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext

from campaigns.models import Review, ReviewComment
from campaigns.policies.orders import mail_refusal
from campaigns.services.orders.contact.pages import page_language, page_url
from crm.services.mailings.ties import tie_mail
from mail.errors import MailProblem
from mail.services.outbox import queue_message, withdraw
from tenancy.models import Event
from ui.bidi import isolated

TEMPLATE = "campaigns_draft"
ASKED, CHANGES, APPROVED, COMMENTED = "asked", "changes", "approved", "commented"
NO_ADDRESS = "No e-mail address is known, so tell the creator yourself. It stands on the page of their order."


def tell_creator(review: Review, what: str, event: Event, *, reason: str = "") -> str:
    """Queue the mail of this event, in the creator's language. Returns why it was not sent, if it was not."""
    if refusal := mail_refusal(review.order.in_force, is_reply=what != ASKED):
        return f"{refusal} It stands on the page of their order."
    return _queue(review, what, _intent(event), reason=reason)


def tell_of_comments(review: Review, comments: Sequence[ReviewComment]) -> None:
    """Queue one mail of these comments, the latest last. It is one that can be unsubscribed from."""
    _queue(review, COMMENTED, f"draft-comments:{comments[-1].pk}", comments=comments)


def _queue(
    review: Review,
    what: str,
    intent: str,
    *,
    reason: str = "",
    comments: Sequence[ReviewComment] = (),
) -> str:
    order = review.order
    influencer = order.account.influencer
    if not influencer.mail_address:
        return NO_ADDRESS
    with translation.override(page_language(order)):
        try:
            message, _ = queue_message(
                TEMPLATE,
                to=influencer.mail_address,
                subject=_subject(what, isolated(order.request.brand_name)),
                values={**_values(review, what, reason), "comments": comments},
                intent=intent,
                is_bulk=what in {ASKED, COMMENTED},
            )
        except MailProblem as problem:
            return f"{problem} Tell the creator yourself; it stands on the page of their order."
    tie_mail(message, influencer.pk)
    return ""


def withdraw_news(event: Event) -> None:
    """Take the mail of this event back, if it has not begun to leave."""
    withdraw([_intent(event)])


def _intent(event: Event) -> str:
    return f"draft:{event.pk}"


def _subject(what: str, brand: str) -> str:
    if what == ASKED:
        return gettext("%(brand)s would like to see a draft") % {"brand": brand}
    if what == COMMENTED:
        return gettext("%(brand)s has commented on your draft") % {"brand": brand}
    if what == CHANGES:
        return gettext("Your draft for %(brand)s: please change something") % {"brand": brand}
    return gettext("Your draft for %(brand)s is approved") % {"brand": brand}


def _values(review: Review, what: str, reason: str) -> dict[str, object]:
    order = review.order
    return {
        "review": review,
        "what": what,
        "reason": reason,
        "influencer": order.account.influencer.name,
        "brand": order.request.brand_name,
        "organization": order.organization.name,
        "page_url": f"{page_url(order)}draft/{review.number}/",
    }
