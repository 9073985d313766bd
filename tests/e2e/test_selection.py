"""A selection in the list of influencers: by mouse, key and finger, over several pages, and what is done with it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import Influencer, Tagging
from crm.services.collections.tags import create_tag
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.e2e.test_pages import AXE, RUN_AXE
from tests.factories.crm import InfluencerFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LIST = "/o/oak/influencers/"


@pytest.fixture
def people(oak: Organization) -> list[Influencer]:
    with organization_scope(oak):
        create_tag("food", actor=None)
        return [InfluencerFactory.create(name=f"Person {n:02}") for n in range(60)]


def box(page: Page, name: str) -> object:
    return page.get_by_role("checkbox", name=f"Select {name}", exact=True)


def test_a_selection_is_kept_over_pages_tagged_and_undone(
    oak: Organization, people: list[Influencer], manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto(LIST)
    bar = page.get_by_role("form", name="Selection")
    expect(bar).to_be_hidden()
    box(page, "Person 01").click()
    box(page, "Person 04").click(modifiers=["Shift"])
    expect(bar.get_by_text("4 selected")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    box(page, "Person 55").focus()
    page.keyboard.press("x")
    expect(bar.get_by_text("5 selected")).to_be_visible()
    page.get_by_role("link", name="Previous").click()
    expect(box(page, "Person 03")).to_be_checked()
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []

    bar.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_label("Tag", exact=True).select_option("food")
    expect(page.get_by_text("5 creators will get the tag.")).to_be_visible()
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    page.get_by_role("button", name="Tag", exact=True).click()

    expect(page.get_by_text("5 creators got the tag.")).to_be_visible()
    with organization_scope(oak):
        assert Tagging.objects.count() == 5
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("5 undone.")).to_be_visible()
    with organization_scope(oak):
        assert not Tagging.objects.exists()


def test_all_that_match_are_selected_beyond_the_page_until_the_search_changes(
    people: list[Influencer], manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager)
    page.goto(f"{LIST}?q=person")
    bar = page.get_by_role("form", name="Selection")
    page.get_by_role("checkbox", name="Select all on this page").click()
    expect(bar.get_by_text("50 selected")).to_be_visible()
    bar.get_by_role("button", name="Select all 60").click()
    expect(bar.get_by_text("All 60 selected")).to_be_visible()
    page.get_by_role("searchbox").fill("person 5")
    expect(bar.get_by_text("50 selected", exact=True)).to_be_visible()
    bar.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()
    box(page, "Person 51").click()
    bar.get_by_role("button", name=re.compile("^Select all")).click()
    bar.get_by_label("More actions").click()
    bar.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("10 creators will be archived.")).to_be_visible()


def test_on_a_phone_a_tap_on_the_face_selects(
    people: list[Influencer], manager: User, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(manager, 390)
    page.goto(LIST)
    page.locator("#influencers tbody tr").nth(2).locator(".face").click()
    bar = page.get_by_role("form", name="Selection")
    expect(bar.get_by_text("1 selected")).to_be_visible()
    expect(bar.get_by_role("button", name="Add to campaign")).to_be_visible()
    bar.get_by_label("More actions").click()
    expect(bar.get_by_role("button", name="Ask to connect")).to_be_visible()
    page.evaluate(AXE)
    # (The menu covers the small targets below it for as long as it is open.)
    found = [each for each in page.evaluate(RUN_AXE) if not each.startswith("target-size")]
    assert found == []
