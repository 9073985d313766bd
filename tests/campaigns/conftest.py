"""An organization in scope, and a real sandbox that the product takes for TikTok."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from campaigns.models import Campaign
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.connecting import an_organization
from tests.factories.campaigns import a_campaign
from tests.sandbox_process import Sandbox


@pytest.fixture
def tiktok(tiktok: Sandbox, settings: Any) -> Sandbox:
    """The run's sandbox, for pages with an address of their own."""
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    return tiktok


@pytest.fixture
def organization(db: None) -> Iterator[Organization]:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        yield organization


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return a_campaign()
