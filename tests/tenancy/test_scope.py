"""The three fences: closed managers, row-level security, composite keys."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from crm.models import Influencer
from mail.models import Message
from tenancy.models import Event
from tenancy.scope import (
    NOBODY,
    ForeignOrganization,
    Owner,
    ScopeMissing,
    current_organization_id,
    current_person_id,
    organization_scope,
    owner_scope,
    person_scope,
)

pytestmark = pytest.mark.django_db


def raw_names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM crm_influencer ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.parametrize(
    "read",
    [
        lambda rows: list(rows.all()),
        lambda rows: rows.exists(),
        lambda rows: rows.count(),
        lambda rows: rows.filter(name="x").update(name="y"),
        lambda rows: rows.filter(name="x").delete(),
        lambda rows: rows.create(name="x"),
    ],
    ids=["all", "exists", "count", "update", "delete", "create"],
)
def test_without_a_scope_no_query_runs(read) -> None:
    with pytest.raises(ScopeMissing):
        read(Influencer.objects)


def test_a_row_that_is_read_knows_where_it_is_from_and_what_was_left_out(oak) -> None:
    with organization_scope(oak):
        made = Influencer.objects.create(name="Maya", email="maya@example.com")
        row = Influencer.objects.defer("email").get()
        assert (row, row.pk, row.organization_id) == (made, made.pk, oak.pk)
        assert row.get_deferred_fields() == {"email"}
        assert row.email == "maya@example.com"
        assert (row._state.adding, row._state.db) == (False, "default")
        row.name = "Tom"
        row.save()
        assert [each.name for each in Influencer.objects.all()] == ["Tom"]


def test_an_organization_sees_its_own_rows_and_no_others(oak, elm) -> None:
    with organization_scope(oak):
        Influencer.objects.create(name="Maya")
    with organization_scope(elm):
        Influencer.objects.create(name="Tom")

    with organization_scope(oak):
        assert [i.name for i in Influencer.objects.all()] == ["Maya"]
        assert raw_names() == ["Maya"]
    assert raw_names() == []


def test_the_scope_survives_savepoints_and_their_rollback(oak, elm) -> None:
    with organization_scope(oak):
        Influencer.objects.create(name="Maya")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with organization_scope(elm):
                assert raw_names() == []
            _ = 1 / 0
        assert raw_names() == ["Maya"]
        with transaction.atomic():
            assert raw_names() == ["Maya"]


def test_the_scope_holds_for_one_statement_with_many_parameters(oak) -> None:
    with organization_scope(oak):
        Influencer.objects.create(name="Maya")
    with organization_scope(oak), connection.cursor() as cursor:
        cursor.executemany("UPDATE crm_influencer SET name = %s", [["Ann"], ["Bea"]])
        assert raw_names() == ["Bea"]


def test_the_database_refuses_a_row_for_another_organization(oak, elm) -> None:
    with (
        organization_scope(oak),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tenancy_event (organization_id, at, verb, object_type, object_id, detail)"
                " VALUES (%s, now(), 'x', 'x', 1, '{}')",
                [elm.pk],
            )


def test_the_code_refuses_a_row_for_another_organization(oak, elm) -> None:
    with organization_scope(oak), pytest.raises(ForeignOrganization):
        Influencer(name="Maya", organization=elm).save()


def test_no_row_can_point_into_another_organization(oak, elm) -> None:
    from crm.models import SocialAccount

    with organization_scope(elm):
        theirs = Influencer.objects.create(name="Tom")
    with (
        organization_scope(oak),
        pytest.raises(IntegrityError, match="same_organization"),
        transaction.atomic(),
    ):
        SocialAccount.objects.create(
            influencer_id=theirs.pk, network="instagram", account_type="instagram", handle="tom"
        )
        connection.check_constraints()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_each_statement_brings_its_scope(oak) -> None:
    with organization_scope(oak):
        Event.objects.create(verb="x", object_type="y", object_id=1)
        assert Event.objects.filter(verb="x").count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenancy_event")
        assert cursor.fetchone() == (0,)


def mail(intent: str, **fields) -> Message:
    return Message.objects.create(
        template="x", intent=intent, recipient="a@example.com", message_id=intent, **fields
    )


def test_a_row_that_may_have_either_owner_belongs_to_the_scope_s(oak, maya) -> None:
    with organization_scope(oak):
        mail("of the organization")
    with person_scope(maya):
        mail("of the person")
        assert [row.intent for row in Message.objects.all()] == ["of the person"]
        assert Message.objects.get().owner == Owner(person_id=maya.pk)
    with organization_scope(oak):
        assert [row.intent for row in Message.objects.all()] == ["of the organization"]
        assert Message.objects.get().owner == Owner(organization_id=oak.pk)
    with pytest.raises(ScopeMissing):
        Message.objects.count()
    with pytest.raises(ScopeMissing):
        mail("of nobody")


def test_a_scope_is_one_organization_s_or_one_person_s(oak, maya) -> None:
    with organization_scope(oak), person_scope(maya):
        assert (current_organization_id(), current_person_id()) == (None, maya.pk)
        with pytest.raises(ScopeMissing):
            Influencer.objects.count()
        with owner_scope(Owner(oak.pk, None)):
            assert (current_organization_id(), current_person_id()) == (oak.pk, None)
    for owner in (NOBODY, Owner(oak.pk, maya.pk)):
        with pytest.raises(ScopeMissing):
            owner_scope(owner)


def test_the_code_refuses_a_row_for_another_owner(oak, maya) -> None:
    with person_scope(maya), pytest.raises(ForeignOrganization):
        mail("x", organization=oak)
    with organization_scope(oak), pytest.raises(ForeignOrganization):
        mail("x", person=maya)
