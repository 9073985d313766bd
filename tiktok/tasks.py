"""Pumps: claim what is due, call one service, record the outcome."""

from __future__ import annotations

import time

from celery import shared_task

from tiktok.services import sync  # noqa: F401 -- registers the handlers of accounts and videos
from tiktok.services.attempts import forget_old_attempts
from tiktok.services.checks import check_due_grants
from tiktok.services.polling import pump

TICK_SECONDS = 4.0


@shared_task(soft_time_limit=240, time_limit=300)
def pump_polls() -> None:
    """Work through the due polls for one tick; what is left is the next tick's."""
    started = time.monotonic()
    while time.monotonic() - started < TICK_SECONDS and pump():
        pass


@shared_task(soft_time_limit=240, time_limit=300)
def pump_grants() -> None:
    """Look after the grants that are due, for one tick; forget trips to TikTok that are long over."""
    started = time.monotonic()
    while time.monotonic() - started < TICK_SECONDS and check_due_grants():
        pass
    forget_old_attempts()
