"""Addresses that filters lead to say what was asked for, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tenancy.enums import Role
from tenancy.models import Organization

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("path", ["campaigns/", "settings/audit/", "alerts/"])
def test_fields_that_are_empty_stay_out_of_the_address(
    path: str, oak: Organization, member_of: Callable[..., Page]
) -> None:
    page = member_of(oak, Role.OWNER)
    page.goto(f"/o/oak/{path}?x=1")
    page.locator("main form[method=get]").first.evaluate("form => form.requestSubmit()")
    page.wait_for_url(re.compile(rf"/o/oak/{path}\?(?!x=1)"))
    assert not re.search(r"=(&|$)", page.url)


def test_a_search_that_is_emptied_leaves_the_address(
    oak: Organization, member_of: Callable[..., Page]
) -> None:
    page = member_of(oak, Role.OWNER)
    page.goto("/o/oak/influencers/")
    field = page.get_by_role("searchbox", name="Search names")
    field.fill("maya")
    expect(page).to_have_url(re.compile(r"/influencers/\?q=maya$"))
    field.fill("")
    expect(page).to_have_url(re.compile(r"/influencers/\??$"))
