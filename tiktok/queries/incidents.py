"""TikTok's own trouble that is not over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import redis
from django.core.cache import cache
from django.db import models
from django.utils import timezone

from tiktok.models import (
    ServiceIncident,
)

OPEN_INCIDENTS = "tiktok:standing-incidents"


# What we use of TikTok, in the words of `incident_products`.
OUR_PRODUCTS = ["TIKTOK_ONE_API", "ACCOUNTS_API"]


# The word that it is over may have been lost.
INCIDENT_FORGOTTEN_AFTER = timedelta(days=7)


def open_incidents() -> list[dict[str, Any]]:
    """TikTok's trouble that concerns us and is not over: `title`, `level`, `started_at`. Read once a minute for all pages."""
    try:
        return cache.get_or_set(OPEN_INCIDENTS, _read_incidents, 60) or []
    except redis.RedisError:  # no page fails for want of a banner
        return _read_incidents()


def _read_incidents() -> list[dict[str, Any]]:
    """An incident without products concerns us: TikTok tells of what was subscribed to."""
    concerns_us = models.Q(products__overlap=OUR_PRODUCTS) | models.Q(products=[])
    heard_lately = models.Q(updated_at__gt=timezone.now() - INCIDENT_FORGOTTEN_AFTER)
    active = ServiceIncident.objects.filter(concerns_us, heard_lately, resolved_at=None)
    rows = active.order_by("started_at", "pk").values("title", "level", "started_at")
    return [dict(row) for row in rows]
