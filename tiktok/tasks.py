"""Pumps: claim what is due, call one service, record the outcome."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from tiktok.services import sync  # noqa: F401 -- registers the handlers of accounts and videos
from tiktok.services.crew import work_off

TICK_SECONDS = 4.0


@shared_task(soft_time_limit=240, time_limit=300)
def pump_polls() -> None:
    """Work through the due polls for one tick; what is left is the next tick's."""
    work_off(threads=settings.TIKTOK_POLL_THREADS, seconds=TICK_SECONDS)
