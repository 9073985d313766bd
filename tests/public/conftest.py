"""An order whose creator holds the link to its page."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign, Order
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, an_account, an_order


@pytest.fixture
def campaign(oak: Organization) -> Campaign:
    with organization_scope(oak):
        return a_campaign()


@pytest.fixture
def order(oak: Organization, campaign: Campaign) -> Order:
    with organization_scope(oak):
        return an_order(campaign, an_account("maya.bakes", email="maya@example.com"))
