"""The fence inside the database is the registry's, whole and forced, and the run-time role cannot climb over it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, models, transaction

from influence.startup import refuse_unsafe_role
from tenancy.isolation import (
    CONDITION,
    OWNED_CONDITION,
    POLICY,
    composite_keys,
    isolated_models,
    owned_models,
)
from tenancy.scope import organization_scope, person_scope
from tests.conftest import ADMIN, APP, OWNER, TEMPLATE
from tests.personas import Tenant

pytestmark = pytest.mark.django_db

TABLES = sorted(model._meta.db_table for model in isolated_models())
OWNED_TABLES = sorted(model._meta.db_table for model in owned_models())
PARTITIONS = """
SELECT c.relname, c.relrowsecurity,
       (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relispartition AND c.relkind IN ('r', 'p')
"""
COMPOSITE_KEY = (
    "FOREIGN KEY ({owner}, {column}) REFERENCES {referred}({owner}, id) "
    "DEFERRABLE INITIALLY DEFERRED"
)
TWO_COLUMN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND cardinality(conkey) > 1 AND connamespace = 'public'::regnamespace
"""


def rows(query: str, params: object = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def test_policies_are_the_registry_s_and_say_exactly_the_condition() -> None:
    about = "policyname, permissive, roles::text, cmd, qual, with_check"
    expected = {}
    for name, condition in (("of_all", CONDITION), ("owned", OWNED_CONDITION)):
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {name} (organization_id bigint, person_id bigint)"
            )
            cursor.execute(
                f"CREATE POLICY {POLICY} ON {name} USING ({condition}) WITH CHECK ({condition})"
            )
        ((*expected[name],),) = rows(f"SELECT {about} FROM pg_policies WHERE tablename = '{name}'")
    found = rows(f"SELECT tablename, {about} FROM pg_policies WHERE schemaname = 'public'")

    assert expected["of_all"][:4] == [POLICY, "PERMISSIVE", "{public}", "ALL"]
    assert {table: rest for table, *rest in found} == {
        table: expected["owned" if table in OWNED_TABLES else "of_all"] for table in TABLES
    }
    assert len(found) == len(TABLES)


def test_exactly_one_owner_is_demanded_of_every_row_that_may_have_either() -> None:
    checks = rows(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'c' AND conname LIKE '%\\_one\\_owner' ORDER BY 1"
    )
    assert checks == [
        (table, "CHECK ((num_nonnulls(organization_id, person_id) = 1))") for table in OWNED_TABLES
    ]
    assert checks


def test_row_level_security_is_on_and_forced_for_every_organization_table() -> None:
    secured = rows(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY relname"
    )
    assert [name for (name,) in secured] == TABLES


def test_every_key_between_two_organization_tables_includes_the_organization() -> None:
    expected = {
        (
            model._meta.db_table,
            name,
            COMPOSITE_KEY.format(owner=owner, column=column, referred=referred),
        )
        for model in isolated_models()
        for name, owner, column, referred in composite_keys(model)
    }
    assert set(rows(TWO_COLUMN_KEYS)) == expected
    assert expected


def test_a_partition_read_directly_shows_nothing(two_tenants: tuple[Tenant, Tenant]) -> None:
    oak, _ = two_tenants
    found = rows(PARTITIONS)
    assert {"tiktok_videosnapshot_legacy", "tiktok_videosnapshot_own"} <= {
        name for name, *_ in found
    }
    with organization_scope(oak.organization):
        assert rows("SELECT count(*) FROM tiktok_videosnapshot") == [(1,)]
        for name, is_secured, policies in found:
            assert (is_secured, policies) == (True, 0), name
            assert rows(f'SELECT count(*) FROM "{name}"') == [(0,)], name


def test_the_database_keeps_every_table_apart(two_tenants: tuple[Tenant, Tenant]) -> None:
    oak, elm = two_tenants
    for table in TABLES:
        assert rows(f'SELECT count(*) FROM "{table}"') == [(0,)], f"{table} without a tenant"
        for tenant in (oak, elm):
            with organization_scope(tenant.organization):
                found = rows(f'SELECT DISTINCT organization_id FROM "{table}"')
                assert found == [(tenant.organization.pk,)], table


def test_the_database_shows_a_person_s_rows_to_that_person_alone(
    two_tenants: tuple[Tenant, Tenant],
) -> None:
    for table in TABLES:
        for tenant in two_tenants:
            person = tenant.people["influencer"]
            with person_scope(person):
                found = rows(f'SELECT * FROM "{table}"')
                assert len(found) == (table in OWNED_TABLES), table
            with person_scope(tenant.people["owner"]):
                assert rows(f'SELECT count(*) FROM "{table}"') == [(0,)], table
    for table in OWNED_TABLES:
        with person_scope(person):
            found = rows(f'SELECT organization_id, person_id FROM "{table}"')
            assert found == [(None, person.pk)], table


def test_the_database_refuses_every_row_for_another_tenant(
    two_tenants: tuple[Tenant, Tenant],
) -> None:
    oak, elm = two_tenants
    for model in isolated_models():
        with (
            organization_scope(oak.organization),
            pytest.raises(DatabaseError, match=refusal_by(model)),
            transaction.atomic(),
        ):
            copy_row_into(model, organization_id=str(elm.organization.pk))


@pytest.mark.parametrize("model", owned_models(), ids=lambda model: model._meta.label)
def test_the_database_refuses_every_row_for_another_person(
    two_tenants: tuple[Tenant, Tenant], model: type[models.Model]
) -> None:
    oak, elm = (tenant.people["influencer"] for tenant in two_tenants)
    for person in (elm, two_tenants[0].people["owner"]):
        with (
            person_scope(oak),
            pytest.raises(DatabaseError, match=refusal_by(model)),
            transaction.atomic(),
        ):
            copy_row_into(model, person_id=str(person.pk))


@pytest.mark.parametrize("model", owned_models(), ids=lambda model: model._meta.label)
def test_the_database_refuses_a_row_of_two_owners(
    two_tenants: tuple[Tenant, Tenant], model: type[models.Model]
) -> None:
    oak, _ = two_tenants
    with (
        organization_scope(oak.organization),
        pytest.raises(DatabaseError, match="one_owner"),
        transaction.atomic(),
    ):
        copy_row_into(model, person_id=str(oak.people["influencer"].pk))


def refusal_by(model: type[models.Model]) -> str:
    """The policy of the model's own table: a trigger may meet that of another."""
    return f'row-level security policy for table "{model._meta.db_table}"'


def copy_row_into(model: type[models.Model], **changed: str) -> None:
    columns = [f.column for f in model._meta.local_concrete_fields if not f.generated]
    taken = {"id": "1000000000", **changed}
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({", ".join(map(quoted, columns))}) '
            f"SELECT {', '.join(taken.get(c, quoted(c)) for c in columns)} "
            f'FROM "{model._meta.db_table}" LIMIT 1'
        )


