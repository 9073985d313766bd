"""Keyset pages: both directions, ties, altered cursors, rows that go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext

from crm.models import Influencer, SocialAccount
from tenancy.enums import Verb
from tenancy.models import Event, Organization
from tenancy.scope import organization_scope
from ui.paging import KeysetPage, keyset_page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _scope() -> Iterator[None]:
    with organization_scope(Organization.objects.create(name="Oak", slug="oak")):
        yield


def names(page: KeysetPage) -> list[str]:
    return [f"{row.name}{row.country}" for row in page.rows]


def make(*names: str) -> None:
    for country, name in enumerate(names, start=1):
        Influencer.objects.create(name=name, country=str(country))


@pytest.mark.parametrize(
    ("keys", "pages"),
    [
        (("name", "id"), [["Ann1", "Bo2"], ["Bo3", "Bo4"], ["Bo5", "Cy6"], ["Di7"]]),
        (("-name", "id"), [["Di7", "Cy6"], ["Bo2", "Bo3"], ["Bo4", "Bo5"], ["Ann1"]]),
        (("-name", "-id"), [["Di7", "Cy6"], ["Bo5", "Bo4"], ["Bo3", "Bo2"], ["Ann1"]]),
    ],
)
def test_pages_over_ties_read_the_same_forwards_and_backwards(keys, pages) -> None:
    make("Ann", "Bo", "Bo", "Bo", "Bo", "Cy", "Di")

    forwards, page = [], keyset_page(Influencer.objects.all(), *keys, size=2)
    assert page.previous_cursor is None
    forwards.append(names(page))
    while page.next_cursor:
        page = keyset_page(Influencer.objects.all(), *keys, cursor=page.next_cursor, size=2)
        forwards.append(names(page))
    backwards = []
    while page.previous_cursor:
        page = keyset_page(Influencer.objects.all(), *keys, cursor=page.previous_cursor, size=2)
        backwards.append(names(page))

    assert forwards == pages
    assert backwards == pages[-2::-1]


def test_a_list_that_fits_has_no_cursors() -> None:
    make("Ann", "Bo")
    page = keyset_page(Influencer.objects.all(), "name", "id", size=2)
    assert (names(page), page.next_cursor, page.previous_cursor) == (["Ann1", "Bo2"], None, None)
    empty = keyset_page(Influencer.objects.none(), "name", "id")
    assert (empty.rows, empty.next_cursor, empty.previous_cursor) == ([], None, None)


def test_moments_survive_the_way_through_a_cursor() -> None:
    for verb in (Verb.ADMIN_ADDED, Verb.ADMIN_CHANGED, Verb.ADMIN_REMOVED):
        Event.objects.create(verb=verb, object_type="x", object_id=1)
    first = keyset_page(Event.objects.all(), "-at", "-id", size=1)
    second = keyset_page(Event.objects.all(), "-at", "-id", size=1, cursor=first.next_cursor)
    assert [first.rows[0].verb, second.rows[0].verb] == [Verb.ADMIN_REMOVED, Verb.ADMIN_CHANGED]


def test_an_altered_cursor_and_one_of_another_order_show_the_first_page() -> None:
    make("Ann", "Bo", "Cy")
    cursor = keyset_page(Influencer.objects.all(), "name", "id", size=1).next_cursor
    assert cursor
    for wrong in (cursor[:-2] + "xx", "x", "\x00", "é", cursor.upper()):
        page = keyset_page(Influencer.objects.all(), "name", "id", size=1, cursor=wrong)
        assert names(page) == ["Ann1"]
    assert names(keyset_page(Influencer.objects.all(), "-name", "id", size=1, cursor=cursor)) == [
        "Cy3"
    ]


def test_a_cursor_whose_rows_are_gone_shows_the_first_page() -> None:
    make("Ann", "Bo")
    cursor = keyset_page(Influencer.objects.all(), "name", "id", size=1).next_cursor
    Influencer.objects.filter(name="Bo").delete()
    page = keyset_page(Influencer.objects.all(), "name", "id", size=1, cursor=cursor)
    assert (names(page), page.next_cursor, page.previous_cursor) == (["Ann1"], None, None)


def with_accounts(rows: QuerySet[Influencer]) -> QuerySet[Influencer]:
    return rows.annotate(account_count=Count("accounts"))


def test_facts_are_told_of_the_rows_of_the_page_in_its_order_both_ways() -> None:
    make("Ann", "Bo", "Bo", "Cy", "Di")
    people = {person.country: person for person in Influencer.objects.all()}
    for country, handle in (("2", "bo.bakes"), ("2", "bo.paints"), ("4", "cy.sings")):
        SocialAccount.objects.create(
            influencer=people[country], network="instagram", account_type="instagram", handle=handle
        )
    rows, keys = Influencer.objects.exclude(name="Di"), ("-name", "-id")
    first = keyset_page(rows, *keys, facts=with_accounts, size=2)
    with CaptureQueriesContext(connection) as asked:
        second = keyset_page(
            rows, *keys, facts=with_accounts, size=2, cursor=first.next_cursor, is_strict=True
        )
    back = keyset_page(rows, *keys, facts=with_accounts, size=2, cursor=second.previous_cursor)
    seen = [[(row.name, row.account_count) for row in page.rows] for page in (first, second, back)]  # type: ignore[attr-defined]
    assert seen == [[("Cy", 1), ("Bo", 0)], [("Bo", 2), ("Ann", 0)], [("Cy", 1), ("Bo", 0)]]
    assert (first.previous_cursor, second.next_cursor, len(asked)) == (None, None, 1)


def test_a_page_with_facts_whose_rows_are_gone_is_the_first_or_for_machines_empty() -> None:
    make("Ann", "Bo")
    cursor = keyset_page(Influencer.objects.all(), "name", "id", size=1).next_cursor
    Influencer.objects.filter(name="Bo").delete()
    for is_strict, expected in ((False, ["Ann1"]), (True, [])):
        page = keyset_page(
            Influencer.objects.all(),
            "name",
            "id",
            facts=with_accounts,
            size=1,
            cursor=cursor,
            is_strict=is_strict,
        )
        assert names(page) == expected
