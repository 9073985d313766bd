"""Addresses stored before there was one spelling are brought to it, in every organization."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection, transaction

from crm.models import Influencer, SearchWord
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.owning import django_as_owner

pytestmark = pytest.mark.django_db
STORED = " Rio@Bücher.Example"
KEPT = "rio@xn--bcher-kva.example"


def migrate(app: str, name: str) -> None:
    migration = import_module(f"{app}.migrations.{name}")
    migration.respell(apps, SimpleNamespace(connection=connection))


def store(table: str, key: int, address: str) -> None:
    """Store an address as code of an earlier day wrote it."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET email = %s WHERE id = %s", [address, key])


def stored(table: str, key: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT email FROM {table} WHERE id = %s", [key])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_influencers_are_found_by_their_address_in_every_organization(monkeypatch) -> None:
    rows = {}
    for name in ("oak", "elm"):
        organization = Organization.objects.create(name=name, slug=name)
        with organization_scope(organization):
            rows[organization] = Influencer.objects.create(name="Rio", email="x@example.com")
            store("crm_influencer", rows[organization].pk, STORED)
            assert not Influencer.objects.filter(email=STORED).exists()
            Influencer.objects.create(name="Nobody", email="")

    with django_as_owner(monkeypatch), transaction.atomic():
        migrate("crm", "0007_one_spelling_of_addresses")

    for organization, row in rows.items():
        with organization_scope(organization):
            assert stored("crm_influencer", row.pk) == KEPT
            assert Influencer.objects.get(email=STORED) == row
            assert SearchWord.objects.filter(influencer=row, word=KEPT).exists()
            assert Influencer.objects.get(name="Nobody").email == ""
    assert forced("crm_influencer")
    assert forced("crm_searchword")


def forced(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relforcerowsecurity FROM pg_class WHERE relname = %s", [table])
        return bool(cursor.fetchone()[0])


def test_people_are_found_by_their_address_and_no_two_become_one() -> None:
    rio, other, first = (
        User.objects.create_user(f"{name}@example.com") for name in ("rio", "other", "first")
    )
    EmailAddress.objects.create(user=rio, email="rio@example.com", verified=True, primary=True)
    store("tenancy_user", rio.pk, STORED)
    store("account_emailaddress", EmailAddress.objects.get(user=rio).pk, STORED)
    store("tenancy_user", other.pk, "First@example.com")

    migrate("tenancy", "0006_one_spelling_of_addresses")

    assert User.objects.get(email=STORED) == rio
    assert EmailAddress.objects.get(email=KEPT).user == rio
    assert stored("tenancy_user", first.pk) == "first@example.com"
    assert stored("tenancy_user", other.pk) == "First@example.com"
