"""The main job through the pages: add accounts, connect an influencer, run a campaign by orders."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenancy.enums import Role
from tenancy.models import Organization
from tests.mailing import sent_mail

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TWO_DAYS = 2 * 86_400


@pytest.fixture
def staff(oak: Organization, tiktok: Any, member_of: Callable[..., Page]) -> Page:
    return member_of(oak, Role.MANAGER)


def add_account(page: Page, handle: str, *, slug: str = "oak") -> None:
    page.goto(f"/o/{slug}/influencers/")
    page.get_by_role("link", name="Add account").or_(
        page.get_by_role("button", name="Add account")
    ).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Account").fill(handle)
    dialog.get_by_role("button", name="Add account").click()


def test_the_main_job_through_the_pages(
    staff: Page, tiktok: Any, open_page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "campaigns.services.orders.syncing.JUST_NOW", timedelta(0)
    )  # faster than a person
    add_accounts(staff)
    connect_influencer(staff, open_page(390))
    run_campaign(staff, tiktok)


def add_accounts(staff: Page) -> None:
    """A marketplace account is added; others are refused, and it is said why and what to do."""
    add_account(staff, "@maya.bakes")
    expect(staff.get_by_role("heading", level=1, name="Maya Bakes")).to_be_visible()
    expect(staff.get_by_text("Marketplace · Not authenticated").first).to_be_visible()
    expect(staff.get_by_text("184.2K").first).to_be_visible()
    expect(
        staff.get_by_text("Ask the influencer to authenticate this account.").first
    ).to_be_visible()

    add_account(staff, "tom_trails")
    dialog = staff.get_by_role("dialog")
    expect(dialog.get_by_role("button", name=re.compile("Invite"))).to_be_visible()
    expect(dialog.get_by_role("button", name=re.compile("Ask|Send"))).to_be_visible()

    add_account(staff, "nosuch")
    expect(staff.get_by_role("dialog").get_by_text("TikTok knows no such account")).to_be_visible()


def test_when_tiktok_does_not_answer_the_form_keeps_its_input(staff: Page, tiktok: Any) -> None:
    tiktok.control("fail", times=9, http_status=502)
    add_account(staff, "maya.bakes")
    dialog = staff.get_by_role("dialog")
    expect(dialog.get_by_text("nothing was saved")).to_be_visible()
    expect(dialog.get_by_role("textbox", name="Account")).to_have_value("maya.bakes")


def connect_influencer(staff: Page, phone: Page) -> None:
    """Staff ask; the influencer signs in on a phone and connects; staff see the audience."""
    add_account(staff, "tom_trails")
    dialog = staff.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("tom@creators.example")
    dialog.get_by_role("button", name=re.compile("Ask|Send")).click()
    expect(staff.get_by_text("tom@creators.example").first).to_be_visible()

    sign_in_by_code(phone, "tom@creators.example")
    expect(phone.get_by_text("Oak").first).to_be_visible()
    phone.get_by_role("link", name=re.compile("Connect TikTok")).first.click()
    phone.get_by_role("button", name=re.compile("Agree")).click()
    phone.get_by_label("TikTok handle").fill("tom_trails")  # TikTok's page, played by the sandbox
    phone.get_by_role("button", name="Allow").click()
    expect(phone.get_by_text("tom_trails").first).to_be_visible()

    staff.goto("/o/oak/influencers/?search=tom_trails")
    staff.get_by_role("link", name=re.compile("Tom")).first.click()
    expect(staff.get_by_text("Non-TTCM · Authenticated").first).to_be_visible()
    expect(staff.get_by_text("Audience countries").first).to_be_visible()


def sign_in_by_code(page: Page, email: str) -> None:
    page.goto("/me/")
    page.get_by_role("link", name="E-mail me a sign-in code").click()
    page.get_by_label("E-mail").or_(page.get_by_role("textbox")).first.fill(email)
    page.get_by_role("button", name="Send the code").click()
    page.wait_for_url("**/code/confirm/**")
    bodies = "\n".join(message.body for message in sent_mail() if message.to == [email])
    codes = re.findall(r"^\s*(\d{6})\s*$", bodies, re.MULTILINE)
    page.get_by_role("textbox").first.fill(codes[-1])
    page.locator("main form button[type=submit]").first.click()


def run_campaign(staff: Page, tiktok: Any) -> None:
    """Two orders: one published through the link, one tied by the code; and a third post added by hand."""
    for handle in ("rio.runs", "lena.lifts"):
        add_account(staff, handle)
        expect(staff.get_by_text(f"@{handle}").first).to_be_visible()
        staff.wait_for_url(re.compile(r"/influencers/\d+/"))
    make_campaign(staff)
    send_orders(staff, "maya.bakes", "rio.runs")
    link = staff.locator("[data-copy^='http']").first.get_attribute("data-copy")
    code = re.search(r"[A-Z0-9]{3}-[A-Z0-9]{3}", staff.locator("main").inner_text())[0]

    by_link = tiktok.control("publish", handle="maya.bakes", invite_link=link)["video_id"]
    by_code = tiktok.read("videos", handle="rio.runs")["videos"][0]["video_id"]
    tiktok.control("tie", handle="rio.runs", video_id=by_code, campaign_code=code)
    staff.get_by_role("button", name="Refresh").click()
    expect(staff.locator("table").get_by_text("In review").first).to_be_visible()
    for video in (by_link, by_code):
        tiktok.control("review", video_id=video, result="SUCCEED")
    tiktok.control("clock", advance_seconds=TWO_DAYS)
    staff.get_by_role("button", name="Refresh").click()
    expect(staff.locator("table").get_by_text("Fulfilled")).to_have_count(2)

    staff.get_by_role("link", name=re.compile("Published Posts")).click()
    covers = staff.get_by_role("list", name="Published posts").get_by_role("listitem")
    expect(covers).to_have_count(2)
    covers.first.get_by_role("link").first.click()
    expect(staff.get_by_text("Retention rate vs. second").first).to_be_visible()
    expect(staff.get_by_text("Audience country").first).to_be_visible()
    expect(staff.get_by_role("slider", name="Second of the video")).to_be_visible()
    expect(staff.locator(".stat.is-missing")).to_have_count(0)

    add_by_hand(staff, "lena.lifts")


def make_campaign(page: Page, *, slug: str = "oak") -> None:
    page.goto(f"/o/{slug}/campaigns/new/")
    page.get_by_label("Client (brand)").fill("Oakmill")
    page.get_by_label("Name", exact=True).fill("Spring loaf")
    page.locator("input[name=starts_on]").fill("2026-01-01")
    page.locator("input[name=ends_on]").fill("2027-12-31")
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("heading", level=1, name="Spring loaf")).to_be_visible()


def send_orders(page: Page, *handles: str) -> None:
    page.get_by_role("link", name="New order").first.click()
    for handle in handles:
        page.get_by_role("row").filter(has_text=f"@{handle}").get_by_role("checkbox").check()
    page.get_by_label("Brand").fill("Oakmill")
    page.get_by_label("What to make").fill("One short video with the seeded loaf")
    page.get_by_label("Videos", exact=False).last.fill("1")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Send 2 orders").click()
    expect(page.locator("table").get_by_text("Created").first).to_be_visible()
    page.goto(re.sub(r"/(requests|orders)/.*", "/orders/", page.url))


def add_by_hand(page: Page, handle: str) -> None:
    page.goto(re.sub(r"posts/\d+/", "influencers/", page.url))
    participate(page, handle)
    page.get_by_role("link", name=re.compile("All Posts")).click()
    page.get_by_role("button", name="Table").click()
    row = page.get_by_role("row").filter(has_text=f"@{handle}").first
    row.get_by_role("link", name="Add to campaign").or_(
        row.get_by_role("button", name="Add to campaign")
    ).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Reach")).to_be_visible()
    expect(dialog.get_by_text("An order would bring them all")).to_be_visible()
    dialog.get_by_role("button", name="Add to campaign").click()
    page.get_by_role("link", name=re.compile("Published Posts")).click()
    page.get_by_role("button", name="Grid").click()
    rows = page.get_by_role("list", name="Published posts").get_by_role("listitem")
    expect(rows).to_have_count(3)
    rows.filter(has_text=f"@{handle}").get_by_role("link").first.click()
    expect(page.locator(".stat:not(.is-missing)")).to_have_count(4)


def participate(page: Page, handle: str) -> None:
    page.get_by_role("link", name="Add").or_(page.get_by_role("button", name="Add")).first.click()
    page.get_by_role("row").filter(has_text=f"@{handle}").get_by_role("checkbox").check()
    page.locator("main form button[type=submit]").last.click()
