"""A page knows whether it has changed, at the price of a query, and asks on only while something is under way."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from tenancy.models import Organization
from ui.live import Live, live_rows
from ui.templatetags.layout import live

pytestmark = pytest.mark.django_db
ALL = Organization.objects.all()


def now(oak: Organization, **given: object) -> Live:
    return live_rows(ALL.filter(pk=oak.pk), ALL, **given)  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_a_version_changes_with_each_row_that_is_changed_or_added(
    oak: Organization, elm: Organization, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        seen = [now(oak).version]
    assert now(oak).version == seen[0]
    ALL.filter(pk=elm.pk).update(name="Elms")
    seen.append(now(oak).version)
    Organization.objects.create(name="Ash", slug="ash-live")
    seen.append(now(oak).version)
    assert len(set(seen)) == 3


def test_a_version_changes_with_facts_and_when_nothing_more_is_to_come(oak: Organization) -> None:
    named, nobody = ALL.filter(name=oak.name), ALL.filter(name="nobody")
    versions = {
        now(oak).version,
        now(oak, facts=(1,)).version,
        now(oak, is_under_way=True).version,
    }
    assert len(versions) == 3
    assert now(oak, awaited=(named,)).version != now(oak, awaited=(nobody,)).version
    assert now(oak, awaited=(named,)).is_under_way
    assert not now(oak, awaited=(nobody,)).is_under_way


def test_only_who_has_seen_this_version_is_answered_with_nothing() -> None:
    state, ask = Live("v1", is_under_way=True), RequestFactory()
    assert state.answer(ask.get("/")) is None
    assert state.answer(ask.get("/", headers={"X-Seen": "v0"})) is None
    answer = state.answer(ask.get("/", headers={"X-Seen": "v1"}))
    assert answer is not None
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_page_asks_again_only_while_more_is_to_come() -> None:
    assert live(Live("v1", is_under_way=True)) == 'data-live="v1"'
    assert live(Live("v1", is_under_way=True), url="/a?b&c") == (
        'data-live="v1" data-live-from="/a?b&amp;c"'
    )
    assert live(Live("v1", is_under_way=False)) == live(None) == ""
