"""Campaigns and who takes part in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError

from campaigns.models import Campaign
from campaigns.policies.posts import VideoFact, progress
from campaigns.services.campaigns import add_participants, create_campaign, update_campaign
from tenancy.models import Event, User
from tests.factories.campaigns import a_campaign, an_account

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


def test_events_of_a_campaign() -> None:
    ada = User.objects.create_user("ada@oaks.example")
    days = {"starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 31)}
    campaign, again = (
        create_campaign("Oakmill", "Spring", **days, actor=ada, token="form-1") for _ in range(2)
    )
    assert again == campaign
    update_campaign(campaign, client="Oakmill", name="Easter", **days, state="active", actor=ada)
    maya = an_account("maya.bakes")
    assert add_participants(campaign, [maya, maya], actor=ada) == 1
    assert add_participants(campaign, [maya], actor=ada) == 0
    events = Event.objects.filter(object_type="campaigns.campaign", actor=ada).order_by("pk")
    assert list(events.values_list("verb", "text__label", "detail")) == [
        ("campaign.created", "Spring", {}),
        ("campaign.changed", "Easter", {"state": "active"}),
        ("campaign.participants_added", "Easter", {"accounts": [maya.pk], "count": 1}),
    ]


def test_a_rejection_without_words_of_tiktoks_is_said_in_ours() -> None:
    silent = VideoFact("1", review_status="CONTENT_REVIEW_FAIL")
    assert progress([silent], 1).rejection == "Content rejected"
    assert progress([replace(silent, reject_reason="Too loud.")], 1).rejection == "Too loud."
