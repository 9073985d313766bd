"""Redis: what all processes have to know at once, and nothing that must not be lost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

StoreIsDown = redis.RedisError


def store() -> redis.Redis:
    """The one pool of connections of this process."""
    return _pool(settings.REDIS_URL)


def key(*parts: object) -> str:
    """A name of ours. Everything kept here belongs to one app at TikTok."""
    return ":".join(["tiktok", settings.TIKTOK_APP_ID, *map(str, parts)])


def run_script(source: str, keys: Sequence[str], *arguments: str | float) -> Any:
    """Run a script whose steps nobody else's come between."""
    return store().register_script(source)(keys=keys, args=arguments)


@lru_cache
def _pool(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True)
