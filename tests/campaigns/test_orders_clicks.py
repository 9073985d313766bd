"""Twenty clicks of two people at the same time: a creator is asked once, and one post stands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, Post
from campaigns.services.links import request_tie
from tenancy.enums import Verb
from tenancy.models import Event, Organization
from tenancy.scope import organization_scope
from tests.campaigns.test_campaigns_pages import base
from tests.campaigns.test_orders_tto import a_published_video, ordered, tiktok_one
from tests.clicking import all_have_ended, click, manager_of, threads_beside
from tests.factories.campaigns import a_campaign
from tests.sandbox_process import Sandbox
from tiktok.models import Video

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("threads_beside"),
]
__all__ = ["threads_beside", "tiktok_one"]
DAY = 86_400


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return a_campaign()


@pytest.fixture
def people(organization: Organization) -> list[Client]:
    return [manager_of(organization, number) for number in range(2)]


@pytest.fixture
def video(tiktok: Sandbox, campaign: Campaign, tiktok_one: object) -> Video:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    return a_published_video(tiktok, campaign, order)


def requests_at(tiktok: Sandbox) -> list[int]:
    """How often each creator was asked at TikTok."""
    return [each["requests"] for each in tiktok.read("campaigns")["link_requests"]]


def test_on_tie(
    organization: Organization, people: list[Client], tiktok: Sandbox, video: Video
) -> None:
    campaign = Campaign.objects.get()
    codes = click(people, f"{base(campaign)}posts/tie/{video.pk}/")
    all_have_ended()
    assert set(codes) == {302}
    assert requests_at(tiktok) == [1]
    assert Post.objects.get().asked_count == 1


def test_on_remind(
    organization: Organization, people: list[Client], tiktok: Sandbox, video: Video
) -> None:
    campaign = Campaign.objects.get()
    post = request_tie(campaign, video, actor=None)
    tiktok.control("clock", advance_seconds=DAY + 60)
    Post.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    codes = click(people, f"{base(campaign)}posts/{post.pk}/remind/")
    all_have_ended()
    assert set(codes) == {302}
    assert requests_at(tiktok) == [2]
    with organization_scope(organization):
        assert Event.objects.filter(verb=Verb.POST_TIE_REMINDED).count() == 1
