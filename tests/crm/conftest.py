"""Members of Oak who see the CRM's pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenancy.enums import Role
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tiktok.queries import open_incidents


def queries_in(client: Client, url: str, **headers: str) -> int:
    """How many statements read or write when this page is opened (those that begin and end transactions do neither)."""
    open_incidents()  # read once a minute for all pages
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url, headers=headers).status_code == 200
    return sum(
        not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
        for query in captured
    )


def crm_events() -> list[Event]:
    """The events about the CRM's own rows, oldest first."""
    rows = Event.objects.filter(object_type__startswith="crm.").select_related("text")
    return list(rows.order_by("pk"))


def crm_verbs() -> list[str]:
    return [event.verb for event in crm_events()]


@pytest.fixture
def owner(oak: Organization) -> User:
    """Olivia Park, who owns Oak."""
    person = User.objects.create_user("olivia@oak.example", "secret", name="Olivia Park")
    add_member(oak, person, role=Role.OWNER, actor=None)
    return person


@pytest.fixture
def _scope(oak: Organization) -> Iterator[None]:
    """Put Oak in scope for tests of services and queries. (Pages open their own.)"""
    with organization_scope(oak):
        yield


@pytest.fixture
def signed_in(oak: Organization) -> Callable[[Role], Client]:
    """A browser of somebody who is this in Oak."""

    def sign_in(role: Role) -> Client:
        person = User.objects.create_user(f"{role}@oak.example", "secret")
        add_member(oak, person, role=role, actor=None)
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def manager(signed_in: Callable[[Role], Client]) -> Client:
    return signed_in(Role.MANAGER)


@pytest.fixture
def viewer(signed_in: Callable[[Role], Client]) -> Client:
    return signed_in(Role.VIEWER)
