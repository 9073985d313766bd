"""Latest numbers of accounts that are not on TikTok."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.models import AccountReading
from crm.models.readings import READING_COUNTS

READING_NUMBERS = (*READING_COUNTS, "engagement_rate")


@dataclass(frozen=True)
class ReadNumber:
    """A number of an account with its source and time."""

    value: float
    source: str
    read_at: datetime


def latest_numbers(account_ids: Sequence[int]) -> dict[int, dict[str, ReadNumber]]:
    """The latest reading of each number, by account; one that was never read is absent."""
    latest: dict[int, dict[str, ReadNumber]] = {}
    readings = AccountReading.objects.filter(account_id__in=account_ids)
    for reading in readings.order_by("-read_at", "-pk"):
        numbers = latest.setdefault(reading.account_id, {})
        for name in READING_NUMBERS:
            value = getattr(reading, name)
            if value is not None and name not in numbers:
                numbers[name] = ReadNumber(value, reading.get_source_display(), reading.read_at)
    return latest
