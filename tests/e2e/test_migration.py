"""An owner leaves the old source on the screen: plan, cut-over, reversal and purge, without a barrier at any step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from campaigns.services.legacy.importing import import_legacy_export
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.e2e.test_pages import THEMES, barriers
from tiktok.models import Creator

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PAGE = "/o/oak/settings/migration/"
EXPORT = """handle,followers,video_id,caption,posted_at,collected_at,views,likes,comments,shares
ann.b,1.5K,7499446218112634119,One #spring,2025-05-01 12:00:00,2025-05-02 00:00:00,10K,100,5,1
tom_t,900,7499446218112634121,Three,2025-05-02 12:00:00,2025-05-02 13:00:00,5,1,0,0
"""


@pytest.fixture
def owner(oak: Organization, tmp_path: Path, signed_in: Callable[..., Page]) -> Page:
    file = tmp_path / "export.csv"
    file.write_text(EXPORT, encoding="utf-8")
    with organization_scope(oak):
        import_legacy_export(file, campaign_name="Spring", actor=None)
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
