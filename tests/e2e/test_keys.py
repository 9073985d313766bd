"""Keys of lists: they move, open and select, are named on a sheet, and leave who types alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.e2e.test_pages import AXE, RUN_AXE
from tests.factories.crm import InfluencerFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LIST = "/o/oak/influencers/"


@pytest.fixture
def page(oak: Organization, manager: User, signed_in: Callable[..., Page]) -> Page:
    with organization_scope(oak):
        for n in range(4):
            InfluencerFactory.create(name=f"Person {n}")
    found = signed_in(manager)
    found.goto(LIST)
    return found


def link(page: Page, name: str) -> object:
    return page.locator("#influencers").get_by_role("link", name=name)


def test_j_and_k_move_over_the_rows_x_selects_and_enter_opens(page: Page) -> None:
    keys = page.keyboard
    keys.press("k")
    for _ in range(9):  # the last row stays
        keys.press("j")
    expect(link(page, "Person 3")).to_be_focused()
    keys.press("x")
    keys.press("k")
    keys.press("k")
    expect(link(page, "Person 1")).to_be_focused()
    keys.press("Shift+X")
    expect(page.get_by_text("3 selected")).to_be_visible()
    keys.press("j")
    keys.press("x")
    expect(page.get_by_text("2 selected")).to_be_visible()
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Person 2")).to_be_visible()
    keys.press("e")
    expect(page.get_by_role("dialog").get_by_label("Name", exact=True)).to_be_visible()


def test_j_and_k_lead_from_profile_to_profile_as_the_list_stood(page: Page) -> None:
    """The list's own order, here from the last name to the first; at its ends they stay."""
    keys, address = page.keyboard, f"{LIST}?sort=-name"
    page.goto(address)
    page.locator("#influencers").get_by_role("link", name="Person 2").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Person 2")
    back = page.get_by_role("link", name="Influencers · 2 of 4 on its page")
    expect(back).to_be_visible()
    keys.press("j")
    expect(heading).to_have_text("Person 1")
    keys.press("k")
    expect(heading).to_have_text("Person 2")
    keys.press("k")
    expect(heading).to_have_text("Person 3")
    expect(page.get_by_label("Previous profile")).to_have_attribute("aria-disabled", "true")
    keys.press("k")
    expect(heading).to_have_text("Person 3")
    page.get_by_role("link", name="Influencers · 1 of 4 on its page").click()
    expect(page).to_have_url(re.compile(r"/influencers/\?sort=-name$"))


def test_a_profile_that_was_opened_by_its_address_has_no_neighbours(page: Page) -> None:
    href = page.locator("#influencers").get_by_role("link", name="Person 2").get_attribute("href")
    page.goto(href or "")
    expect(page.get_by_role("heading", level=1)).to_have_text("Person 2")
    expect(page.get_by_label("Next profile")).to_be_hidden()


def test_a_tab_forgets_the_list_when_its_person_leaves_or_another_comes(page: Page) -> None:
    def kept() -> bool:
        return bool(page.evaluate("Boolean(sessionStorage.getItem('trail'))"))

    page.locator("#influencers").get_by_role("link", name="Person 2").click()
    expect(page.get_by_role("link", name="Influencers · 3 of 4 on its page")).to_be_visible()
    page.reload()
    assert kept()
    page.evaluate("sessionStorage.setItem('person', '0')")  # somebody else's until now
    page.reload()
    expect(page.get_by_label("Next profile")).to_be_hidden()
    assert not kept()
    page.goto(LIST)
    page.locator("#influencers").get_by_role("link", name="Person 2").click()
    expect(page.get_by_label("Next profile")).to_be_visible()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/accounts/login/"))
    assert not kept()


def test_no_key_acts_while_something_is_typed_or_a_dialog_is_open(page: Page) -> None:
    page.keyboard.press("/")
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    search.type("j?x")
    expect(search).to_have_value("j?x")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_hidden()
    search.fill("")
    search.blur()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Search everything")).to_be_visible()
    page.get_by_role("button", name="All keys").click()
    expect(sheet).to_be_visible()
    expect(page.get_by_role("dialog", name="Search everything")).to_be_hidden()
    page.keyboard.press("j")
    expect(link(page, "Person 0")).not_to_be_focused()


def test_the_sheet_says_all_keys_and_turns_them_off_for_good(page: Page) -> None:
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    for words in (
        "Next and previous row, in a profile that of the list",
        "Open the row",
        "Select the row",
        "Show these keys",
    ):
        expect(sheet.get_by_text(words, exact=True)).to_be_visible()
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    sheet.get_by_label("Single keys act on pages").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    expect(link(page, "Person 0")).not_to_be_focused()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search everything").fill("shortcuts")
    page.get_by_role("option", name="Keys: all keyboard shortcuts").click()
    sheet.get_by_label("Single keys act on pages").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(link(page, "Person 0")).to_be_focused()


def test_countries_are_found_by_words_and_several_are_chosen_with_keys_alone(page: Page) -> None:
    page.goto(f"{LIST}filter/?field=country")
    keys, search = page.keyboard, page.get_by_role("searchbox", name="Find in Country")
    expect(search).to_be_focused()
    keys.type("cote d")
    keys.press("Enter")  # the only one that is found
    search.fill("germ")
    keys.press("ArrowDown")
    keys.press("Space")
    expect(page.get_by_text("1 found · 2 chosen")).to_be_visible()
    keys.press("ArrowUp")
    expect(search).to_be_focused()
    search.fill("zzz")
    expect(page.get_by_text("Nothing is called so · 2 chosen")).to_be_visible()
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator(".chip")).to_contain_text("Germany")
    expect(page.locator(".chip")).to_contain_text("Ivoire")


@pytest.mark.parametrize(("width", "is_head"), [(1280, True), (390, False)])
def test_import_and_export_stand_in_the_head_where_there_is_room(
    page: Page, width: int, is_head: bool
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for name in ("Import creators", "Export list"):
        button = page.locator(".page-actions > .btn").filter(has_text=name)
        expect(button).to_be_visible(visible=is_head)
    page.get_by_label("More actions").first.click()
    for name in ("Import creators", "Export list"):
        expect(page.locator(".menu-item").filter(has_text=name)).to_be_visible(visible=not is_head)
