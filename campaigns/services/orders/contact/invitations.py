"""The invitation: an e-mail with an order's link and code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from campaigns.enums import OrderState
from campaigns.models import Order, OrderReply
from campaigns.services.orders import transitions
from campaigns.services.orders.contact.pages import page_language, page_url
from crm.services.mailings.ties import tie_mail
from crm.services.mailings.writing import queue_test
from mail.enums import MessageState
from mail.errors import MailProblem
from mail.models import Message
from mail.services.outbox import queue_message, withdraw
from mail.services.previewing import Preview, preview_message
from mail.services.rendering import render_words
from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.services.events import record
from ui.bidi import isolated

TEMPLATE, REMINDER_TEMPLATE = "campaigns_order_invitation", "campaigns_order_reminder"
ANSWER_TEMPLATE = "campaigns_order_answer"
INVITATION, REMINDER = "order_invitation", "order_reminder"  # their intents, before the order's id
ANSWER = "order_answer"  # the same, before the reply's id
NO_ADDRESS = "No e-mail address is known. Send the invitation to the creator yourself."
BY_YOURSELF = "Send the invitation to the creator yourself."
NOT_ARRIVED = (
    "The invitation did not go out by e-mail ({}). Send it again under E-mail, or send it yourself."
)
LINK_TO_COME = "https://www.tiktok.com/…"
PAGE_TO_COME = f"{settings.PUBLIC_URL}/i/…"
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
    if not order.account.influencer.mail_address:
        _note(order, NO_ADDRESS)
        return
    try:
        queue_invitation(order)
    except MailProblem as problem:
        _note(order, f"{problem} {BY_YOURSELF}")
    else:
        _mark_sent(order, locked, "Invitation queued as an e-mail to the creator.")


def queue_invitation(order: Order, *, again_after: timedelta | None = None) -> bool:
    """Queue the invitation in the creator's language. Returns whether it is a new mail. Raises MailProblem."""
    with translation.override(page_language(order)):
        message, is_new = queue_message(
            TEMPLATE,
            to=order.account.influencer.mail_address,
            subject=_subject(order),
            values=_values(order, order.organization),
            intent=f"{INVITATION}:{order.pk}",
            again_after=again_after,
            is_bulk=True,
        )
    tie_mail(message, order.account.influencer_id)
    return is_new


def queue_reminder(order: Order) -> None:
    """Queue the reminder whose number the order's count says. Raises MailProblem."""
    with translation.override(page_language(order)):
        brand = isolated(order.request.brand_name)
        message, _ = queue_message(
            REMINDER_TEMPLATE,
            to=order.account.influencer.mail_address,
            subject=gettext("Reminder: your order for %(brand)s") % {"brand": brand},
            values=_values(order, order.organization),
            intent=f"{REMINDER}:{order.pk}:{order.reminder_count}",
            is_bulk=True,
        )
    tie_mail(message, order.account.influencer_id)


def queue_answer(order: Order, reply: OrderReply) -> None:
    """Queue the team's answer to what the creator said, once, in the creator's language. Raises MailProblem."""
    with translation.override(page_language(order)):
        brand = isolated(order.request.brand_name)
        message, _ = queue_message(
            ANSWER_TEMPLATE,
            to=order.account.influencer.mail_address,
            subject=gettext("Answer about your order for %(brand)s") % {"brand": brand},
            values={**_values(order, order.organization), "reply": reply},
            intent=f"{ANSWER}:{reply.pk}",
        )
    tie_mail(message, order.account.influencer_id)


def withdraw_mail(order: Order) -> None:
    """Take back what is queued about the order and has not begun to leave."""
    reminders = [f"{REMINDER}:{order.pk}:{nth + 1}" for nth in range(order.reminder_count)]
    withdraw([f"{INVITATION}:{order.pk}", *reminders])


def _subject(order: Order) -> str:
    brand = isolated(order.request.brand_name)
    return gettext("%(brand)s would like to work with you") % {"brand": brand}


def _values(order: Order, organization: Organization) -> dict[str, object]:
    return {
        "order": order,
        "influencer": order.account.influencer.name,
        "brand": order.request.brand_name,
        "organization": organization.name,
        "page_url": page_url(order) if order.pk else PAGE_TO_COME,
        "quiet_url": f"{page_url(order)}quiet/" if order.pk else PAGE_TO_COME,
    }


def preview_invitation(order: Order, organization: Organization, *, to: str) -> Preview:
    """The invitation of an order that is not written down yet; TikTok's link and code are still to come."""
    order.invite_link = order.invite_link or LINK_TO_COME
    with translation.override(page_language(order)):
        values = _values(order, organization)
        return preview_message(
            TEMPLATE, to=to, subject=_subject(order), values=values, is_bulk=True
        )


def send_test(order: Order, organization: Organization, *, actor: User) -> None:
    """Send the invitation that `preview_invitation` shows to the member who is about to order. Raises MailProblem."""
    order.invite_link = order.invite_link or LINK_TO_COME
    about = order.account.influencer_id
    with translation.override(page_language(order)):
        values = _values(order, organization)
        queue_test(TEMPLATE, _subject(order), values, about=about, actor=actor)


def invitation_words(order: Order, organization: Organization) -> str:
    """The invitation as a text with link and code, for a creator who is written to some other way than by e-mail."""
    with translation.override(page_language(order)):
        return render_words(TEMPLATE, _values(order, organization))


def follow_mail(message: Message) -> None:
    """Say on the order what became of its invitation, while nothing else has become of the order."""
    if not message.intent.startswith(f"{INVITATION}:"):
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
