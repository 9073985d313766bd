"""A circuit breaker for each endpoint of TikTok's, shared by all processes through Redis.

Failures in a row that are TikTok's open it: for a while every call of the endpoint is answered at once, without a call.
Then one call at a time is let through to try; the first readable answer, be it a refusal, closes the breaker.
"""

from __future__ import annotations

import time
import uuid
from typing import cast

import structlog

from tiktok.errors import TikTokUnavailable
from tiktok.store import key, store

log = structlog.get_logger()

FAILURES_TO_OPEN = 10
OPEN_SECONDS = 60.0
# Longer than a try can take; failures that lie further apart than the other are no row.
PROBE_SECONDS = 60
FORGET_SECONDS = 600
LONGEST_SECONDS = 86_400  # an endpoint nobody calls any more


def admit(path: str) -> None:
    """Let a call of this endpoint through, or raise TikTokUnavailable."""
    open_until = store().zscore(_opened(), path)
    if open_until is None:
        return
    is_probe = open_until <= time.time() and store().set(
        key("breaker", path, "probe"), 1, nx=True, ex=PROBE_SECONDS
    )
    if not is_probe:
        raise TikTokUnavailable
    log.info("breaker.probes", path=path)


def refuse_if_open(path: str) -> None:
    """Refuse a call that was admitted some time ago. Raises TikTokUnavailable."""
    if (store().zscore(_opened(), path) or 0) > time.time():
        raise TikTokUnavailable


def note_failure(path: str, *, request_id: str = "", question: str = "") -> None:
    """TikTok's failure: no answer, no readable one, or its own trouble.

    `question`: what was asked, where the failure may be that of its subject. The same question counts once.
    """
    failed = key("breaker", path, "failures")
    with store().pipeline() as pipe:
        pipe.sadd(failed, question or uuid.uuid4().hex)
        pipe.expire(failed, FORGET_SECONDS)
        pipe.scard(failed)
        failures = pipe.execute()[2]
    if failures >= FAILURES_TO_OPEN:
        _open(path, failures, request_id)


def _open(path: str, failures: int, request_id: str) -> None:
    with store().pipeline() as pipe:
        pipe.zadd(_opened(), {path: time.time() + OPEN_SECONDS})
        pipe.expire(_opened(), LONGEST_SECONDS)
        pipe.delete(key("breaker", path, "probe"))
        is_news = pipe.execute()[0]
    if is_news:
        log.warning("breaker.opened", path=path, failures=failures, request_id=request_id)


def note_answer(path: str) -> None:
    """TikTok answered in its own words: the row of failures has ended."""
    with store().pipeline() as pipe:
        pipe.delete(key("breaker", path, "failures"), key("breaker", path, "probe"))
        pipe.zrem(_opened(), path)
        was_open = pipe.execute()[1]
    if was_open:
        log.info("breaker.closed", path=path)


def opened() -> dict[str, float]:
    """Endpoints whose breaker is open or tries, and when (Unix seconds) the next try is due."""
    found = store().zrange(_opened(), 0, -1, withscores=True)
    return dict(cast(list[tuple[str, float]], found))


def _opened() -> str:
    return key("breakers")
