"""The database backend: when a connection counts as usable, and whose rows a statement sees."""

from __future__ import annotations

import os
import time

import psycopg
import pytest
from django.db import connection
from django.db.backends.postgresql import base
from django.test.utils import CaptureQueriesContext

from crm.models import Influencer
from tenancy.enums import Scope
from tenancy.queries import api_key_for
from tenancy.scope import organization_scope
from tenancy.services.organizations import create_api_key


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    assert connection.is_usable()
    with psycopg.connect(os.environ["TEST_ADMIN_URL"], autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
    until = time.monotonic() + 10
    while connection.is_usable():
        assert time.monotonic() < until
    connection.close()
    assert not connection.is_usable()


@pytest.mark.django_db(transaction=True)
def test_a_quiet_connection_is_usable_without_asking_the_server(monkeypatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", None)  # what asks
    assert connection.is_usable()


@pytest.mark.django_db
def test_a_key_hands_its_scope_over_and_the_next_scope_takes_it_away(oak, elm) -> None:
    with organization_scope(oak):
        Influencer.objects.create(name="Maya")
    _, text = create_api_key(oak, "ci", scopes=[Scope.READ], actor=None)
    key = api_key_for(text)
    assert key is not None
    assert (key.organization_id, key.scopes) == (oak.pk, ["read"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM crm_influencer")
        assert cursor.fetchone() == (0,)  # in nobody's scope
    with organization_scope(elm):
        assert not Influencer.objects.exists()
    api_key_for(text)
    with organization_scope(oak), CaptureQueriesContext(connection) as asked:
        assert Influencer.objects.get().name == "Maya"
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_outside_a_transaction_hands_nothing_over(oak) -> None:
    _, text = create_api_key(oak, "ci", scopes=[Scope.READ], actor=None)
    assert api_key_for(text) is not None
    assert connection.scope_in_database is None
    with organization_scope(oak):
        assert not Influencer.objects.exists()
