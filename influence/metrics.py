"""Prometheus' page. It names no tenant, but how busy the house is, is not everybody's business."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView
from prometheus_client.core import REGISTRY, CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from jobs.queries import failed_work
from tiktok import breaker, exchanges, limits
from tiktok.store import StoreIsDown


class TikTokCollector(Collector):
    """Collect what all processes share about TikTok, read when somebody asks."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is read while the site starts."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        opened = GaugeMetricFamily(
            "tiktok_breaker_open", "1 while no calls of this endpoint are made.", labels=["path"]
        )
        paused = GaugeMetricFamily(
            "tiktok_app_paused_seconds", "Until calls may be made again, after TikTok's own limit."
        )
        unreadable = CounterMetricFamily(
            "tiktok_unreadable_fields",
            "Fields of TikTok's answers that could not be read.",
            labels=["path", "field"],
        )
        try:
            for path in breaker.opened():
                opened.add_metric([path], 1)
            paused.add_metric([], limits.paused_for())
            for labels, times in exchanges.unreadable_counts().items():
                unreadable.add_metric(labels, times)
        except StoreIsDown:
            return  # /readyz says so
        yield from (opened, paused, unreadable)


class WorkCollector(Collector):
    """Work that nobody does any more until somebody looks, read when somebody asks."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is read while the site starts."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        failed = GaugeMetricFamily(
            "work_failed",
            "Rows of work given up, or stopped as they killed workers.",
            labels=["kind"],
        )
        for kind, count in failed_work():
            failed.add_metric([kind], count)
        yield failed


REGISTRY.register(TikTokCollector())
REGISTRY.register(WorkCollector())


def metrics(request: HttpRequest) -> HttpResponse:
    """Serve metrics to a scraper with METRICS_TOKEN and to signed-in ops; everyone else is told there is no such page."""
    if not (has_token(request) or request.user.is_staff):
        raise Http404
    return ExportToDjangoView(request)


def has_token(request: HttpRequest) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode()
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given, expected)


metrics.audience = "ops"  # type: ignore[attr-defined]
