"""Proof stays as it was written: the run-time role may add to it and read it, and only the owner takes it away."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from influence.startup import refuse_unsafe_role
from tenancy.enums import Verb
from tenancy.isolation import MIGRATIONS, isolate_tables, organization_models, proof_tables
from tenancy.models import Event, EventText, Organization
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tests.conftest import OWNER, TEMPLATE
from tests.owning import django_as_owner
from tests.personas import make_person
from tiktok.models import PurgeReceipt, PurgeRun
from tiktok.services.legacy.rows import columns_of_source

pytestmark = pytest.mark.django_db

CHANGEABLE = {
    "campaigns_migrationplan": set(),
    "tenancy_event": set(),
    "tiktok_consentpurpose": {"created_by_id"},
    "tiktok_purgereceipt": set(),
    "tiktok_purgerun": {"counts", "state", "finished_at"},
}
RIGHTS = """
SELECT has_table_privilege(%(table)s, 'SELECT'), has_table_privilege(%(table)s, 'INSERT'),
       has_table_privilege(%(table)s, 'UPDATE'), has_table_privilege(%(table)s, 'DELETE')
"""
COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND has_column_privilege(attrelid, attnum, 'UPDATE')
"""


def ask(query: str, params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


@contextmanager
def refused(match: str = "permission denied") -> Iterator[None]:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        yield


def test_the_run_time_role_has_exactly_the_rights_that_proof_leaves_it() -> None:
    assert {table: set(columns) for table, columns in proof_tables().items()} == CHANGEABLE
    for table, columns in CHANGEABLE.items():
        assert ask(RIGHTS, {"table": table}) == [(True, True, False, False)], table
        assert {name for (name,) in ask(COLUMNS, [table])} == columns, table
    assert ask(RIGHTS, {"table": MIGRATIONS}) == [(True, False, False, False)]


def test_every_other_table_of_an_organization_may_be_changed() -> None:
    for model in organization_models():
        if model._meta.db_table not in CHANGEABLE:
            assert ask(RIGHTS, {"table": model._meta.db_table}) == [(True,) * 4], model


def test_an_event_can_be_neither_changed_nor_deleted_and_its_texts_can(oak) -> None:
    with organization_scope(oak):
        event = record(Verb.ADMIN_CHANGED, oak, actor=None, texts={"fields": ["name"]})
        with refused():
            Event.objects.filter(pk=event.pk).update(verb=Verb.ADMIN_REMOVED)
        with refused():
            Event.objects.filter(pk=event.pk).delete()
        EventText.objects.filter(event=event).update(label="", detail={})
        kept = Event.objects.select_related("text").get(pk=event.pk)
        assert (kept.label, kept.texts) == ("", {})
        EventText.objects.filter(event=event).delete()
        kept = Event.objects.select_related("text").get(pk=event.pk)
        assert (kept.verb, kept.label, kept.texts) == (Verb.ADMIN_CHANGED, "", {})


def test_a_person_who_is_deleted_leaves_their_events_as_they_were(oak) -> None:
    person = make_person("gone", "x")
    with organization_scope(oak):
        event = record(Verb.ADMIN_CHANGED, oak, actor=person)
        person_id = person.pk
        person.delete()
        kept = Event.objects.select_related("actor").get(pk=event.pk)
        assert (kept.actor_id, kept.actor) == (person_id, None)


def test_a_purge_run_counts_on_until_it_is_finished_and_its_receipt_never_changes(oak) -> None:
    with organization_scope(oak):
        run = PurgeRun.objects.create()
        receipt = PurgeReceipt.objects.create(run=run, lines=[], rescan={}, digest="d")
        run.counts = {"gone": {"videos": 1}}
        run.save(update_fields=["counts"])
        with refused():
            PurgeRun.objects.update(started_at=timezone.now())
        with refused():
            run.delete()
        with refused():
            PurgeReceipt.objects.filter(pk=receipt.pk).update(digest="e")
        with refused("counted as gone stays counted"):
            PurgeRun.objects.update(counts={"gone": {"videos": 0}})
        with refused("counted as gone stays counted"):
            PurgeRun.objects.update(counts={})
        run.counts = {
            "gone": {"videos": 2},
            "planned": [{"name": "videos", "rows": 2}],
            "hashed": 0,
        }
        run.save(update_fields=["counts"])
        run.counts = {**run.counts, "planned": [{"name": "videos", "rows": 3}], "hashed": 1}
        run.save(update_fields=["counts"])
        with refused("planned and hashed is never changed"):
            PurgeRun.objects.update(counts={**run.counts, "planned": []})
        with refused("done when it is finished"):
            PurgeRun.objects.update(state="done")
        with refused("done when it is finished"):
            PurgeRun.objects.update(finished_at=timezone.now())
        run.state, run.finished_at = "done", timezone.now()
        run.save(update_fields=["state", "finished_at"])
        with refused("a finished purge is never changed"):
            PurgeRun.objects.update(counts={})
        with refused("a finished purge is never changed"):
            PurgeRun.objects.update(finished_at=None)


GATES = """
SELECT pg_get_triggerdef(oid) FROM pg_trigger
WHERE (tgrelid = %(table)s::regclass OR tgrelid IN (SELECT relid FROM pg_partition_tree(%(table)s::regclass)))
    AND tgenabled = 'O' AND pg_get_triggerdef(oid) LIKE '%%tiktok_refuse_legacy()'
UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype = 'c'
"""


def test_every_table_that_names_a_source_refuses_the_old_one() -> None:
    """A partitioned table has its gate on the partition of the old source, the only one that matters."""
    for model in organization_models():
        table = model._meta.db_table
        gates = " ".join(gate for (gate,) in ask(GATES, {"table": table}))
        for column in columns_of_source(model):
            is_parted = f"ON public.{table}_legacy" in gates
            assert is_parted or re.search(rf"\b{column}\b.*'legacy'", gates), (table, column)


def test_the_record_of_migrations_cannot_be_written() -> None:
    with connection.cursor() as cursor:
        for statement in (
            "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
            "UPDATE django_migrations SET name = 'x'",
            "DELETE FROM django_migrations",
        ):
            with refused():
                cursor.execute(statement)


# --- the owner ---------------------------------------------------------------------------------------------------
@contextmanager
def owner() -> Iterator[psycopg.Connection]:
    url = os.environ[OWNER].replace(TEMPLATE, connection.settings_dict["NAME"])
    with psycopg.connect(url, autocommit=True) as opened:
        yield opened


@pytest.mark.django_db(transaction=True)
def test_the_owner_deletes_a_whole_organization_and_the_run_time_role_cannot(monkeypatch) -> None:
    person = make_person("owner", "x")
    oak = Organization.objects.create(name="Oak", slug="oak")
    with organization_scope(oak):
        record(Verb.ADMIN_CHANGED, oak, actor=person)
        run = PurgeRun.objects.create(actor=person, state="done", finished_at=timezone.now())
        PurgeReceipt.objects.create(run=run, lines=[], rescan={}, digest="d")
        with pytest.raises(DatabaseError, match="permission denied"):
            oak.delete()
    with django_as_owner(monkeypatch), organization_scope(oak):
        oak.delete()
    with organization_scope(oak.pk or run.organization_id):
        assert not Event.objects.exists()
        assert not PurgeRun.objects.exists()
    assert not Organization.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_right_that_somebody_gave_back_is_noticed_at_the_start_and_taken_at_the_next_migrate(
    monkeypatch,
) -> None:
    refuse_unsafe_role()
    with owner() as opened:
        opened.execute("GRANT UPDATE, DELETE ON tenancy_event TO PUBLIC")
        try:
            with pytest.raises(ImproperlyConfigured, match="may rewrite events"):
                refuse_unsafe_role()
        finally:
            with django_as_owner(monkeypatch):
                isolate_tables(apps_of(Event), plan=[])
    refuse_unsafe_role()
    with owner() as opened:  # as tests/conftest.py left it
        opened.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO influence_app")


def apps_of(model: type[models.Model]):
    from django.apps import apps

    return apps.get_app_config(model._meta.app_label)
