"""Elm with its own provider of SAML: tested, on, and elm.example proven."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tenancy.models import Organization, SingleSignOn
from tenancy.scope import organization_scope
from tests.influence.single_sign_on.conftest import prove, set_out
from tests.saml_provider import KEYS, SamlProvider, bare, saml_provider


@pytest.fixture
def idp(settings: Any) -> Iterator[SamlProvider]:
    settings.LOCAL = True  # as `make run`: a provider on this machine may be called
    with saml_provider() as running:
        yield running


@pytest.fixture
def saml_sso(elm: Organization, idp: SamlProvider) -> SingleSignOn:
    prove(elm, "elm.example")
    elm.single_sign_on_since = timezone.now()
    elm.save()
    with organization_scope(elm):
        return SingleSignOn.objects.create(
            protocol="saml",
            issuer=idp.entity_id,
            sign_in_url=idp.sign_in_url,
            certificates=bare(KEYS[1]),
            trusts_addresses=True,
            tested_at=timezone.now(),
            is_on=True,
        )


def answer_to(idp: SamlProvider, client: Client, form: dict[str, str], slug: str = "elm") -> Any:
    """The answer to a person who comes back with this form: the post without a session, then the step in theirs."""
    posted = Client(enforce_csrf_checks=True).post(f"/sso/{slug}/saml/reply/", form)
    if posted.status_code != 302:
        return posted
    assert not posted.cookies
    return client.get(posted["Location"])


def come_by_saml(idp: SamlProvider, client: Client | None = None) -> Any:
    """The answer to somebody who went to the provider and came back."""
    client = client or Client()
    return answer_to(idp, client, idp.agree(set_out(client)))
