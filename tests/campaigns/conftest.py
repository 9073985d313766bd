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
from tests.sandbox_process import Sandbox, sandbox


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


@pytest.fixture
def tiktok(sandbox_process: Sandbox, settings: Any) -> Iterator[Sandbox]:
    """TikTok, fresh for each test."""
    sandbox_process.control("reset")
    settings.TIKTOK_BASE_URL = settings.TIKTOK_AUTHORIZE_URL = sandbox_process.url
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    yield sandbox_process
    sandbox_process.control("fail", times=0)


@pytest.fixture
def organization(db: None) -> Iterator[Organization]:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        yield organization


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return a_campaign()
