"""Reports on paper, which ends where they end, and behind their link on phones."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from campaigns.queries.report import report_of
from campaigns.services.report import report_url, share_report
from tenancy.enums import Role
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.campaigns.test_results import roll
from tests.factories.whole_campaign import Whole

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
A4 = {"width": 680, "height": 1000}  # pixels between its margins
BELOW = """() => {
  const report = document.querySelector(".report"), ends = report.getBoundingClientRect().bottom;
  let below = 0;
  for (let each = report.parentElement; each !== document.body; each = each.parentElement)
    below = Math.max(below, each.getBoundingClientRect().bottom - ends);
  return below;
}"""


def test_nothing_stands_below_a_printed_report(
    oak: Organization, whole: Whole, signed_in: Callable[..., Page]
) -> None:
    with organization_scope(oak):
        roll()
    page = signed_in(a_member(oak, Role.OWNER, name="Olivia Park"))
    page.goto(f"/o/oak/campaigns/{whole.campaign.pk}/report/")
    page.set_viewport_size(A4)
    assert page.evaluate(BELOW) > 0  # on the screen there is room for the navigation of a phone
    page.emulate_media(media="print")
    assert page.evaluate(BELOW) == 0


def test_tables_of_a_shared_report_stack_on_phones(
    oak: Organization, whole: Whole, open_page: Callable[..., Page]
) -> None:
    with organization_scope(oak):
        roll()
        olivia = a_member(oak, Role.OWNER, name="Olivia Park")
        share_report(whole.campaign, expires_on=None, password=None, actor=olivia)
        url = report_url(report_of(whole.campaign))
    page = open_page(390)
    page.goto(url)
    table = page.get_by_role("table", name="The numbers of the campaign in parts")
    expect(table).to_have_class(re.compile("stacks"))
    expect(table.locator("tbody tr").first.locator("td").nth(1)).to_have_attribute(
        "data-label", "Views"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
