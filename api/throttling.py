"""How many requests a key may make: one fixed window a minute, counted in Redis, told in every answer."""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from tenancy.models import ApiKey

if TYPE_CHECKING:
    from rest_framework.views import APIView

log = logging.getLogger(__name__)
WINDOW_SECONDS = 60


class KeyThrottle(BaseThrottle):
    """`DEFAULT_THROTTLE_RATES["key"]`, for each key. While Redis is away nobody is refused."""

    def __init__(self) -> None:
        self.limit = int(str(api_settings.DEFAULT_THROTTLE_RATES["key"]).partition("/")[0])
        self.reset_seconds = WINDOW_SECONDS - int(time.time()) % WINDOW_SECONDS

    def allow_request(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiKey):
            return True
        used = self.count(request.auth)
        request._request.rate_limit = {  # type: ignore[attr-defined]  # noqa: SLF001 -- DRF's own name for the Django request
            "RateLimit-Limit": self.limit,
            "RateLimit-Remaining": max(0, self.limit - used),
            "RateLimit-Reset": self.reset_seconds,
        }
        return used <= self.limit

    def count(self, key: ApiKey) -> int:
        name = f"api:used:{key.pk}:{int(time.time()) // WINDOW_SECONDS}"
        store = _redis(settings.REDIS_URL)
        try:
            used = int(store.incr(name))
            if used == 1:
                store.expire(name, 2 * WINDOW_SECONDS)
            return used
        except RedisError:
            log.warning("requests are not counted: Redis does not answer")
            return 0

    def wait(self) -> float:
        return self.reset_seconds


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url)
