"""Mail about an order after its invitation: sent again, and reminders, by hand and by rule.

At most three reminders go out for an order in all. What the creator said is respected: who cannot do it, or wants no
reminders, gets none, though the team has answered; and the rule waits while anything that they said is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns.enums import LASTING, UNPUBLISHED, CampaignState, OrderState
from campaigns.errors import CampaignArchived, NotToBeMailed
from campaigns.models import Order, OrderReply
from campaigns.policies.orders import MOST_REMINDERS, REMIND_ON, mail_refusal
from campaigns.services.orders import transitions
from campaigns.services.orders.contact.invitations import (
    NO_ADDRESS,
    queue_invitation,
    queue_reminder,
)
from jobs.enums import Lane
from jobs.services.queue import WorkKind, register_kind, wake
from mail.errors import MailProblem
from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.events import record

DAILY = "campaigns.order_reminders"
AGAIN_AFTER = timedelta(minutes=10)
EVERY = timedelta(hours=6)
FROM_HOUR = 8  # UTC


@transaction.atomic
def send_again(order: Order, *, actor: User) -> None:
    """Mail the invitation once more, with the link of the page as it is now. Raises NotToBeMailed."""
    locked = _locked(order)
    _refuse(why_not_sent(locked))
    try:
        is_new = queue_invitation(locked, again_after=AGAIN_AFTER)
    except MailProblem as problem:
        raise NotToBeMailed(str(problem)) from problem
    if not is_new:
        raise NotToBeMailed("It was sent less than ten minutes ago.")
    if locked.state == OrderState.CREATED:
        transitions.mark_sent(locked, evidence="Invitation queued as an e-mail to the creator.")
    else:
        Order.objects.filter(pk=locked.pk).update(problem="")
        record(Verb.ORDER_SENT_AGAIN, locked, actor=actor)


@transaction.atomic
def remind(order: Order, *, actor: User | None) -> None:
    """Remind the creator by mail. `actor` None: the rule does. Raises NotToBeMailed."""
    locked = _locked(order)
    _refuse(why_not_reminded(locked))
    now = timezone.now()
    locked.reminder_count, locked.reminded_at = locked.reminder_count + 1, now
    try:
        queue_reminder(locked)
    except MailProblem as problem:
        raise NotToBeMailed(str(problem)) from problem
    locked.save(update_fields=["reminder_count", "reminded_at"])
    record(Verb.ORDER_REMINDED, locked, actor=actor, nth=locked.reminder_count)


def why_not_sent(order: Order) -> str:
    """The reason why the invitation is not sent again; empty if it may be."""
    if order.campaign.state == CampaignState.ARCHIVED:
        return str(CampaignArchived())
    if order.state not in UNPUBLISHED:
        return "Nothing is asked of the creator now, so nothing was sent."
    return mail_refusal(order.in_force) or (
        "" if order.account.influencer.mail_address else NO_ADDRESS
    )


def why_not_reminded(order: Order) -> str:
    """The reason why the creator is not reminded; empty if they may be."""
    if order.state == OrderState.CREATED:
        return "The invitation has not been sent yet."
    if order.reminder_count >= MOST_REMINDERS:
        return "The creator was reminded three times already."
    if order.reminded_at and order.reminded_at.date() == timezone.now().date():
        return "The creator was reminded today already."
    return why_not_sent(order)


def _refuse(reason: str) -> None:
    if reason:
        raise NotToBeMailed(reason)


def _locked(order: Order) -> Order:
    rows = Order.objects.select_for_update(of=("self",))
    related = ("account__influencer__person", "request", "campaign", "organization")
    return rows.select_related(*related).get(pk=order.pk)


# --- by rule ----------------------------------------------------------------------------------------------------------
def plan_reminders() -> None:
    """See that every organization's orders are looked through once a day."""
    for organization in Organization.objects.all():
        with organization_scope(organization):
            wake(DAILY, organization.pk)


def remind_by_rule(organization_ids: Sequence[int]) -> dict[int, timedelta | None]:
    """Send the day's reminders of the organization in scope, not in the night, and say of orders whose due date passed that
    they are overdue."""
    now = timezone.now()
    if now.hour < FROM_HOUR:
        return dict.fromkeys(organization_ids, timedelta(hours=FROM_HOUR - now.hour))
    for primary_key in due_for_reminder(now.date()).values_list("pk", flat=True):
        _remind_if_possible(primary_key)
    _note_overdue(now.date())
    return dict.fromkeys(organization_ids, EVERY)


def due_for_reminder(today: date) -> QuerySet[Order]:
    """The orders that the rule reminds of today: due in three days, today or two days ago, and nothing said is open or holds."""
    days = [today - timedelta(days=offset) for offset in REMIND_ON]
    in_force = Q(settled_at=None) | Q(kind__in=LASTING, lifted_at=None)
    is_said = Exists(OrderReply.objects.filter(in_force, order=OuterRef("pk")))
    rows = Order.objects.filter(due_on__in=days, state__in=UNPUBLISHED).exclude(
        state=OrderState.CREATED
    )
    rows = rows.filter(campaign__state=CampaignState.ACTIVE, reminder_count__lt=MOST_REMINDERS)
    reminded_today = Q(reminded_at__date=today)
    return rows.exclude(reminded_today).exclude(is_said).order_by("pk")


def _remind_if_possible(primary_key: int) -> None:
    try:
        remind(Order.objects.get(pk=primary_key), actor=None)
    except NotToBeMailed as refusal:
        problem = f"No reminder was sent. {refusal}"[: transitions.EVIDENCE_LENGTH]
        Order.objects.filter(pk=primary_key).update(problem=problem)


@transaction.atomic
def _note_overdue(today: date) -> None:
    late = Order.objects.filter(
        due_on__lt=today, state__in=UNPUBLISHED, video_count__lt=F("video_limit")
    )
    late = late.filter(campaign__state=CampaignState.ACTIVE)
    news = late.exclude(overdue_on=F("due_on")).select_for_update(of=("self",))
    for order in news.select_related("account").order_by("pk"):
        order.overdue_on = order.due_on
        order.save(update_fields=["overdue_on"])
        record(Verb.ORDER_OVERDUE, order, actor=None, due_on=order.due_on)


register_kind(WorkKind(DAILY, Lane.BULK, remind_by_rule))