def quoted(name: str) -> str:
    return f'"{name}"'


def test_the_run_time_role_owns_nothing_and_cannot_sync_past_the_policies() -> None:
    role = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert rows(role) == [(False, False, False, False)]
    owned = "SELECT relname FROM pg_class WHERE relowner = current_user::regrole AND relpersistence = 'p' ORDER BY relname"
    assert rows(owned) == []
    memberships = "SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole"
    assert rows(memberships) == [(0,)]


@contextmanager
def seen_as(url_name: str) -> Iterator[None]:
    """Let the start-up check look through the eyes of another role."""
    url = os.environ[url_name].replace(TEMPLATE, connection.settings_dict["NAME"])
    with psycopg.connect(url) as other, pytest.MonkeyPatch.context() as patch:
        patch.setattr("influence.startup.connection", other)
        yield


def test_the_product_starts_as_the_run_time_role() -> None:
    with seen_as(APP):
        refuse_unsafe_role()


@pytest.mark.parametrize(("role", "reason"), [(OWNER, "owns tables"), (ADMIN, "is a superuser")])
def test_the_product_refuses_to_start_as_another(role: str, reason: str) -> None:
    with seen_as(role), pytest.raises(ImproperlyConfigured, match=reason):
        refuse_unsafe_role()
