"""Reads an HTTP answer: the envelope's ``code`` first, the HTTP status only when there is none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from .decoding import decoded
from .errors import (
    GarbledAnswerError,
    RateLimitedError,
    TemporaryError,
    TikTokError,
    UnexpectedCodeError,
    UnreadableDataError,
    Window,
    error_class,
)
from .reader import Row, Unreadable

OK = 0
PARTIAL_OK = 20001
MINUTE_BREACH_SECONDS = 300.0
BLOCK_LIST_SECONDS = 3600.0
_THROTTLE_CODES = frozenset({40100, 40132, 40133})
_LONGEST_RETRY_AFTER_SECONDS = 86_400.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Envelope:
    """``{"code", "message", "request_id", "data"}`` around every answer; data that is empty says nothing."""

    code: int
    message: str
    request_id: str
    data: object


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """Either ``data`` or ``error``, and what the log wants to know."""

    data: T | None = None
    error: TikTokError | None = None
    status: int | None = None
    code: int | None = None
    request_id: str = ""
    unreadable: tuple[Unreadable, ...] = ()

    def data_or_raise(self) -> T:
        """The answer's data; raises the error instead when there is one."""
        if self.error is not None:
            raise self.error
        return self.data  # type: ignore[return-value]  # None where that is what the answer was built to


def read(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    build: Callable[[Row], T],
    *,
    endpoint: str,
    now: float,
    mask: Callable[[str], str],
    is_secret: bool = False,
) -> Outcome[T]:
    """Turn an HTTP answer into what ``build`` makes of its data, or the error of the right class.

    ``now`` is Unix seconds, for limits that end at midnight UTC; ``mask`` hides secrets in texts;
    ``is_secret``: nothing of the answer may be shown, whatever is odd about it.
    """
    envelope = _envelope(body)
    if isinstance(envelope, str):
        refused = _error_without_envelope(status, headers, endpoint, envelope)
        return Outcome(error=refused, status=status, request_id=headers.get("X-Tt-Logid", ""))
    request_id = mask(envelope.request_id or headers.get("X-Tt-Logid", ""))
    error = _error_of(envelope, status, headers, now)
    data, notes = None, list[Unreadable]()
    if error is None:
        data, error = _built(envelope.data or {}, build, notes, is_secret=is_secret)
    if error is not None:
        error.endpoint, error.request_id = endpoint, request_id
        error.message = mask(error.message)
        error.args = (error.message,)
    reported = tuple(replace(note, raw=mask(note.raw)) for note in notes)
    return Outcome(data, error, status, envelope.code, request_id, reported)


def _built(
    data: object, build: Callable[[Row], T], notes: list[Unreadable], *, is_secret: bool
) -> tuple[T | None, TikTokError | None]:
    if not isinstance(data, Mapping):
        return None, UnreadableDataError("data is not an object", code=OK)
    try:
        return build(Row(data, notes=notes, is_secret=is_secret)), None
    except ValueError as unreadable:
        return None, UnreadableDataError(str(unreadable), code=OK)


def _envelope(body: bytes) -> Envelope | str:
    """The envelope, or words about why there is none (never the body's content)."""
    try:
        fields = decoded(body)
    except ValueError:
        return "not JSON" if body else "an empty answer"
    if not isinstance(fields, dict):
        return "not an object"
    row = Row(fields)
    code = row.count("code")
    if code is None:
        return "no code"
    return Envelope(
        code, row.text("message") or "", row.text("request_id") or "", fields.get("data")
    )


def _error_of(
    envelope: Envelope, status: int, headers: Mapping[str, str], now: float
) -> TikTokError | None:
    if envelope.code in (OK, PARTIAL_OK):
        return None if status < 400 else _error_without_envelope(status, headers, "", "refused")
    cls = error_class(envelope.code)
    if cls is UnexpectedCodeError and status >= 500:
        cls = TemporaryError
    error = cls(envelope.message or "no message", code=envelope.code)
    if isinstance(error, RateLimitedError):
        error.window, error.retry_after = _pause(envelope, now)
    return error


def _pause(envelope: Envelope, now: float) -> tuple[Window | None, float | None]:
    """The budget that was exceeded and the seconds to stay away (rate-limit page of TikTok).

    TikTok documents no header and its texts differ; words decide where they are clear, and a text that
    names no window is read as the five-minute one, since guessing shorter prolongs the closure.
    """
    text = envelope.message.lower()
    if envelope.code not in _THROTTLE_CODES:
        return None, BLOCK_LIST_SECONDS if envelope.code == 61000 else None
    if "qps" in text or "per second" in text:
        return None, 1.0
    if "qpd" in text or "daily" in text or "per day" in text or "today" in text:
        return "day", _seconds_to_midnight(now)
    return "minute", MINUTE_BREACH_SECONDS


def _seconds_to_midnight(now: float) -> float:
    moment = datetime.fromtimestamp(now, UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - moment).total_seconds()


def _error_without_envelope(
    status: int, headers: Mapping[str, str], endpoint: str, reason: str
) -> TikTokError:
    text = f"HTTP {status}: {reason}"
    if status == 429:
        error = RateLimitedError(text, endpoint=endpoint)
        error.retry_after = _retry_after(headers)
        return error
    if status >= 500:
        return TemporaryError(text, endpoint=endpoint, retry_after=_retry_after(headers))
    # A gateway's 401 or 403 page says nothing about a grant; only TikTok's codes may end one.
    return GarbledAnswerError(text, endpoint=endpoint)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return (
        min(seconds, _LONGEST_RETRY_AFTER_SECONDS)
        if math.isfinite(seconds) and seconds >= 0
        else None
    )
