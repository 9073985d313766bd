"""The outer request budget: one token bucket for the app, shared by all processes through Redis.

TikTok counts requests of the whole app as they arrive (Basic level: 10 a second, 600 a minute); a breach of the minute
closes the app for five minutes. A granted call may take its time to arrive, so our minute is two seconds longer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import redis
from django.conf import settings

from tiktok.errors import TikTokBusy

MINUTE_BREACH_SECONDS = 300.0
# While Redis is away nobody can say whether there is room: no call, and another try soon.
UNCOUNTED_SECONDS = 5.0
# How long a call waits for room: a person at a page not long, a worker or a command until the minute is over.
PERSONS_PATIENCE_SECONDS = 5.0
WORKERS_PATIENCE_SECONDS = 90.0

_patience: ContextVar[float] = ContextVar("patience", default=PERSONS_PATIENCE_SECONDS)

# One sorted set holds the moments of the last minute's calls; a call may go if both windows have room.
# Returns 0 when the call is granted, else the milliseconds until it is worth asking again.
TAKE = """
local now = redis.call('TIME'); local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local per_second, per_minute = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms - 62000)
local total = redis.call('ZCARD', KEYS[1])
if total >= per_minute then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
  return math.max(1, tonumber(oldest) + 62001 - ms)
end
local recent = redis.call('ZRANGEBYSCORE', KEYS[1], ms - 1020, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
if redis.call('ZCOUNT', KEYS[1], ms - 1020, '+inf') >= per_second then
  return math.max(1, tonumber(recent[2]) + 1021 - ms)
end
redis.call('ZADD', KEYS[1], ms, ms .. ':' .. now[2] .. ':' .. total)
redis.call('PEXPIRE', KEYS[1], 63000)
return 0
"""

_pools: dict[str, redis.Redis] = {}


@contextmanager
def workers_patience() -> Iterator[None]:
    """Nobody waits for what is done inside: calls may wait for the budget's next minute."""
    token = _patience.set(WORKERS_PATIENCE_SECONDS)
    try:
        yield
    finally:
        _patience.reset(token)


def take(app_id: str) -> None:
    """Wait for room in the app's budget. Raises TikTokBusy when patience would not last, or nobody counts."""
    deadline = time.monotonic() + _patience.get()
    while wait := _ask(app_id):
        if time.monotonic() + wait > deadline:
            raise TikTokBusy(wait)
        time.sleep(wait)


def _ask(app_id: str) -> float:
    """Seconds to wait, 0 when the call is granted."""
    try:
        answer = _redis().eval(
            TAKE,
            1,
            f"tiktok:budget:{app_id}",
            settings.TIKTOK_REQUESTS_PER_SECOND,
            settings.TIKTOK_REQUESTS_PER_MINUTE,
        )
    except redis.ConnectionError as error:
        raise TikTokBusy(UNCOUNTED_SECONDS) from error
    return int(answer) / 1000


def _redis() -> redis.Redis:
    url = settings.REDIS_URL
    if url not in _pools:
        _pools[url] = redis.Redis.from_url(url)
    return _pools[url]
