"""Pumps: claim what is due, call one service, record the outcome."""

from __future__ import annotations

import time

from celery import shared_task

from tiktok.services.connect.checks import check_due_grants
from tiktok.services.facts.snapshots import prepare_months
from tiktok.services.grants.attempts import forget_old_attempts
from tiktok.services.webhooks import deliveries

GRANTS_TICK_SECONDS = 20.0  # of its minute, when the day's looks have piled up


@shared_task(soft_time_limit=240, time_limit=300)
def forget_old_deliveries() -> None:
    """Delete webhooks that were settled a month ago, slice by slice."""
    while deliveries.forget_old_deliveries():
        pass


@shared_task(soft_time_limit=240, time_limit=300)
def pump_grants() -> None:
    """Look after the grants that are due, for one tick; forget trips to TikTok that are long over."""
    started = time.monotonic()
    # One by one: a worker that is stopped in the middle of many would leave tokens half refreshed.
    while time.monotonic() - started < GRANTS_TICK_SECONDS and check_due_grants(limit=1):
        pass
    forget_old_attempts()


@shared_task(soft_time_limit=60, time_limit=90)
def prepare_snapshot_months() -> None:
    """Let there be partitions for the snapshots of the coming months."""
    prepare_months()
