"""README's first steps, followed to the letter in the invented world that `make run` shows."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import Page, expect

from influence.demo.cast import AGENCY

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
README = (settings.BASE_DIR / "README.md").read_text()
CAMPAIGN, CAPTION = "Seeded loaf", "Toast, slowly #ad"


@pytest.fixture
def _invented_world(tiktok: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("influence.demo.past.PAST_DAYS", 2)
    monkeypatch.setattr("influence.demo.seed.AGENCY", AGENCY[:20])
    # Faster than a person.
    monkeypatch.setattr("campaigns.services.orders.syncing.JUST_NOW", timedelta(0))
    call_command("seed_demo")


def said(text: str) -> str:
    """A word that README says, and that is typed or pressed as it stands there."""
    assert text in README, f"README no longer says {text}"
    return text


@pytest.mark.usefixtures("_invented_world")
def test_the_first_steps_work_as_they_are_written(tiktok: Any, open_page: Any) -> None:
    olivia = open_page()
    sign_in(olivia, said("olivia@northlight.example"))
    olivia.get_by_role("link", name=said("Northlight")).first.click()
    add_accounts(olivia)
    connect_tom(open_page(390))
    olivia.goto("/o/northlight/influencers/?q=tom_trails")
    badge = olivia.get_by_role("table").get_by_text(re.compile(r"^\s*(.* · )?Authenticated"))
    expect(badge.first).to_be_visible()
    order_from_maya(olivia)
    be_maya(open_page(1440), tiktok.url)
    olivia.get_by_role("button", name=said("Refresh")).click()
    maya = olivia.get_by_role("row").filter(has_text="@maya.bakes")
    expect(maya.get_by_text("Fulfilled")).to_be_visible()
    olivia.get_by_role("link", name=said("Published Posts")).click()
    expect(olivia.get_by_role("link", name=CAPTION)).to_be_visible()


def sign_in(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(said("sunlit-harbour-42"))
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_accounts(olivia: Page) -> None:
    for handle, answer in (
        ("@maya.bakes", "Dashboard access"),
        ("@tom_trails", "There are two ways out"),
        ("@nosuch", "TikTok knows no such account"),
    ):
        olivia.goto("/o/northlight/influencers/")
        olivia.get_by_role("link", name=said("Add account")).click()
        dialog = olivia.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Account").fill(said(handle))
        dialog.get_by_role("button", name="Add account").click()
        expect(olivia.get_by_text(answer).first).to_be_visible()


def connect_tom(phone: Page) -> None:
    sign_in(phone, said("tom@creators.example"))
    phone.get_by_role("link", name=said("Connect TikTok")).click()
    phone.get_by_role("button", name=re.compile("Agree")).click()
    phone.get_by_label("TikTok handle").fill(said("tom_trails"))
    phone.get_by_role("button", name="Allow").click()
    expect(phone.get_by_text("@tom_trails is connected")).to_be_visible()


def order_from_maya(olivia: Page) -> None:
    olivia.goto("/o/northlight/campaigns/")
    olivia.get_by_role("link", name=said(CAMPAIGN)).first.click()
    olivia.get_by_role("link", name=said("New order")).first.click()
    olivia.get_by_role("row").filter(has_text="@maya.bakes").get_by_role("checkbox").check()
    olivia.get_by_label("What to make").fill("One short video with the seeded loaf")
    olivia.get_by_label("Videos", exact=False).last.fill("1")
    olivia.get_by_role("button", name="Preview").click()
    olivia.get_by_label("E-mail address of Maya Bakes").fill(said("maya.bakes@creators.example"))
    olivia.get_by_role("button", name="Send 1 order").click()
    expect(olivia.get_by_text(re.compile("Created|Sent")).first).to_be_visible()
    olivia.goto(re.sub(r"/(requests|orders)/.*", "/orders/", olivia.url))


def be_maya(phone: Page, sandbox: str) -> None:
    """The phone, and the desk beside it."""
    assert "8001" in said("http://127.0.0.1:8001"), "the port after the pages'"
    phone.goto(sandbox)
    phone.get_by_role("link", name=said("Maya Bakes")).click()
    order = phone.locator("article").filter(has_text=said("Oakmill"))
    order.get_by_text("Publish a video for it").click()
    order.get_by_label("Caption").fill(CAPTION)
    order.get_by_role("button", name="Publish now").click()
    review = phone.locator("article").filter(has_text="@maya.bakes for Oakmill")
    review.get_by_role("button", name="Pass").click()
