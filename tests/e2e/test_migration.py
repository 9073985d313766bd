"""An owner leaves the old source on the screen: plan, cut-over, reversal and purge, without a barrier at any step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from campaigns.queries.migration import latest_plan
from campaigns.services.legacy.cutting_over import cut_over
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.e2e.test_pages import THEMES, barriers
from tests.factories.legacy import TWO_POSTS, bring_in
from tiktok.models import Creator

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PAGE = "/o/oak/settings/migration/"


@pytest.fixture
def owner(oak: Organization, tmp_path: Path, signed_in: Callable[..., Page]) -> Page:
    with organization_scope(oak):
        bring_in(tmp_path, TWO_POSTS)
        Creator.objects.update(marketplace_status="not_in")
        Creator.objects.filter(handle="ann.b").update(marketplace_status="in")
    return signed_in(a_member(oak, Role.OWNER))


def confirm(page: Page, button: str) -> None:
    page.get_by_role("link", name=button).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type oak to confirm").fill("oak")
    dialog.get_by_role("button", name=button).click()


def without_barrier(page: Page, path: str = PAGE) -> None:
    found = list(barriers(page, path, THEMES))
    assert not found, "\n".join(found)
    page.set_viewport_size({"width": 1440, "height": 900})


def test_an_owner_leaves_the_old_source_on_the_screen(owner: Page) -> None:
    owner.goto(PAGE)
    owner.get_by_role("button", name="Make plan").click()
    expect(owner.get_by_text("1 account is lost as of now.")).to_be_visible()
    without_barrier(owner)
    without_barrier(owner, f"{PAGE}accounts/")
    owner.goto(PAGE)

    confirm(owner, "Start cut-over")
    expect(owner.get_by_text("Nothing is deleted yet.")).to_be_visible()
    expect(owner.get_by_role("link", name="Create orders for these creators")).to_be_visible()
    without_barrier(owner)

    confirm(owner, "Reverse cut-over")
    expect(owner.get_by_role("link", name="Start cut-over")).to_be_visible()
    confirm(owner, "Start cut-over")
    confirm(owner, "Start purge")
    expect(owner.get_by_role("button", name="Pause after this slice")).to_be_visible()
    without_barrier(owner)


def test_the_heading_comes_up_to_date_with_the_page(owner: Page, oak: Organization) -> None:
    """Operations cut over while an owner looks: the buttons of the step before go, those of the next come, without a reload."""
    owner.goto(PAGE)
    owner.get_by_role("button", name="Make plan").click()
    heading = owner.get_by_role("heading", level=1).locator("xpath=ancestor::header")
    expect(heading.get_by_role("link", name="Start cut-over")).to_be_visible()
    with organization_scope(oak):
        cut_over(latest_plan(), actor=None)
    expect(heading.get_by_role("link", name="Reverse cut-over")).to_be_visible()
    expect(heading.get_by_role("link", name="Start purge")).to_be_visible()
    expect(heading.get_by_text("The old data is hidden.")).to_be_visible()
    expect(heading.get_by_role("link", name="Start cut-over")).to_have_count(0)
    owner.get_by_role("link", name="Start purge").click()
    expect(owner.get_by_role("dialog").get_by_label("Type oak to confirm")).to_be_visible()
