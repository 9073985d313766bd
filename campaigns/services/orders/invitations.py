"""The invitation: an e-mail with an order's link and code."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string

from campaigns.enums import OrderState
from campaigns.models import Order
from campaigns.services.orders import transitions
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from ui.bidi import isolated

log = structlog.get_logger()
CLAIM_SECONDS = 600  # a process that died with its claim stands in the way no longer
NO_ADDRESS = "No e-mail address is known. Send the invitation to the creator yourself."
NOT_MAILED = "The invitation could not be e-mailed. Send the invitation to the creator yourself."


def invite_creators(orders: Iterable[Order]) -> None:
    """E-mail the invitation of each order that was created and not sent yet; the result stands on the order.

    Each is claimed first: of two processes that are at the same orders one mails.
    """
    connection = get_connection()  # opened by the first message, kept for the others
    for order in orders:
        claim = f"campaigns:inviting:{order.pk}"
        if order.state != OrderState.CREATED or not cache.add(claim, True, CLAIM_SECONDS):
            continue
        if not _invite(order, connection):
            cache.delete(claim)  # it may be tried again
    connection.close()


def _invite(order: Order, connection: BaseEmailBackend) -> bool:
    """Is the order invited now, by this call or since it was loaded?"""
    if not Order.objects.filter(pk=order.pk, state=OrderState.CREATED).exists():
        return True
    if not order.account.influencer.email:
        _note(order, NO_ADDRESS)
        return False
    try:
        connection.open()
        connection.send_messages([_message(order)])
    except OSError as error:  # smtplib's errors are OSErrors
        log.warning("invitation.not_sent", order=order.pk, error=type(error).__name__)
        connection.close()  # it may be broken; the next message opens it anew
        _note(order, NOT_MAILED)
        return False
    _mark_sent(order, "Invitation e-mailed to the influencer.")
    return True


def _message(order: Order) -> EmailMultiAlternatives:
    values = {
        "order": order,
        "influencer": order.account.influencer.name,
        "brand": order.request.brand_name,
        "organization": order.organization.name,
    }
    message = EmailMultiAlternatives(
        subject=" ".join(
            f"{isolated(order.request.brand_name)} would like to work with you".split()
        ),
        body=render_to_string("emails/campaigns_order_invitation.txt", values),
        to=[order.account.influencer.email],
    )
    html = render_to_string("emails/campaigns_order_invitation.html", values)
    message.attach_alternative(html, "text/html")
    return message


def mark_invited_by_hand(order: Order, *, actor: User | None) -> bool:
    """The user has sent link and code some other way. False, and nothing changes, when the order is past that."""
    is_news = _mark_sent(order, "Marked as sent by hand.")
    if is_news:
        record(Verb.ORDER_MARKED_SENT, order, actor=actor)
    return is_news


@transaction.atomic
def _mark_sent(order: Order, evidence: str) -> bool:
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.state != OrderState.CREATED:
        return False
    transitions.mark_sent(locked, evidence=evidence)
    order.state, order.state_at, order.problem = locked.state, locked.state_at, locked.problem
    return True


def _note(order: Order, problem: str) -> None:
    order.problem = problem
    Order.objects.filter(pk=order.pk, state=OrderState.CREATED).update(problem=problem)
