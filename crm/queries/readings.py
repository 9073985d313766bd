"""Latest numbers of accounts that are not on TikTok."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.models import AccountReading, SocialAccount
from crm.models.readings import READING_COUNTS

READING_NUMBERS = (*READING_COUNTS, "engagement_rate")


LABELS = {
    "followers": "Followers",
    "posts": "Posts",
    "likes": "Likes in all",
    "average_likes": "Average likes",
    "engagement_rate": "Engagement rate",
}


@dataclass(frozen=True)
class AccountNumbers:
    """An account that is not on TikTok, with the numbers that are known of it by label."""

    account: SocialAccount
    numbers: list[tuple[str, ReadNumber]]

    @property
    def origin(self) -> tuple[str, datetime] | None:
        """The source and time that most of the numbers have, said once for them; None without numbers."""
        origins = [number.origin for _, number in self.numbers]
        return max(origins, key=origins.count, default=None)


@dataclass(frozen=True)
class ReadNumber:
    """A number of an account with its source and time."""

    value: float
    source: str
    read_at: datetime
    is_share: bool = False

    @property
    def origin(self) -> tuple[str, datetime]:
        """Source and time."""
        return self.source, self.read_at


def with_numbers(accounts: Sequence[SocialAccount]) -> list[AccountNumbers]:
    """Load the latest numbers of these accounts."""
    latest = latest_numbers([account.pk for account in accounts]) if accounts else {}
    return [
        AccountNumbers(
            account,
            [
                (LABELS[name], latest[account.pk][name])
                for name in LABELS
                if name in latest.get(account.pk, {})
            ],
        )
        for account in accounts
    ]


def latest_numbers(account_ids: Sequence[int]) -> dict[int, dict[str, ReadNumber]]:
    """The latest reading of each number, by account; one that was never read is absent."""
    latest: dict[int, dict[str, ReadNumber]] = {}
    readings = AccountReading.objects.filter(account_id__in=account_ids)
    for reading in readings.order_by("-read_at", "-pk"):
        numbers = latest.setdefault(reading.account_id, {})
        for name in READING_NUMBERS:
            value = getattr(reading, name)
            if value is not None and name not in numbers:
                source = reading.get_source_display()
                is_share = name == "engagement_rate"
                numbers[name] = ReadNumber(value, source, reading.read_at, is_share)
    return latest
