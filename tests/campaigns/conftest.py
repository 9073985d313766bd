"""An organization in scope, and a real sandbox that the product takes for TikTok."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from campaigns.models import Campaign
from tenancy.models import Organization
from tenancy.scope import organization_scope
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
