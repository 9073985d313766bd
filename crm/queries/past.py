"""An account's numbers over time: points of a chart, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tiktok.enums import AccountKind
from tiktok.models import Creator
from tiktok.queries import account_history

Point = tuple[date, float | None]
NUMBERS = (
    "follower_count",
    "like_count",
    "video_count",
    "average_views",
    "engagement_rate",
    "completion_rate",
)
WEEKLY = timedelta(days=8)


@dataclass(frozen=True)
class History:
    """The readings of an account by number and day, oldest first. `apart`: from one to the next when none is missed."""

    known: Mapping[str, list[tuple[date, float]]]
    apart: timedelta

    def points(self, number: str, days: int = 0) -> list[Point]:
        """The readings of the last `days` (0: of all), with one None where syncs are missing, so that a gap stays a gap."""
        readings = self.known.get(number, [])
        first = readings[-1][0] - timedelta(days=days) if days and readings else date.min
        return list(_with_gaps((r for r in readings if r[0] >= first), self.apart))

    def before(self, number: str, days: int) -> float | None:
        """The number so many days before its last reading; None where there was no reading about then."""
        readings = self.known.get(number, [])
        if not readings:
            return None
        wanted = readings[-1][0] - timedelta(days=days)
        near = [value for day, value in readings if wanted - self.apart <= day <= wanted]
        return near[-1] if near else None


def past(creator: Creator, kind: AccountKind) -> History:
    """The last reading of each day of an account; the weekly one may be a day late."""
    known: dict[str, dict[date, float]] = {number: {} for number in NUMBERS}
    for moment, *values in account_history(creator, kind).values_list("bucket_at", *NUMBERS):
        for number, value in zip(NUMBERS, values, strict=True):
            if value is not None:
                known[number][moment.date()] = value
    return History({number: [*days.items()] for number, days in known.items()}, _apart(kind))


def _apart(kind: AccountKind) -> timedelta:
    return WEEKLY if kind == AccountKind.AUTHENTICATED_NON_TTCM else timedelta(days=1)


def _with_gaps(points: Iterable[tuple[date, float]], apart: timedelta) -> Iterable[Point]:
    awaited: date | None = None
    for day, count in points:
        if awaited is not None and day > awaited:
            yield awaited, None
        yield day, count
        awaited = day + apart
