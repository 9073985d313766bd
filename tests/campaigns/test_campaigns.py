"""Campaigns and who takes part in them."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError

from campaigns.models import Campaign
from campaigns.services.campaigns import create_campaign
from tenancy.models import Event
from tests.factories.campaigns import a_campaign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("organization")]


@pytest.mark.parametrize("token", ["", "form-1"])
def test_what_the_database_refuses_is_no_form_sent_twice(token: str) -> None:
    other = a_campaign()
    with pytest.raises(IntegrityError):
        create_campaign(
            "Oakmill", "Spring", date(2026, 5, 2), date(2026, 5, 1), actor=None, token=token
        )
    assert Campaign.objects.get() == other
    assert not Event.objects.filter(verb="campaign.created").exists()
