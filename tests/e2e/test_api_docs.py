"""The documentation of the API in a browser, under the site's own Content-Security-Policy."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.test_pages import ALL_THEMES, OVERHANG, RUN_AXE, SETTLED, barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_the_documentation_lists_every_operation_and_unfolds_it(open_page: Any) -> None:
    page = open_page(1440)
    page.goto("/api/v1/docs/")
    calls = page.locator("details.operation")
    expect(calls).to_have_count(15)
    history = calls.filter(has_text="/api/v1/posts/{id}/metrics/history/")
    history.locator("summary").click()
    expect(history.get_by_role("table", name="Parameters")).to_be_visible()
    history.get_by_role("link", name="PostSnapshot").click()
    expect(page.get_by_role("heading", name="PostSnapshot", exact=True)).to_be_in_viewport()
    expect(page.get_by_text("manage.py create_api_key")).to_be_visible()


def test_the_documentation_has_no_barrier_folded_or_not(open_page: Any) -> None:
    page = open_page(1440)
    assert list(barriers(page, "/api/v1/docs/", ALL_THEMES)) == []
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert list(unfolded(page)) == []


def unfolded(page: Any) -> Any:
    """The barriers of the page as it stands, in each of the widths and colour schemes."""
    for width, scheme in ALL_THEMES:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        page.evaluate(SETTLED)
        yield from page.evaluate(RUN_AXE)
        if overhang := page.evaluate(OVERHANG):
            yield f"hangs over by {overhang} px"
