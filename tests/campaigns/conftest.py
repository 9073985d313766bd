"""An organization in scope, and a real sandbox that the product takes for TikTok."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from campaigns.models import Campaign
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.connecting import an_organization
from tests.factories.campaigns import a_campaign


@pytest.fixture
def organization(db: None) -> Iterator[Organization]:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        yield organization


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return a_campaign()


def signed_in(organization: Organization, role: Role) -> Client:
    person = User.objects.create_user(f"{role}@example.com", name=role.title())
    add_member(organization, person, role=role, actor=None)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def manager(organization: Organization) -> Client:
    return signed_in(organization, Role.MANAGER)


@pytest.fixture
def viewer(organization: Organization) -> Client:
    return signed_in(organization, Role.VIEWER)
