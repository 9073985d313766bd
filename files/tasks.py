"""Pumps of stored files."""

from __future__ import annotations

from celery import shared_task

from files import purge, uploads
from files.services import ledger


@shared_task(soft_time_limit=1_500, time_limit=1_800)
def collect_files() -> None:
    """Delete what was removed for good, and contents without a row."""
    purge.collect_files()
    uploads.delete_left()


@shared_task(soft_time_limit=240, time_limit=300)
def write_ledger() -> None:
    """Write entries that the ledger's storage did not take at once."""
    ledger.write_entries()
