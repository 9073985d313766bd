"""The pump: claim what is due in a lane and do it."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from jobs.enums import Lane
from jobs.services.pool import work_off


@shared_task(soft_time_limit=240, time_limit=300)
def pump(lane: str) -> None:
    """Work through what is due in this lane for one tick; what is left is the next tick's."""
    work_off(Lane(lane), threads=settings.WORK_THREADS, seconds=settings.WORK_TICK_SECONDS[lane])
