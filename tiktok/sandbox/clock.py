"""The sandbox's time: real time and an offset that can only grow."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

DAY = 86_400.0
LONGEST_SECONDS = 100 * 366 * DAY


class Clock:
    """Unix seconds. ``offset`` is what `advance` added so far."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        """Sandbox time in Unix seconds."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once; a century in all."""
        if not 0 <= seconds <= LONGEST_SECONDS - self.offset:
            raise ValueError("time does not run backwards, nor beyond a century")
        self.offset += seconds


def utc(seconds: float) -> datetime:
    """The instant."""
    return datetime.fromtimestamp(seconds, UTC)


def text(seconds: float) -> str:
    """TikTok's ``YYYY-MM-DD HH:MM:SS`` in UTC."""
    return utc(seconds).strftime("%Y-%m-%d %H:%M:%S")


def day_start(day: date) -> float:
    """First second of a UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
