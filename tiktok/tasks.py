"""Pumps: claim what is due, call one service, record the outcome."""

from __future__ import annotations

from celery import shared_task

from tiktok.services.facts.days import drop_moved_months, plan_moves
from tiktok.services.facts.months import prepare_months
from tiktok.services.grants import attempts
from tiktok.services.webhooks import deliveries


@shared_task(soft_time_limit=240, time_limit=300)
def forget_old_deliveries() -> None:
    """Delete webhooks that were settled a month ago, slice by slice."""
    while deliveries.forget_old_deliveries():
        pass


@shared_task(soft_time_limit=240, time_limit=300)
def forget_old_attempts() -> None:
    """Delete trips to TikTok that are long over."""
    attempts.forget_old_attempts()


@shared_task(soft_time_limit=60, time_limit=90)
def keep_history() -> None:
    """Let there be partitions for all readings, plan what moves old ones on, and drop the months that are empty then."""
    prepare_months()
    plan_moves()
    drop_moved_months()
