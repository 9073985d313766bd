"""Elm with its own provider: tested, on, and elm.example proven."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from influence.single_sign_on.secrets import sealed
from tenancy.enums import Role
from tenancy.models import Event, Membership, Organization, SignOnDomain, SingleSignOn, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, openid_provider

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
Members = Callable[..., Membership]


@pytest.fixture
def provider(settings: Any) -> Iterator[OpenIdProvider]:
    settings.LOCAL = True  # as `make run`: a provider on this machine may be called
    with openid_provider() as running:
        yield running


@pytest.fixture
def sso(elm: Organization, provider: OpenIdProvider) -> SingleSignOn:
    prove(elm, "elm.example")
    elm.single_sign_on_since = timezone.now()
    elm.save()
    with organization_scope(elm):
        row = SingleSignOn(
            issuer=provider.url, client_id=CLIENT_ID, tested_at=timezone.now(), is_on=True
        )
        row.sealed_secret = sealed(row, CLIENT_SECRET)
        row.save()
    return row


@pytest.fixture
def member(elm: Organization) -> Members:
    """Somebody who is this at Elm."""

    def make(role: Role = Role.VIEWER, email: str = "ann@elm.example") -> Membership:
        person = User.objects.create_user(email, "correct horse", name="Ann")
        return add_member(elm, person, role=role, actor=None)

    return make


def prove(organization: Organization, domain: str) -> SignOnDomain:
    now = timezone.now()
    return SignOnDomain.objects.create(
        organization=organization,
        domain=domain,
        mailbox="postmaster",
        digest="",
        sent_at=now,
        proven_at=now,
    )


def change(organization: Organization, **fields: Any) -> None:
    with organization_scope(organization):
        SingleSignOn.objects.update(**fields)


def browser(membership: Membership) -> Client:
    client = Client()
    client.force_login(membership.user, backend=BACKEND)
    return client


def set_out(client: Client, email: str = "ann@elm.example", **data: str) -> str:
    """The address of the provider to which somebody is sent."""
    answer = client.post("/sso/", {"email": email, **data})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def come_back(client: Client, provider: OpenIdProvider, address: str, slug: str = "elm") -> Any:
    return client.get(f"/sso/{slug}/callback/", provider.agree(address))


def sign_on(provider: OpenIdProvider, client: Client | None = None) -> Any:
    """The answer to somebody who went to the provider and came back."""
    client = client or Client()
    return come_back(client, provider, set_out(client))


def said(organization: Organization) -> list[str]:
    with organization_scope(organization):
        return list(Event.objects.order_by("pk").values_list("verb", flat=True))
