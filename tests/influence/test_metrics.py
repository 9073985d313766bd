"""Prometheus's metrics about TikTok."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jobs.models import Work
from jobs.models.work import STOPPED_AS_LOST
from tiktok import limits
from tiktok.exchanges import count_unreadable
from tiktok.store import key, store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _scraper(settings: Any) -> None:
    settings.METRICS_TOKEN = "scraper"


def reported() -> str:
    headers = {"Authorization": "Bearer scraper"}
    return Client().get("/metrics", headers=headers).content.decode()


def test_an_open_breaker_and_a_pause_are_seen() -> None:
    assert "tiktok_breaker_open{" not in reported()
    assert "tiktok_app_paused_seconds 0.0" in reported()

    store().zadd(key("breakers"), {"/tcm/creator/public/": time.time() + 60})
    limits.pause(300)

    assert 'tiktok_breaker_open{path="/tcm/creator/public/"} 1.0' in reported()
    assert "tiktok_app_paused_seconds 299." in reported()


def test_fields_that_could_not_be_read_are_counted_by_endpoint_and_name() -> None:
    count_unreadable("/tto/tcm/report/", ["videos[].likes", "videos[].likes", "videos[]"])
    count_unreadable("/tto/tcm/report/", ["videos[]"])
    page = reported()
    for name, times in (("videos[].likes", 2), ("videos[]", 2)):
        line = f'tiktok_unreadable_fields_total{{field="{name}",path="/tto/tcm/report/"}} {times}.0'
        assert line in page


def test_without_redis_the_page_is_there_still(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    page = reported()
    assert "tiktok_breaker_open" not in page
    assert "tiktok_app_paused_seconds" not in page
    assert "django_http_requests" in page


def test_work_that_nobody_does_any_more_is_counted() -> None:
    for number, reason in enumerate(
        (STOPPED_AS_LOST, "Given up after 10 attempts.", "The order is settled.", "")
    ):
        Work.objects.create(
            kind="mail", subject_id=number, due_at=timezone.now(), stopped_reason=reason
        )
    assert 'work_failed{kind="mail"} 2.0' in reported()
