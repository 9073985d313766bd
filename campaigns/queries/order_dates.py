"""Due dates: orders whose date has passed, and the dates that new orders of a campaign take."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import F, Q
from django.utils import timezone

from campaigns.enums import UNPUBLISHED
from campaigns.models import Campaign, Order, Participant

OVERDUE = "overdue"  # beside the states of orders, where lists are filtered by them


def is_overdue() -> Q:
    """Condition: the order's due date (a UTC day) has passed while videos are missing, as `Order.is_overdue` says."""
    late = Q(due_on__lt=timezone.now().date(), state__in=UNPUBLISHED)
    return late & Q(video_count__lt=F("video_limit"))


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
