"""Discover in a browser: TikTok One searched and ranked, its filters, one creator's numbers, a selection put on a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenancy.enums import Role
from tenancy.models import Organization
from tests.e2e.test_pages import AXE, OVERHANG, RUN_AXE, SETTLED, THEMES
from tests.e2e.test_tiktok_one import connect_brand

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(elm: Organization, tiktok: Any, member_of: Callable[..., Page]) -> Page:
    """The page of an admin whose organization has connected TikTok One."""
    admin = member_of(elm, Role.ADMIN)
    connect_brand(admin)
    admin.get_by_role("link", name="Discover").click()
    return admin


def assert_no_barrier(page: Page) -> None:
    for width, scheme in THEMES:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SETTLED)
        page.evaluate(AXE)
        assert page.evaluate(RUN_AXE) == []
        assert page.evaluate(OVERHANG) <= 0
    page.set_viewport_size({"width": 1440, "height": 900})


def test_creators_are_found_looked_at_and_put_on_a_list(page: Page) -> None:
    expect(page.get_by_role("row").filter(has_text="@maya.bakes")).to_be_visible()
    assert_no_barrier(page)
    page.locator("summary").filter(has_text="Topic").click()
    page.get_by_label("Topics").select_option("Cooking & Recipes")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(
        re.compile(r"\?country_codes=\w+&content_label_ids=\w+&sort_field=\w+&sort_order=\w+$")
    )
    row = page.get_by_role("row").filter(has_text="@maya.bakes")
    row.get_by_role("link", name="Show the numbers of Maya Bakes").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("450.00")).to_be_visible()
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    dialog.get_by_role("link", name="Close").click()

    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Add to list").click()
    dialog.get_by_label("Name of a new list").fill("Bakers")
    dialog.get_by_role("button", name="Add to list").click()
    expect(page.get_by_text("1 creator is now on the list “Bakers”.")).to_be_visible()
    expect(row.get_by_role("link", name="In your CRM:")).to_be_visible()
    expect(page.locator("summary").filter(has_text="Cooking & Recipes")).to_be_visible()


def test_a_ranking_is_chosen(page: Page) -> None:
    page.get_by_role("link", name="Rankings").click()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    page.get_by_role("combobox", name="Ranking").select_option("Fitness & Workouts")
    expect(page.get_by_role("row").filter(has_text="@rio.runs")).to_be_visible()
    assert_no_barrier(page)
