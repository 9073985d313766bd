"""Posts of other networks in a campaign's report, its workbook and its shared page: their sums, with their source."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from campaigns.models import Campaign, NetworkPost, Report
from tests.campaigns.test_campaigns_pages import base, text
from tests.factories.networks import (
    COUNTED_AT,
    a_network_account,
    a_network_post,
    a_place,
)

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


@pytest.mark.usefixtures("nine")
def test_the_workbook_has_a_sheet_of_them(manager: Client, campaign: Campaign) -> None:
    answer = manager.post(f"{base(campaign)}report/export/", {"format": "xlsx"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    head, instagram, *_ = book.get_sheet_by_name("Other networks").to_python()
    assert head[:4] == ["Network", "Posts", "Views", "Posts with views"]
    assert instagram[:6] == ["Instagram", 2.0, 1200.0, 1.0, 15.0, 2.0]
