"""Pumps: claim what is due, call one service, record the outcome."""

from __future__ import annotations

import time

from celery import shared_task

from tiktok.services import marketplace, sync  # noqa: F401 -- they register the handlers of their polls
from tiktok.services.polling import pump

TICK_SECONDS = 4.0


@shared_task(soft_time_limit=240, time_limit=300)
def pump_polls() -> None:
    """Work through the due polls for one tick; what is left is the next tick's."""
    started = time.monotonic()
    while time.monotonic() - started < TICK_SECONDS and pump():
        pass
