"""Replies of creators on the page of their order: open until the team answers, or they take them back. That they cannot do the
order, or want no reminders, holds on (`LASTING`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.enums import LASTING, ParticipantState, ReplyKind
from campaigns.errors import ReplyNotTaken
from campaigns.models import Order, OrderReply
from campaigns.policies.orders import may_say
from campaigns.services.orders.contact.invitations import queue_answer
from campaigns.services.orders.contact.pages import note_act
from campaigns.services.orders.due_dates import set_due
from campaigns.services.participants import move_participant
from crm.services.mailings.answers import note_answer
from mail.errors import MailProblem
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record

TEXT_LENGTH = 1000
APART = "\n\n"  # between one question and the next
ON_THE_PAGE = "The creator sees it on the page of the order."
VERBS = {
    ReplyKind.QUESTION: Verb.ORDER_QUESTION_ASKED,
    ReplyKind.CANNOT: Verb.ORDER_DECLINED,
    ReplyKind.NEW_DATE: Verb.ORDER_DATE_ASKED,
    ReplyKind.PUBLISHED: Verb.ORDER_VIDEO_NAMED,
    ReplyKind.QUIET: Verb.ORDER_REMINDERS_STOPPED,
}


@transaction.atomic
def say(
    order: Order, kind: ReplyKind, *, text: str = "", wished_on: date | None = None
) -> OrderReply:
    """Keep what the creator says; said again while it is open, it adds to that. Raises ReplyNotTaken."""
    locked = _locked(order)
    if not may_say(locked.state, kind):
        raise ReplyNotTaken
    reply = locked.replies.filter(kind=kind, settled_at=None).first()
    if reply and _is_said_already(reply, text, wished_on):
        return reply  # the same form once more
    note_act(locked)
    reply = reply or OrderReply(order=locked, kind=kind)
    reply.text, reply.wished_on = _added(reply, text), wished_on
    reply.save()
    record(VERBS[kind], locked, actor=None, texts={"said": text}, **_dated("wished_on", wished_on))
    if kind == ReplyKind.CANNOT:
        move_participant(locked, ParticipantState.DECLINED)
    note_answer(locked.account.influencer_id)
    return reply


def _is_said_already(reply: OrderReply, text: str, wished_on: date | None) -> bool:
    if reply.kind == ReplyKind.QUESTION:
        return f"{APART}{reply.text}".endswith(f"{APART}{text}")
    return (reply.text, reply.wished_on) == (text, wished_on)


def _added(reply: OrderReply, text: str) -> str:
    """A further question stands below the first; anything else takes the place of what was said."""
    is_further = reply.kind == ReplyKind.QUESTION and reply.text
    whole = f"{reply.text}{APART}{text}" if is_further else text
    if len(whole) > TEXT_LENGTH:
        raise ReplyNotTaken
    return whole


def _dated(name: str, day: date | None) -> dict[str, Any]:
    return {name: day} if day else {}


@transaction.atomic
def take_back(order: Order, kind: ReplyKind) -> bool:
    """The creator takes it back: it is as if it had not been said, but for the events. False: there was nothing open."""
    locked = _locked(order)
    if not _lift(locked, kind):
        return False
    record(Verb.ORDER_REPLY_TAKEN_BACK, locked, actor=None, kind=kind)
    return True


@transaction.atomic
def allow_mail(reply: OrderReply, *, actor: User) -> bool:
    """The team knows that the creator may be mailed about the order again, though they said otherwise and did not take it back.
    False: that does not hold any more."""
    locked, kind = _locked(reply.order), ReplyKind(reply.kind)
    if kind not in LASTING or not _lift(locked, kind, by=actor):
        return False
    record(Verb.ORDER_MAIL_ALLOWED, locked, actor=actor, kind=kind)
    return True


def _lift(locked: Order, kind: ReplyKind, *, by: User | None = None) -> bool:
    """Let what the creator said hold no longer. False: it did not."""
    now, said = timezone.now(), locked.replies.filter(kind=kind)
    is_open = said.filter(settled_at=None).update(settled_at=now, settled_by=by)
    is_held = kind in LASTING and said.filter(lifted_at=None).update(lifted_at=now)
    if kind == ReplyKind.CANNOT and is_held:
        move_participant(locked, ParticipantState.BRIEFED)
    return bool(is_open or is_held)


@transaction.atomic
def settle(reply: OrderReply, *, answer: str = "", accepts: bool = False, actor: User) -> str:
    """The team has dealt with it. Returns how the creator hears of it, as a sentence; empty: it was settled already.

    An answer stands on the page of the order and goes out by mail, and so does what becomes of a date that they asked for.
    `accepts`: that date becomes the due date.
    """
    open_one = OrderReply.objects.filter(pk=reply.pk, settled_at=None)
    if not open_one.update(settled_at=timezone.now(), settled_by=actor, answer=answer):
        return ""
    locked, kind = _locked(reply.order), ReplyKind(reply.kind)
    reply.answer = answer
    texts = {"answer": answer} if answer else None
    record(Verb.ORDER_REPLY_SETTLED, locked, actor=actor, texts=texts, kind=kind)
    if accepts and reply.wished_on:
        set_due(locked, reply.wished_on, actor=actor)
    is_mailed = bool(answer) or kind == ReplyKind.NEW_DATE
    return _mailed(locked, reply) if is_mailed else ON_THE_PAGE


def _mailed(order: Order, reply: OrderReply) -> str:
    if not order.account.influencer.mail_address:
        return f"{ON_THE_PAGE} No e-mail address is known, so none was sent."
    try:
        queue_answer(order, reply)
    except MailProblem as problem:
        return f"{ON_THE_PAGE} No e-mail was sent. {problem}"
    return "The creator gets it by e-mail and sees it on the page of the order."


def _locked(order: Order) -> Order:
    rows = Order.objects.select_for_update(of=("self",))
    return rows.select_related("account__influencer__person", "request", "organization").get(
        pk=order.pk
    )
