"""The invitation: an e-mail with an order's link and code."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from campaigns.enums import OrderState
from campaigns.models import Order
from campaigns.services.orders import transitions
from mail.enums import MessageState
from mail.errors import MailProblem
from mail.models import Message
from mail.services.outbox import queue_message
from mail.services.previewing import Preview, preview_message
from mail.services.rendering import render_words
from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.services.events import record
from ui.bidi import isolated

TEMPLATE = "campaigns_order_invitation"
NO_ADDRESS = "No e-mail address is known. Send the invitation to the creator yourself."
BY_YOURSELF = "Send the invitation to the creator yourself."
NOT_ARRIVED = (
    "The invitation did not go out by e-mail ({}). Send it again under E-mail, or send it yourself."
)
LINK_TO_COME = "https://www.tiktok.com/…"
PROBLEM_LENGTH = 300


def invite_creators(orders: Iterable[Order]) -> None:
    """Queue the invitation of each order that was created and not sent yet; the result stands on the order."""
    for order in orders:
        if order.state == OrderState.CREATED:
            _invite(order)


@transaction.atomic
def _invite(order: Order) -> None:
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.state != OrderState.CREATED:
        return
    if not order.account.influencer.email:
        _note(order, NO_ADDRESS)
        return
    try:
        _queue(order)
    except MailProblem as problem:
        _note(order, f"{problem} {BY_YOURSELF}")
    else:
        _mark_sent(order, locked, "Invitation queued as an e-mail to the creator.")


def _queue(order: Order) -> None:
    queue_message(
        TEMPLATE,
        to=order.account.influencer.email,
        subject=_subject(order),
        values=_values(order, order.organization),
        intent=f"order_invitation:{order.pk}",
        is_bulk=True,
    )


def _subject(order: Order) -> str:
    return f"{isolated(order.request.brand_name)} would like to work with you"


def _values(order: Order, organization: Organization) -> dict[str, object]:
    return {
        "order": order,
        "influencer": order.account.influencer.name,
        "brand": order.request.brand_name,
        "organization": organization.name,
    }


def preview_invitation(order: Order, organization: Organization, *, to: str) -> Preview:
    """The invitation of an order that is not written down yet; TikTok's link and code are still to come."""
    order.invite_link = order.invite_link or LINK_TO_COME
    return preview_message(
        TEMPLATE, to=to, subject=_subject(order), values=_values(order, organization), is_bulk=True
    )


def invitation_words(order: Order, organization: Organization) -> str:
    """The invitation as a text with link and code, for a creator who is written to some other way than by e-mail."""
    return render_words(TEMPLATE, _values(order, organization))


def follow_mail(message: Message) -> None:
    """Say on the order what became of its invitation, while nothing else has become of the order."""
    if message.template != TEMPLATE:
        return
    order_id = int(message.intent.rpartition(":")[2])
    failed = message.state in {MessageState.FAILED, MessageState.BOUNCED}
    problem = NOT_ARRIVED.format(message.reason.rstrip("."))[:PROBLEM_LENGTH] if failed else ""
    Order.objects.filter(pk=order_id, state=OrderState.SENT).update(problem=problem)


@transaction.atomic
def mark_invited_by_hand(order: Order, *, actor: User | None) -> bool:
    """The user has sent link and code some other way. False, and nothing changes, when the order is past that."""
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.state != OrderState.CREATED:
        return False
    _mark_sent(order, locked, "Marked as sent by hand.")
    record(Verb.ORDER_MARKED_SENT, order, actor=actor)
    return True


def _mark_sent(order: Order, locked: Order, evidence: str) -> None:
    transitions.mark_sent(locked, evidence=evidence)
    order.state, order.state_at, order.problem = locked.state, locked.state_at, locked.problem


def _note(order: Order, problem: str) -> None:
    order.problem = problem
    Order.objects.filter(pk=order.pk).update(problem=problem)
