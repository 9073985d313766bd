"""An organization whose events are read as soon as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from alerts.models import Alert
from alerts.services.reading import read_some
from campaigns.models import Campaign
from tenancy.enums import Role
from tenancy.models import Event, Organization, User
from tenancy.queries import Cursor
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.connecting import an_organization
from tests.factories.campaigns import a_campaign


def events_of_this_test(cursor: Cursor, limit: int) -> list[Event]:
    """The next events although their transaction, the test's own, is open still."""
    return list(Event.objects.filter(pk__gt=cursor.event_id).order_by("pk")[:limit])


@pytest.fixture(autouse=True)
def _events_are_read_at_once(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = request.node.get_closest_marker("django_db")
    if not (mark and mark.kwargs.get("transaction")):
        monkeypatch.setattr("alerts.services.reading.events_after", events_of_this_test)


@pytest.fixture
def organization(db: None) -> Iterator[Organization]:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        yield organization


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return a_campaign()


@pytest.fixture
def member(organization: Organization) -> Callable[..., User]:
    """Makes a member by name."""

    def make(name: str, role: Role = Role.MANAGER) -> User:
        person = User.objects.create_user(f"{name.lower()}@oaks.example", name=name)
        add_member(organization, person, role=role, actor=None)
        return person

    return make


def browser(person: User) -> Client:
    """The browser of a member who has signed in."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def heard(person: User | None = None) -> list[Any]:
    """The kinds of alerts that members have once everything is read, oldest first: of one, or of all with their names."""
    while read_some():
        pass
    rows = Alert.objects.order_by("pk")
    if person is not None:
        return list(rows.filter(person=person).values_list("kind", flat=True))
    return list(rows.values_list("person__name", "kind"))
