"""The cache in Redis, and in the database while Redis is away: limits count on, and people sign in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger()
TABLE = "influence_cache"
MOST_ROWS = 100_000
TRY_AGAIN_SECONDS = 5.0  # so long Redis is left alone, so that not every request waits for it
OPERATIONS = (
    "add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many", "delete_many", "clear",
)  # fmt: skip


class RedisOrDatabaseCache(RedisCache):
    """A cache in Redis, or in the database while Redis is away. Limits begin anew when Redis goes or comes."""

    away_until = 0.0  # of the process

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.in_database = DatabaseCache(TABLE, {"OPTIONS": {"MAX_ENTRIES": MOST_ROWS}})


def _either(name: str) -> Callable[..., Any]:
    def operation(self: RedisOrDatabaseCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= RedisOrDatabaseCache.away_until:
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except RedisError as problem:
                RedisOrDatabaseCache.away_until = time.monotonic() + TRY_AGAIN_SECONDS
                log.warning("cache.redis_is_away", error=type(problem).__name__)
        return getattr(self.in_database, name)(*args, **kwargs)

    return operation


for _name in OPERATIONS:
    setattr(RedisOrDatabaseCache, _name, _either(_name))
