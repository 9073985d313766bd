"""The documentation of the API in a browser, under the site's own Content-Security-Policy."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_the_documentation_lists_every_operation_and_unfolds_it(open_page: Any) -> None:
    page = open_page(1440)
    page.goto("/api/v1/docs/")
    page.wait_for_selector(".opblock")
    assert page.locator(".opblock").count() == 13

    page.get_by_role("button", name="GET /api/v1/posts/{id}/", exact=True).click()
    page.get_by_text("There is no such object.").wait_for()
