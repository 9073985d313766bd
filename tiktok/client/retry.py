"""The repetition of failed calls: a pure function, no clock, no sleep, no chance."""

from __future__ import annotations

from .errors import (
    GarbledAnswerError,
    NotReadyError,
    RateLimitedError,
    TemporaryError,
    TikTokError,
    UnreachableError,
    UnreadableDataError,
)

BASE_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 8.0
LONGEST_OBEDIENCE_SECONDS = 10.0
"""A longer wish of TikTok's is handed to the caller, who can plan; a thread must not sleep minutes."""

_REPEATABLE = (
    RateLimitedError,
    NotReadyError,
    TemporaryError,
    UnreachableError,
    GarbledAnswerError,
)


def seconds_before_retry(
    error: TikTokError,
    attempt: int,
    *,
    idempotent: bool,
    max_attempts: int = 3,
    spread: float = 0.5,
) -> float | None:
    """Seconds to wait before repeating the call that failed with ``error``, or None to give up.

    ``attempt`` counts from 1. A call that is not ``idempotent`` is repeated only when TikTok cannot
    have acted on it. ``spread`` in [0, 1) shifts the back-off so that many clients do not repeat
    in step.
    """
    if attempt >= max_attempts or not isinstance(error, _REPEATABLE):
        return None
    if isinstance(error, UnreadableDataError):
        return None  # a changed format does not pass
    if isinstance(error, GarbledAnswerError) and attempt > 1:
        return None  # a cut answer does, or never
    if not idempotent and error.outcome_unknown:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_OBEDIENCE_SECONDS else None
    return min(LONGEST_BACKOFF_SECONDS, BASE_SECONDS * 2.0 ** (attempt - 1)) * (0.5 + spread)
