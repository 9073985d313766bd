"""Queries composed once: each organization is answered with its own rows, whoever asked first."""

from __future__ import annotations

import pytest
from django.db.models import QuerySet

from crm.models import Influencer
from tenancy.composed import Composed
from tenancy.scope import ScopeMissing, organization_scope

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


def test_a_value_that_the_query_does_not_hold_as_it_is_is_refused() -> None:
    with pytest.raises(ValueError, match="'Maya' does not stand"):
        Composed(lambda name: named(name.lower()), ["Maya"])


@pytest.mark.usefixtures("_people")
def test_too_few_and_too_many_values_are_refused(oak) -> None:
    with organization_scope(oak):
        for values in ((), ("Maya", "Tom")):
            with pytest.raises(ValueError, match="argument"):
                Composed(named, ["stand-in"]).rows(*values)
