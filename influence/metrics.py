"""Prometheus' page. It names no tenant, but how busy the house is, is not everybody's business."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView


def metrics(request: HttpRequest) -> HttpResponse:
    """For a scraper with METRICS_TOKEN and for signed-in ops; everyone else is told there is no such page."""
    if not (has_token(request) or request.user.is_staff):
        raise Http404
    return ExportToDjangoView(request)


def has_token(request: HttpRequest) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode()
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given, expected)


metrics.audience = "ops"  # type: ignore[attr-defined]
