"""Members of Oak who look at the CRM's pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenancy.enums import Role
from tenancy.models import Organization, User
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
