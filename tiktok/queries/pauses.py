"""Pauses of calls to TikTok."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from tiktok import breaker, limits
from tiktok.enums import PostponedReason
from tiktok.store import StoreIsDown


@dataclass(frozen=True)
class Pause:
    """No call to TikTok is made until then, whoever wants it; `until` is None where nobody knows.

    `endpoints`: only calls of these are meant; none are named where all are.
    """

    because: PostponedReason
    until: datetime | None = None
    endpoints: tuple[str, ...] = ()


def current_pause() -> Pause | None:
    """The app's pause, which is every organization's alike; the widest one, where there are several."""
    try:
        seconds, opened = limits.app_paused_for(), breaker.opened()
    except StoreIsDown:
        return Pause(PostponedReason.UNCOUNTED)
    now = timezone.now()
    if seconds > limits.SHORT_PAUSE_SECONDS:
        return Pause(PostponedReason.LIMIT_REACHED, now + timedelta(seconds=seconds))
    tried_at = {path: datetime.fromtimestamp(moment, UTC) for path, moment in opened.items()}
    shut = sorted(path for path, moment in tried_at.items() if moment > now)
    if not shut:
        return None
    return Pause(PostponedReason.NO_ANSWER, max(tried_at[path] for path in shut), tuple(shut))
