"""Engagement means one thing everywhere: of the posts that the availability matrix shows it of, likes, comments and shares."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from campaigns.enums import GoalNumber, ReportSplit
from campaigns.models import Campaign, CampaignResult, Participant, Post
from campaigns.queries.overview import NOT_ALL_ENGAGED, value_of
from campaigns.queries.report_advice import advice
from tests.campaigns.test_campaigns_pages import base, text
from tests.campaigns.test_report import campaign as campaign  # noqa: PLC0414 -- a fixture
from tests.campaigns.test_report import content, page, published, set_up
from tests.campaigns.test_report import three as three  # noqa: PLC0414 -- a fixture
from tests.campaigns.test_results import roll, whole
from tests.factories.crm import ConsentFactory
from tiktok.availability import AUTHENTICATE_OR_ORDER
from tiktok.models import Connection

pytestmark = pytest.mark.django_db


def line_of(campaign: Campaign, name: str) -> Any:
    return next(each for each in content(campaign).lines if each.name == name)


def zoe_post(client: Client, campaign: Campaign) -> str:
    post = Post.objects.get(campaign=campaign, account__handle="zoe")
    return text(client.get(f"{base(campaign)}posts/{post.pk}/"))


def test_a_post_without_order_or_permission_has_no_engagement_anywhere(
    manager: Client, three: Campaign
) -> None:
    assert AUTHENTICATE_OR_ORDER in zoe_post(manager, three)
    zoe = next(each for each in content(three).creators if each.name == "Zoe")
    assert (zoe.engagements, zoe.engagement_rate, zoe.views) == (None, None, 500)
    set_up(three, split=ReportSplit.POST, shows_money=True)
    post = line_of(three, "Video zoe")
    assert (post.engagements, post.engagement_rate, post.views) == (None, None, 500)
    maya = line_of(three, "Video maya")
    assert (maya.engagements, maya.engagement_rate) == (103, 0.103)
    found = content(three)
    assert (found.sums.engaged, found.sums.engagements, found.sums.engaged_views) == (2, 306, 3000)
    assert found.total.engagement_rate == 0.102
    assert found.total.cost_per_engagement is None, "what Zoe moved nobody knows"
    Campaign.objects.filter(pk=three.pk).update(goal="conversion")
    seen = page(manager, three)
    assert "2 of 3 posts" in seen
    assert NOT_ALL_ENGAGED in seen
    assert "2 of 3 posts" in text(manager.get(base(three)))


def test_with_the_creators_permission_it_has_some_and_loses_it_again(three: Campaign) -> None:
    video = Post.objects.get(campaign=three, account__handle="zoe").video
    consent = ConsentFactory.create(creator=video.creator, state="active")
    CampaignResult.objects.update(rolled_at="2026-01-01T00:00Z")
    roll()
    assert (whole(three).engaged, whole(three).engagements) == (3, 306 + 53)
    zoe = next(each for each in content(three).posts if each.creator == "Zoe")
    assert (zoe.sums.engagements, zoe.sums.engaged_views) == (53, 500)
    Connection.objects.filter(consents=consent).update(state="expired")
    CampaignResult.objects.update(rolled_at="2026-01-01T00:00Z")
    roll()
    assert (whole(three).engaged, whole(three).engagements) == (2, 306)


def test_why_engagement_is_missing_is_said(manager: Client, campaign: Campaign) -> None:
    campaign = three_of_nobody(campaign)
    assert AUTHENTICATE_OR_ORDER in page(manager, campaign)


def three_of_nobody(campaign: Campaign) -> Campaign:
    Campaign.objects.filter(pk=campaign.pk).update(goal="conversion")
    published(campaign, "zoe", (1, 500), order=False)
    roll()
    return campaign


def test_costs_are_known_where_the_engagement_of_all_posts_is() -> None:
    sums = CampaignResult(posts=2, engaged=2, engagements=100)
    assert value_of(GoalNumber.COST_PER_ENGAGEMENT, sums, 50.0) == 0.5
    sums.engaged = 1
    assert value_of(GoalNumber.COST_PER_ENGAGEMENT, sums, 50.0) is None


def test_fees_of_creators_without_a_post_are_named_apart(manager: Client, three: Campaign) -> None:
    set_up(three, shows_money=True, blocks=["numbers", "cost", "table"])
    assert content(three).waiting_fees is None
    assert "no post yet" not in page(manager, three)
    published(three, "kim", (1, 100), fee=60)
    Post.objects.filter(account__handle="kim").delete()
    CampaignResult.objects.update(rolled_at="2026-01-01T00:00Z")
    roll()
    found = content(three)
    assert (found.fees, found.waiting_fees) == (200, 60)
    assert content(three, sees_money=False).waiting_fees is None
    seen = page(manager, three).replace("\xa0", " ")
    assert "200.00 EUR, 60.00 EUR of it with creators who have no post yet" in seen
    assert "60.00 EUR of all fees is agreed with creators who have no post yet" in seen
    assert "with fees of creators who have no post yet" in seen


def test_whom_to_book_again_is_measured_by_creators_with_posts(three: Campaign) -> None:
    Campaign.objects.filter(pk=three.pk).update(planned={})
    Participant.objects.filter(account__handle="zoe").update(fee=5000)
    Post.objects.filter(account__handle="zoe").delete()
    CampaignResult.objects.update(rolled_at="2026-01-01T00:00Z")
    set_up(three, shows_money=True)
    roll()
    found = content(three)
    assert found.total.cost_per_mille > 1000
    first = advice(found.creators, found.total, found.posts, "EUR", 0)[0]
    assert first.title != "Book again", "46.67 for both, 40 and 50 each: nobody is a fifth cheaper"
