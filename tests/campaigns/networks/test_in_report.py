"""Posts of other networks in a campaign's report, its workbook and its shared page: their sums, with their source."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from campaigns.models import Campaign, NetworkPost, PostPlace, PostReading, Report
from campaigns.queries import campaign_with_counts
from campaigns.queries.report import ReportContent, report_of
from campaigns.services.networks.posts import show_latest
from campaigns.services.results.rolling import ROLL_NETWORKS, roll_networks
from tests.campaigns.test_campaigns_pages import base, text
from tests.factories.networks import (
    COUNTED_AT,
    a_network_account,
    a_network_post,
    a_place,
)
from tests.working import pump_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def nine(campaign: Campaign) -> list[NetworkPost]:
    """Two posts on Instagram, the views of one of them not known, and one film that somebody entered; one that waits."""
    lena = a_network_account("lena.lifts", campaign=campaign)
    film = a_network_account("lena.films", "youtube", campaign=campaign)
    posts = [
        a_network_post(lena, "1", views=1200, likes=10, numbers_source="imported", numbers_at=COUNTED_AT),
        a_network_post(lena, "2", likes=5, numbers_source="by_hand", numbers_at=COUNTED_AT),
        a_network_post(film, "3", views=800, numbers_source="by_hand", numbers_at=COUNTED_AT),
    ]  # fmt: skip
    for post in posts:
        a_place(campaign, post)
    waiting = a_network_post(film, "4", views=9_000_000)
    a_place(campaign, waiting, state="waiting", origin="keyword", matched=["#loaf"])
    return posts


def rows(answer: Any) -> list[str]:
    part = text(answer).split("<h3>Other networks</h3>")[1].split("</section>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", part)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


@pytest.mark.usefixtures("nine")
def test_the_report_tells_of_each_network_with_its_source(
    manager: Client, campaign: Campaign
) -> None:
    answer = manager.get(f"{base(campaign)}report/")
    assert rows(answer)[1:] == [
        "Instagram 2 1.2K of 1 15 — — imported: 1, entered by hand: 1 since 20 Nov 2026",
        "YouTube 1 800 — — — entered by hand since 20 Nov 2026",
    ]
    assert "imported or entered, not read at the networks" in text(answer)


@pytest.mark.usefixtures("nine")
def test_a_report_without_the_block_tells_of_none(manager: Client, campaign: Campaign) -> None:
    Report.objects.create(campaign=campaign, client="Northwind", blocks=["numbers", "table"])
    assert "Other networks</h3>" not in text(manager.get(f"{base(campaign)}report/"))


def test_a_report_without_such_posts_tells_of_none(manager: Client, campaign: Campaign) -> None:
    assert "Other networks</h3>" not in text(manager.get(f"{base(campaign)}report/"))


def test_posts_after_the_day_of_the_report_are_no_part_of_it(
    manager: Client, campaign: Campaign, nine: list[NetworkPost]
) -> None:
    Report.objects.create(
        campaign=campaign, client="Northwind", blocks=["networks"], as_of=date(2026, 11, 11)
    )
    assert "Other networks</h3>" not in text(manager.get(f"{base(campaign)}report/"))


def test_numbers_are_those_of_the_day_of_the_report(manager: Client, campaign: Campaign) -> None:
    """A file leaves the earlier numbers beside its own, an entry by hand is whole; what came later is not told."""
    lena = a_network_account("lena.lifts", campaign=campaign)
    film = a_network_account("lena.films", "youtube", campaign=campaign)
    readings: dict[str, list[tuple[int, str, dict[str, int]]]] = {
        "1": [(13, "imported", {"views": 100, "likes": 9}), (14, "imported", {"views": 300}), (16, "by_hand", {"views": 999})],
        "2": [(13, "imported", {"views": 50, "likes": 4}), (15, "by_hand", {"views": 70})],
        "3": [(16, "by_hand", {"views": 5_000})],
    }  # fmt: skip
    for name, of_post in readings.items():
        post = a_network_post(film if name == "3" else lena, name)
        a_place(campaign, post)
        for day, source, counts in of_post:
            at = datetime(2026, 11, day, 23, 59, tzinfo=UTC)
            PostReading.objects.create(post=post, source=source, read_at=at, **counts)
        show_latest([post.pk])
    undated = a_place(campaign, a_network_post(lena, "4", published_at=None))
    for added, shown in (("2026-11-15T20:00Z", "3 370 of 2"), ("2026-11-16T00:00Z", "2 370")):
        PostPlace.objects.filter(pk=undated.pk).update(added_at=datetime.fromisoformat(added))
        Report.objects.update_or_create(
            campaign=campaign, defaults={"blocks": ["networks"], "as_of": date(2026, 11, 15)}
        )
        assert rows(manager.get(f"{base(campaign)}report/"))[1:] == [
            f"Instagram {shown} 9 of 1 — — imported: 1, entered by hand: 1 since 14 Nov 2026",
            "YouTube 1 — — — — —",
        ]


@pytest.mark.usefixtures("nine")
def test_the_workbook_has_a_sheet_of_them(manager: Client, campaign: Campaign) -> None:
    answer = manager.post(f"{base(campaign)}report/export/", {"format": "xlsx"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    head, instagram, *_ = book.get_sheet_by_name("Other networks").to_python()
    assert head[:4] == ["Network", "Posts", "Views", "Posts with views"]
    assert instagram[:6] == ["Instagram", 2.0, 1200.0, 1.0, 15.0, 2.0]


def test_posts_of_all_networks_stand_in_the_table_of_posts(
    campaign: Campaign, nine: list[NetworkPost]
) -> None:
    Report.objects.create(campaign=campaign, client="Northwind", blocks=["table"], split="post")
    roll_networks([campaign.pk])
    while pump_kind(ROLL_NETWORKS):
        pass
    found: Any = campaign_with_counts(campaign.pk)
    content = ReportContent(found, report_of(campaign), sees_money=False, today=date(2026, 11, 25))
    assert [(line.name, line.views, line.engagements) for line in content.lines] == [
        ("Post 1", 1200, 10),
        ("Post 3", 800, None),
        ("Post 2", None, 5),
    ]
    assert (content.total.views, content.total.videos, content.total.engagements) == (2000, 0, 15)
