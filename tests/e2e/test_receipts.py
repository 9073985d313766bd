"""The receipt of a purge as a lawyer meets it: without a barrier on the screen, and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.e2e.test_pages import ALL_THEMES, barriers
from tests.factories.campaigns import a_video, an_account
from tiktok.enums import Source
from tiktok.models import LegacyMigration
from tiktok.services.legacy.purging import run_purge, start_purge

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PAGES = re.compile(rb"/Type\s*/Page\b")


def test_a_receipt_has_no_barrier_and_prints_on_three_pages_of_a4(
    oak: Organization, signed_in: Callable[..., Page]
) -> None:
    owner = a_member(oak, Role.OWNER, name="Olivia Park")
    with organization_scope(oak):
        account = an_account("old.one")
        a_video(account, "1", source=Source.LEGACY, counts_source=Source.LEGACY)
        LegacyMigration.objects.create(cut_over_at=timezone.now(), plan_digest="9f2c41ab" * 8)
        receipt = run_purge(start_purge(actor=owner))
    page = signed_in(owner)
    path = f"/o/oak/settings/migration/receipts/{receipt.number}/"

    assert list(barriers(page, path, ALL_THEMES)) == []

    page.emulate_media(color_scheme="light", media="print")
    paper = page.pdf(prefer_css_page_size=True)
    assert len(PAGES.findall(paper)) == 3
    assert not page.get_by_role("button", name="Print or PDF").is_visible()
