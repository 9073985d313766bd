"""Pumps of the ground floor."""

from __future__ import annotations

from celery import shared_task

from tenancy.services import counters, strangers


@shared_task(soft_time_limit=240, time_limit=300)
def fold_counters() -> None:
    """Add up the changes of counters."""
    counters.fold_counters()


@shared_task(soft_time_limit=240, time_limit=300)
def forget_strangers() -> None:
    """Delete addresses that were typed and with which nobody ever signed in."""
    strangers.forget_strangers()
