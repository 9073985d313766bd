"""Due dates: orders whose date has passed, and the dates that new orders of a campaign take."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaigns.enums import UNPUBLISHED, ParticipantState
from campaigns.models import Campaign, Order, Participant

PAST = "past"  # beside days, where influencers are filtered by their due dates
STILL_TO_DO = [
    state
    for state in ParticipantState
    if state not in {ParticipantState.DECLINED, ParticipantState.DONE}
]
OVERDUE = "overdue"  # beside the states of orders, where lists are filtered by them


def is_overdue() -> Q:
    """Condition: the order's due date (a UTC day) has passed while videos are missing, as `Order.is_overdue` says."""
    return Q(due_on__lt=timezone.now().date()) & is_still_due()


def is_still_due() -> Q:
    """Condition: videos of the order are still to come."""
    return Q(state__in=UNPUBLISHED, video_count__lt=F("video_limit"))


def own_due() -> Subquery:
    """Annotation of orders: the due date that the order's account has as participant of the campaign."""
    mine = Participant.objects.filter(campaign=OuterRef("campaign"), account=OuterRef("account"))
    return Subquery(mine.values("due_on")[:1])


def due_rank() -> Coalesce:
    """Annotation of orders: the order's due date, or without one that of its account in the campaign."""
    return Coalesce("due_on", own_due())


def due_participants(campaign: Campaign) -> QuerySet[Participant]:
    """The participants of whom something is due still on a date of their own: none of their orders has one."""
    mine = Order.objects.filter(campaign=campaign, account=OuterRef("account"))
    ordered = mine.filter(due_on__isnull=False)
    rows = Participant.objects.filter(campaign=campaign, due_on__isnull=False)
    return rows.filter(~Exists(ordered), state__in=STILL_TO_DO)


def overdue_count(most: int) -> int:
    """How many orders are overdue; of very many one more than `most`."""
    return Order.objects.filter(is_overdue())[: most + 1].count()


def own_due_dates(campaign: Campaign, account_ids: Collection[int]) -> dict[int, date]:
    """The due dates from today on that accounts have as participants of the campaign, by account."""
    rows = Participant.objects.filter(campaign=campaign, account__in=account_ids)
    dated = rows.filter(due_on__gte=timezone.now().date())
    return {each.account_id: each.due_on for each in dated if each.due_on}


def common_due_date(campaign: Campaign, account_ids: Collection[int]) -> date | None:
    """The due date from today on that all these accounts have in the campaign, or without accounts all who take part; else None."""
    rows = Participant.objects.filter(campaign=campaign)
    if account_ids:
        rows = rows.filter(account__in=account_ids)
        if rows.count() < len(set(account_ids)):
            return None
    dates = list(rows.order_by().values_list("due_on", flat=True).distinct()[:2])
    due_on = dates[0] if len(dates) == 1 else None
    return due_on if due_on and due_on >= timezone.now().date() else None
