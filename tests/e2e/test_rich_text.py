"""The brief is written in an editor, and read as it was written; without JavaScript, as plain text in a plain field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from campaigns.services.orders.contact.pages import page_url
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.e2e.test_pages import AXE, RUN_AXE
from tests.factories.whole_campaign import Whole

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_brief_is_written_in_an_editor_and_read_by_the_creator(
    whole: Whole, oak: Organization, manager: User, signed_in: Callable[..., Page], width: int
) -> None:
    page = signed_in(manager, width)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    settings = f"/o/oak/campaigns/{whole.campaign.pk}/settings/"
    page.goto(settings)
    page.locator(".rich-field").scroll_into_view_if_needed()
    editor = page.get_by_role("textbox", name="Brief")
    expect(page.get_by_role("button", name="Bold")).to_be_visible()
    editor.click()
    page.get_by_role("button", name="Heading").click()
    page.keyboard.type("Shots")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="List", exact=True).click()
    page.keyboard.type("The ")
    page.get_by_role("button", name="Bold").click()
    expect(page.get_by_role("button", name="Bold")).to_have_attribute("aria-pressed", "true")
    page.keyboard.type("crumb")
    page.evaluate(AXE)
    page.evaluate("document.querySelector('.phone-nav')?.style.setProperty('position', 'static')")
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate(RUN_AXE) == []
    page.get_by_role("button", name="Save campaign").click()
    expect(page.get_by_text("The campaign is saved.")).to_be_visible()
    with organization_scope(oak):
        whole.campaign.refresh_from_db()
        address = page_url(whole.order).partition("//")[2].partition("/")[2]
    brief = "<h3>Shots</h3><ul><li>The&nbsp;<strong>crumb</strong></li></ul>"
    assert whole.campaign.brief == brief
    page.goto(f"/{address}")
    expect(page.get_by_role("heading", name="Shots")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="crumb")).to_be_visible()
    assert refused == []


def test_without_javascript_the_plain_field_keeps_lines_and_untouched_formatting(
    whole: Whole, oak: Organization, manager: User, chromium: Browser, site: str, signed_in: Any
) -> None:
    with organization_scope(oak):
        whole.campaign.brief = "<div>One <strong>bold</strong> line</div>"
        whole.campaign.save()
    cookies: Any = signed_in(manager).context.cookies()
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    settings = f"/o/oak/campaigns/{whole.campaign.pk}/settings/"
    for words, kept in (
        (None, "<div>One <strong>bold</strong> line</div>"),
        ("Two\nlines", "<div>Two<br>lines</div>"),
    ):
        page.goto(settings)
        field = page.get_by_label("Brief")
        if words:
            field.fill(words)
        else:
            expect(field).to_have_value("One bold line")
        page.get_by_role("button", name="Save campaign").click()
        with organization_scope(oak):
            whole.campaign.refresh_from_db()
        assert whole.campaign.brief == kept
    context.close()
