"""A missing number says why to whoever asks, by finger and by key, and what has failed stays until it was read."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tenancy.models import User
from tests.e2e.test_pages import AXE, RUN_AXE
from tests.factories.whole_campaign import Whole

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_press_on_a_dash_says_why_a_number_is_missing(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager, 390)
    page.goto("/o/oak/influencers/")
    row = page.get_by_role("row").filter(has_text=f"@{whole.accounts['unsupported'].handle}")
    row.locator(".why").first.click()
    said = page.get_by_text("TikTok no longer lets us track this account.")
    expect(said).to_be_visible()
    box = said.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.evaluate(AXE)
    # (It covers the small targets below it for as long as it is open.)
    found = [each for each in page.evaluate(RUN_AXE) if not each.startswith("target-size")]
    assert found == []
    page.mouse.click(5, 5)
    expect(said).to_be_hidden()


def test_the_popover_of_a_missing_number_offers_the_remedy(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/influencers/")
    account = whole.accounts["unsupported"]
    row = page.get_by_role("row").filter(has_text=f"@{account.handle}")
    row.locator(".why").first.press("Enter")
    remedy = page.locator("#why").get_by_role("link", name=re.compile("^Ask .+ to connect$"))
    page.keyboard.press("Tab")
    expect(remedy).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/accounts/{account.pk}/ask/")


def test_the_missing_numbers_of_a_table_are_one_stop_of_the_tab_key(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/influencers/")
    all_of_them = page.locator("table .why")
    assert all_of_them.count() > 3
    assert all_of_them.evaluate_all("all => all.filter(each => each.tabIndex === 0).length") == 1
    page.locator("table .why[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    expect(all_of_them.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    said = page.locator("#why")
    expect(said).to_be_visible()
    expect(said).to_contain_text(all_of_them.nth(1).get_attribute("aria-label") or "")
    page.keyboard.press("Escape")
    expect(said).to_be_hidden()
    expect(all_of_them.nth(1)).to_be_focused()


def test_numbers_that_are_missing_for_one_reason_say_it_once(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/posts/?view=table")
    row = page.get_by_role("row").filter(has_text="By hand")
    expect(row.get_by_text("numbers are missing. Send an order")).to_be_visible()
    expect(row.locator(".why")).to_have_count(0)
    expect(row.locator(".cover")).to_be_visible()


def test_a_cover_whose_address_has_expired_leaves_the_drawn_one(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto("/o/oak/")
    page.evaluate(
        """src => document.querySelector(".cover").append(Object.assign(new Image(), {src}))""",
        "data:image/png;base64,AAAA",
    )
    expect(page.locator(".cover img")).to_have_count(0)
    size = page.locator(".cover").first.bounding_box()
    assert size is not None
    assert (size["width"], size["height"]) == (36, 48)


def test_a_picture_that_failed_before_the_scripts_ran_leaves_the_drawn_cover_too(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/js/ui\b.*\.js"), hold)
    page.goto("/o/oak/", wait_until="commit")
    page.locator(".cover").first.wait_for()
    page.evaluate(
        """src => new Promise((done) => {
          const picture = Object.assign(new Image(), {src, onerror: done});
          document.querySelector(".cover").append(picture);
        })""",
        "data:image/png;base64,AAAA",
    )
    expect(page.locator(".cover img")).to_have_count(1)
    held.pop().continue_()
    expect(page.locator(".cover img")).to_have_count(0)


def test_what_has_failed_stays_until_it_is_closed_and_what_went_well_leaves(
    whole: Whole, manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.clock.install()
    page.goto("/o/oak/")
    say = "kind => document.dispatchEvent(new CustomEvent('toast', {detail: {text: kind, kind}}))"
    for kind in ("success", "warning", "danger"):
        page.evaluate(say, kind)
    page.clock.run_for(60_000)
    notes = page.locator("#toasts")
    expect(notes).to_have_text("warning danger", use_inner_text=True)
    notes.get_by_role("button", name="Dismiss").first.click()
    expect(notes).to_have_text("danger", use_inner_text=True)
