"""TikTok One through the pages: connect the brand, send an order, publish by its link, ask for a video that is out already."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Order
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.e2e.test_main_job import add_account, make_campaign
from tests.working import pump, pump_delivery

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
HOUR = 3_600


@pytest.fixture
def admin(elm: Organization, tiktok: Any, member_of: Callable[..., Page]) -> Page:
    """The admin of an organization without a TikTok account."""
    return member_of(elm, Role.ADMIN)


def work(tiktok: Any, expected: int) -> None:
    """TikTok's courier arrives; the worker does what is due."""
    until = time.monotonic() + 10
    while _delivered(tiktok) < expected:
        assert time.monotonic() < until, "TikTok's events did not arrive"
        time.sleep(0.05)
    while pump_delivery() or pump():
        pass


def _delivered(tiktok: Any) -> int:
    return sum(200 in each["answers"] for each in tiktok.read("webhooks")["deliveries"])


def test_an_order_over_tiktok_one_through_the_pages(admin: Page, tiktok: Any, elm: Any) -> None:
    tiktok.control("switches", webhook_duplicates=0, handle_delay_seconds=0)
    connect_brand(admin)
    for handle in ("maya.bakes", "rio.runs"):
        add_account(admin, handle, slug="elm")
        admin.wait_for_url(re.compile(r"/influencers/\d+/"))
    make_campaign(admin, slug="elm")
    send_orders(admin)
    campaign = admin.url.removesuffix("orders/")
    publish_by_link(admin, tiktok, elm, campaign)
    tie_by_request(admin, tiktok, campaign)


def connect_brand(page: Page) -> None:
    page.get_by_role("link", name="Settings", exact=True).click()
    page.locator("main").get_by_role("link", name="TikTok", exact=True).click()
    page.get_by_role("button", name="Connect TikTok").click()
    page.get_by_role("button", name="Allow").click()
    card = page.get_by_role("region", name="Harbour Goods")
    expect(card.get_by_text("In use for new orders and look-ups")).to_be_visible()


def send_orders(page: Page) -> None:
    page.get_by_role("link", name="New order").first.click()
    for handle in ("maya.bakes", "rio.runs"):
        page.get_by_role("row").filter(has_text=f"@{handle}").get_by_role("checkbox").check()
    expect(page.get_by_text("In 1,000 characters at most")).to_be_visible()
    page.get_by_label("What to make").fill("One short video with the seeded loaf. " * 5)
    page.get_by_label("Videos", exact=False).last.fill("1")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Send 2 orders").click()
    expect(page.get_by_text("No code is needed: the invite link is enough").first).to_be_visible()
    page.goto(re.sub(r"/(requests|orders)/.*", "/orders/", page.url))


def publish_by_link(page: Page, tiktok: Any, elm: Organization, campaign: str) -> None:
    """TikTok's own news, signed and carried, moves the order; nobody refreshes anything."""
    with organization_scope(elm):
        link = Order.objects.values_list("invite_link", flat=True)[0]
    video = tiktok.control("publish", handle="maya.bakes", invite_link=link)["video_id"]
    work(tiktok, 1)
    page.reload()
    expect(page.locator("table").get_by_text("In review").first).to_be_visible()
    tiktok.control("review", video_id=video, result="APPROVED")
    work(tiktok, 2)
    page.reload()
    expect(page.locator("table").get_by_text("Fulfilled")).to_have_count(1)
    page.goto(f"{campaign}posts/?view=table")
    expect(page.get_by_role("table").last.locator("tbody tr")).to_have_count(1)


def tie_by_request(page: Page, tiktok: Any, campaign: str) -> None:
    """The creator is asked in TikTok for a video that is out already, and agrees."""
    page.goto(f"{campaign}posts/all/?view=table")
    row = page.get_by_role("row").filter(has_text="@rio.runs").first
    row.get_by_role("link", name=re.compile("Ask to tie")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("is asked in the TikTok app to tie this video")).to_be_visible()
    dialog.get_by_role("button", name="Ask the creator").click()
    expect(page.get_by_text("1 of 3 times")).to_be_visible()
    expect(page.get_by_text("A reminder may go out")).to_be_visible()

    asked = tiktok.read("campaigns")["link_requests"][0]["video_id"]
    tiktok.control("link/answer", video_id=asked, action="APPROVE")
    tiktok.control("clock", advance_seconds=49 * HOUR)
    work(tiktok, 3)
    page.goto(f"{campaign}orders/")
    expect(page.locator("table").get_by_text("Fulfilled")).to_have_count(2)
    page.goto(f"{campaign}posts/?view=table")
    rows = page.get_by_role("table").last.locator("tbody tr")
    expect(rows).to_have_count(2)
    rows.filter(has_text="@rio.runs").get_by_role("link").first.click()
    expect(page.get_by_text("Retention rate vs. second").first).to_be_visible()
    expect(page.get_by_role("slider", name="Second of the video")).to_be_visible()
