"""A world that is kept is made once; each test finds it as it was made, whatever an earlier one did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection, transaction

from tenancy.models import Organization
from tests import keeping
from tests.keeping import kept
from tests.personas import Tenant, make_tenant

pytestmark = pytest.mark.django_db

made: list[int] = []


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_worlds", {})
    made.clear()


def ash() -> Organization:
    organization = Organization.objects.create(name="Ash", slug="ash")
    made.append(organization.pk)
    return organization


@contextmanager
def a_test() -> Iterator[None]:
    """A block that is undone at its end, as a test is."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_it_is_made_once_and_its_rows_come_back_each_time() -> None:
    with a_test():
        first = kept("ash", ash)
        first.name = "Changed"
        first.save()
    assert not Organization.objects.exists()
    again = kept("ash", ash)
    assert [again.pk] == made
    assert Organization.objects.get().name == again.name == "Ash"


def test_what_stood_before_is_no_part_of_it() -> None:
    with a_test():
        Organization.objects.create(name="Elm", slug="elm")
        kept("ash", ash)
        assert set(Organization.objects.values_list("slug", flat=True)) == {"ash", "elm"}
    kept("ash", ash)
    assert Organization.objects.get().slug == "ash"


def test_a_row_of_every_model_comes_back_column_by_column() -> None:
    """Text by text: keys, sealed secrets, moments, lists, and the partitions of snapshots."""
    as_made: set[tuple[str, str]] = set()

    def tenant() -> Tenant:
        before = keeping._rows()
        outcome = make_tenant("oak")
        as_made.update(keeping._rows() - before)
        return outcome

    kept("tenant", tenant)
    assert len(as_made) > 100
    assert keeping._rows() == as_made
    connection.check_constraints()


def test_nothing_is_kept_while_time_travels() -> None:
    with a_test(), time_machine.travel(datetime(2026, 11, 1, tzinfo=UTC)):
        kept("ash", ash)
        assert Organization.objects.get().pk == made[0]
    kept("ash", ash)
    assert Organization.objects.get().pk == made[1]
