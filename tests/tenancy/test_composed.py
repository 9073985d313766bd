"""Queries composed once: each organization is answered with its own rows, whoever asked first."""

from __future__ import annotations

import gc
import weakref

import pytest
from django.db.models import QuerySet

from crm.models import Influencer, SocialAccount
from files.models import File
from tenancy.composed import Composed, ComposedPages
from tenancy.models import Group, Organization, User
from tenancy.scope import ScopeMissing, groups_scope, organization_scope, person_scope
from tests.factories.crm import TikTokAccountFactory

pytestmark = pytest.mark.django_db


def named(name: str) -> QuerySet[Influencer]:
    return Influencer.objects.filter(name=name).order_by("id")


def everybody() -> QuerySet[Influencer]:
    return Influencer.objects.order_by("id")


@pytest.fixture
def _people(oak, elm) -> None:
    for organization, names in ((oak, ("Maya", "Tom")), (elm, ("Maya", "Lena", "Maya"))):
        with organization_scope(organization):
            for name in names:
                Influencer.objects.create(name=name)


@pytest.mark.usefixtures("_people")
def test_each_organization_sees_its_own_rows(oak, elm) -> None:
    composed = Composed(everybody)
    for _ in range(7):  # the database plans anew for the first five
        for organization, names in ((oak, ["Maya", "Tom"]), (elm, ["Maya", "Lena", "Maya"])):
            with organization_scope(organization):
                rows = composed.rows()
                assert [row.name for row in rows] == names
                assert rows == list(everybody())
                assert {row.organization_id for row in rows} == {organization.pk}


@pytest.mark.usefixtures("_people")
def test_values_are_those_of_each_asking(oak, elm) -> None:
    composed = Composed(named, ["stand-in"])
    with organization_scope(oak):
        assert [len(composed.rows(name)) for name in ("Maya", "Lena", "stand-in")] == [1, 0, 0]
    with organization_scope(elm):
        assert [len(composed.rows(name)) for name in ("Maya", "Lena")] == [2, 1]


def test_nobody_is_answered_outside_a_scope() -> None:
    composed = Composed(everybody)
    with pytest.raises(ScopeMissing):
        composed.rows()


def test_a_value_that_the_query_does_not_hold_as_it_is_is_refused(oak) -> None:
    with organization_scope(oak), pytest.raises(ValueError, match="does not stand in the query"):
        Composed(lambda name: named(name.lower()), ["Maya"]).rows("Maya")


@pytest.mark.usefixtures("_people")
def test_too_few_and_too_many_values_are_refused(oak) -> None:
    with organization_scope(oak):
        for values in ((), ("Maya", "Tom")):
            with pytest.raises(ValueError, match="argument"):
                Composed(named, ["stand-in"]).rows(*values)


def test_rows_of_no_organization_are_read_without_a_scope(oak) -> None:
    composed = Composed(lambda slug: Organization.objects.filter(slug=slug), ["stand-in"])
    assert composed.rows("oak") == [oak]


def test_a_member_who_sees_some_groups_only_is_answered_with_these(oak, elm) -> None:
    composed = Composed(everybody)
    with organization_scope(oak):
        group = Group.objects.create(name="Beauty", key="beauty")
        Influencer.objects.create(name="Maya", group=group)
        Influencer.objects.create(name="Tom")
        for groups, names in ((None, ["Maya", "Tom"]), ([group.pk], ["Maya"]), ([], [])):
            with groups_scope(groups):
                assert [row.name for row in composed.rows()] == names


def test_pages_follow_a_cursor_both_ways(oak, elm) -> None:
    pages = ComposedPages(Influencer, Influencer.objects.all, ("sort_name", "id"), None)
    for organization, names in ((oak, "cabed"), (elm, "yxz")):
        with organization_scope(organization):
            made = {name: Influencer.objects.create(name=name).pk for name in names}
            first, *_, last = sorted(names)
            for is_backward, start, expected in (
                (False, None, sorted(names)[:2]),
                (False, first, sorted(names)[1:3]),
                (True, last, sorted(names, reverse=True)[1:3]),
            ):
                values = (start, made[start]) if start else ()
                rows = pages._read((), is_backward, values, 2)
                assert [row.name for row in rows] == expected


def test_a_person_is_answered_with_their_own_rows(oak) -> None:
    """An organization's rows of the kind that people own, too, are read first."""
    person = User.objects.create_user("maya@oak.example")
    composed = Composed(lambda: File.objects.order_by("id"))
    for scope in (organization_scope(oak), person_scope(person)):
        with scope:
            file = File.objects.create(kind="organization_logo", name="a.png", size=1)
            assert composed.rows() == [file]


def test_rows_go_with_their_page_and_wait_for_no_collector(oak) -> None:
    """An export of many reads them all in the memory of a few."""
    composed = Composed(lambda: SocialAccount.objects.select_related("creator", "influencer"))
    with organization_scope(oak):
        TikTokAccountFactory.create(creator__handle="maya")
        gc.disable()
        try:
            [row] = composed.rows()
            assert row.creator.handle == "maya"
            kept = [weakref.ref(row), weakref.ref(row.creator), weakref.ref(row.influencer)]
            del row
            assert [each() for each in kept] == [None, None, None]
        finally:
            gc.enable()
