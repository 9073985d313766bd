"""A creator writes on the page of their order in a browser, which names itself only as far as the page lets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from campaigns.models import Order, OrderReply, ReviewVersion
from campaigns.services.orders.contact.pages import page_url
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, an_account, an_order

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
FILM = b"\x00\x00\x00\x18ftypisom" + b"x" * 1000


@pytest.fixture
def order(oak: Organization) -> Order:
    with organization_scope(oak):
        return an_order(a_campaign(), an_account("maya.bakes"))


def address(order: Order) -> str:
    with organization_scope(order.organization):
        return page_url(order)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_what_is_written_arrives_with_scripts_and_without(
    order: Order, chromium: Browser, site: str, has_scripts: bool
) -> None:
    context = chromium.new_context(java_script_enabled=has_scripts)
    page = context.new_page()
    page.goto(f"{address(order)}question/")
    page.get_by_label("Your question").fill("May I film at night?")
    page.locator("form button[type=submit]").click()
    expect(page.get_by_text("May I film at night?")).to_be_visible()
    page.goto(f"{address(order)}draft/1/")
    page.get_by_label("Text, such as caption or script").fill("First cut")
    page.get_by_role("button", name="Send the draft").click()
    expect(page.get_by_text("First cut")).to_be_visible()
    context.close()
    with organization_scope(order.organization):
        assert OrderReply.objects.get().text == "May I film at night?"
        assert ReviewVersion.objects.get().text == "First cut"


def test_after_a_file_that_is_not_taken_the_next_one_is_sent_at_once(
    order: Order, open_page: Any, site: str, tmp_path: Path
) -> None:
    page: Page = open_page(390)
    page.goto(f"{address(order)}draft/1/")
    file, send = page.locator("input[type=file]"), page.get_by_role("button", name="Send the draft")
    page.get_by_label("Text, such as caption or script").fill("First cut")
    file.evaluate("(field) => field.dataset.most = 100")
    film = {"name": "cut.mp4", "mimeType": "video/mp4", "buffer": FILM}
    file.set_input_files(film)
    send.click()
    expect(page.get_by_text("This file is larger than 500 MB.")).to_be_visible()
    file.set_input_files({**film, "buffer": b"<html>"})
    send.click()
    expect(page.get_by_text("This file was not taken.")).to_be_visible()
    file.evaluate("(field) => field.dataset.most = 10000")
    file.set_input_files(film)
    send.click()
    expect(page.locator("video")).to_be_visible()
    with organization_scope(order.organization):
        version = ReviewVersion.objects.select_related("file").get()
        assert (version.text, version.file and version.file.size) == ("First cut", len(FILM))
