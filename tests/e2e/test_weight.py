"""The weight of pages when they are first opened, and charts that are fetched and drawn when they come into view."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import brotli
import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Response, expect

from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.e2e.test_pages import BACKEND, main_paths
from tests.factories.whole_campaign import Whole, a_whole_campaign
from tiktok.services.facts.snapshots import record_video_snapshots

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
MOST_BYTES, MOST_WITH_CHARTS = 200_000, 400_000
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value; }))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 300);
})"""


@pytest.fixture
def whole(oak: Organization) -> Whole:
    """Oak in the middle of its work, with a post that was read on several days."""
    with organization_scope(oak):
        made = a_whole_campaign()
        video = made.by_order.video
        for days in (3, 2, 1):
            record_video_snapshots(
                [video], source="order_report", fetched_at=timezone.now() - timedelta(days=days)
            )
        return made


@pytest.fixture
def page(open_page: Any, oak: Organization, site: str) -> Page:
    """A phone of somebody who has signed in, with nothing in its cache."""
    client = Client()
    client.force_login(a_member(oak, Role.MANAGER), backend=BACKEND)
    name = django_settings.SESSION_COOKIE_NAME
    opened: Page = open_page(390)
    opened.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    return opened


@contextmanager
def counted(page: Page) -> Iterator[dict[str, int]]:
    """The compressed bytes of what is loaded meanwhile, by address."""
    seen: list[Response] = []

    def keep(answer: Response) -> None:
        seen.append(answer)

    page.on("response", keep)
    bytes_of: dict[str, int] = {}
    yield bytes_of
    page.remove_listener("response", keep)
    bytes_of |= {answer.url: weight(answer) for answer in seen if answer.ok}


def weight(answer: Response) -> int:
    """The bytes that production sends: static files were compressed well ahead, pages are at once."""
    is_static = django_settings.STATIC_URL in answer.url
    return len((brotli if is_static else gzip).compress(answer.body()))


def open_and_weigh(page: Page, path: str) -> dict[str, int]:
    with counted(page) as loaded:
        page.goto("about:blank")
        page.goto(path)
    return loaded


def test_a_page_weighs_little_until_a_chart_comes_into_view(
    oak: Organization, whole: Whole, page: Page
) -> None:
    path = f"/o/{oak.slug}/campaigns/{whole.campaign.pk}/posts/{whole.by_order.pk}/"
    loaded = open_and_weigh(page, path)
    assert not [url for url in loaded if "echarts" in url]
    assert sum(loaded.values()) <= MOST_BYTES
    chart = page.locator("[data-chart]").last
    expect(chart.get_by_text("The table below has the same numbers.")).to_be_attached()
    height = chart.bounding_box()["height"]  # type: ignore[index]

    with counted(page) as drawn:
        chart.scroll_into_view_if_needed()
        expect(chart.locator("canvas")).to_be_visible()
    assert [url for url in drawn if "echarts" in url]
    assert sum((loaded | drawn).values()) <= MOST_WITH_CHARTS
    assert chart.bounding_box()["height"] == height  # type: ignore[index]
    assert page.evaluate(SHIFTS) < 0.02


def test_the_main_pages_weigh_little(oak: Organization, whole: Whole, page: Page) -> None:
    for path in main_paths(whole):
        loaded = open_and_weigh(page, path)
        assert sum(loaded.values()) <= MOST_BYTES, path
