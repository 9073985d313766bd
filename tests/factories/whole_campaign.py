"""An organization in the middle of its work: accounts of every kind, orders and posts in every state a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from campaigns.enums import OrderState, RequestState, ReviewState
from campaigns.models import Campaign, Order, OrderRequest, Participant, Post, Review
from crm.models import Influencer, SocialAccount
from jobs.models import Work
from tests.factories.campaigns import a_campaign, a_post, a_video, an_order
from tests.factories.crm import ConsentFactory, InfluencerFactory, TikTokAccountFactory
from tiktok.enums import MarketplaceStatus, PollKind, PostponedReason, Source
from tiktok.models import CreatorSnapshot, Video, VideoSnapshot

LONG = "Bartholomäus-Ferdinand Wolkenstein-Trostburgerhausen"


@dataclass(frozen=True)
class Whole:
    """The objects whose pages there are."""

    accounts: dict[str, SocialAccount]
    alone: Influencer
    campaign: Campaign
    order: Order
    by_order: Post
    by_hand: Post
    in_review: Post
    review: Review
    listed: Video


def a_whole_campaign() -> Whole:
    """Fills the organization in scope."""
    accounts = accounts_of_every_kind()
    campaign = a_campaign("Spring loaf", state="active")
    for account in accounts.values():
        Participant.objects.create(campaign=campaign, account=account)
    order = an_order(campaign, accounts["authenticated"], state=OrderState.FULFILLED)
    an_order(campaign, accounts["marketplace"], state=OrderState.FAILED, problem="TikTok refused.")
    OrderRequest.objects.create(
        campaign=campaign,
        brand_name="Northwind",
        description="One film",
        state=RequestState.UNCERTAIN,
        problem="The connection broke.",
    )
    by_order = a_post(campaign, reported(accounts["authenticated"]), order=order)
    by_hand = a_post(campaign, a_video(accounts["marketplace"], "7450000000000000002"))
    in_review = a_post(
        campaign,
        a_video(accounts["authenticated"], "7450000000000000003", caption=""),
        order=order,
        review_state=ReviewState.NO_REVIEW,
        published_since=None,
        published_at=None,
    )
    listed = a_video(accounts["marketplace"], "7450000000000000004", caption="#" + "looong" * 20)
    review = a_review(accounts["ended"], campaign)
    alone = InfluencerFactory.create(name="Tom Trails", country="DE", language="en")
    syncs_of_every_kind(accounts, order)
    return Whole(accounts, alone, campaign, order, by_order, by_hand, in_review, review, listed)


def a_review(account: SocialAccount, campaign: Campaign) -> Review:
    """A draft with an earlier version, a comment at a second and changes that were asked for."""
    order = an_order(campaign, account, state=OrderState.ACCEPTED)
    review = Review.objects.create(campaign=campaign, order=order, due_on="2026-11-20")
    first = review.versions.create(
        number=1, text="Buy one pan now", link="https://example.com/" + "cut" * 30, verdict="changes",
        reason="Say the name twice.", judged_at=timezone.now(),
    )  # fmt: skip
    first.comments.create(text="The logo is cut.", second=12)
    review.versions.create(number=2, text="Buy two pans now")
    return review


def syncs_of_every_kind(accounts: dict[str, SocialAccount], order: Order) -> None:
    """Planned, due, under way, postponed, stopped."""
    now = timezone.now()
    in_an_hour = {"due_at": now + timedelta(hours=1)}
    syncs: tuple[tuple[PollKind, int | None, dict[str, Any]], ...] = (
        (PollKind.PROFILE, accounts["marketplace"].creator_id, in_an_hour),
        (PollKind.VIDEOS, accounts["marketplace"].creator_id, {**in_an_hour, "postponed_reason": PostponedReason.LIMIT_REACHED}),
        (PollKind.PROFILE, accounts["authenticated"].creator_id, {**in_an_hour, "postponed_reason": PostponedReason.ACCESS_ENDED}),
        (PollKind.INSIGHTS, accounts["authenticated"].creator_id, {"due_at": now + timedelta(days=5)}),
        (PollKind.VIDEOS, accounts["authenticated"].creator_id, {"due_at": now}),
        (PollKind.INSIGHTS, accounts["outside"].creator_id, {"due_at": now, "lease_until": now + timedelta(hours=1)}),
        (PollKind.MEMBERSHIP, accounts["invited"].creator_id, in_an_hour),
        (PollKind.ORDER, order.pk, {"due_at": now, "stopped_reason": "The order is settled."}),
    )  # fmt: skip
    for kind, subject, fields in syncs:
        Work.objects.create(
            organization_id=order.organization_id, kind=kind, subject_id=subject, **fields
        )


def accounts_of_every_kind() -> dict[str, SocialAccount]:
    marketplace = TikTokAccountFactory.create(influencer__name=LONG, **known())
    authenticated = TikTokAccountFactory.create(
        influencer__name="Lena Lifts", **known(insights=True)
    )
    outside = TikTokAccountFactory.create(creator__marketplace_status=MarketplaceStatus.NOT_IN)
    unsupported = TikTokAccountFactory.create(creator__marketplace_status=MarketplaceStatus.NOT_IN)
    invited = TikTokAccountFactory.create(
        creator__marketplace_status=MarketplaceStatus.INVITED, creator__invited_at=timezone.now()
    )
    ended = TikTokAccountFactory.create()
    for account, state in ((authenticated, "active"), (outside, "active"), (ended, "expired")):
        ConsentFactory.create(creator=account.creator, state=state)
    for days in range(5):
        at = timezone.now() - timedelta(days=days)
        CreatorSnapshot.objects.create(
            creator_id=authenticated.creator.pk,
            source=Source.AUTHORIZED,
            bucket_at=at,
            fetched_at=at,
            follower_count=1000 - days,
        )
    return {
        "marketplace": marketplace,
        "authenticated": authenticated,
        "outside": outside,
        "unsupported": unsupported,
        "invited": invited,
        "ended": ended,
    }


def known(*, insights: bool = False) -> dict[str, Any]:
    """Facts of a creator that TikTok has told."""
    facts: dict[str, Any] = {
        "profile_source": Source.AUTHORIZED if insights else Source.PUBLIC,
        "profile_fetched_at": timezone.now(),
        "follower_count": 184_200,
        "like_count": 7_200_000,
        "video_count": 141,
    }
    if insights:
        facts |= {
            "insights_fetched_at": timezone.now() - timedelta(days=2),
            "average_views": 491_100,
            "engagement_rate": 0.082,
            "completion_rate": 0.183,
            "creator_rate_amount": "12500.00",
            "creator_rate_currency": "EUR",
            "audience_countries": [
                {"name": "DE", "fraction": 0.7},
                {"name": "GB", "fraction": 0.3},
            ],
            "audience_genders": [{"name": "FEMALE", "fraction": 0.6}],
            "audience_ages": [{"name": "18-24", "fraction": 0.4}],
        }
    return {f"creator__{name}": value for name, value in facts.items()}


def reported(account: SocialAccount) -> Any:
    """A video with everything an order's report holds, and three hours of history."""
    shares = [{"name": "GB", "fraction": 0.75}, {"name": "US", "fraction": 0.25}]
    video = a_video(
        account,
        "7450000000000000001",
        caption="Последний поезд, и Бах для всех ночью #реклама",
        counts_source=Source.ORDER_REPORT,
        total_engagements=115,
        engagement_rate=0.115,
        reach=900,
        total_play_time=9000.0,
        average_play_time=9.0,
        video_completion_rate=0.3,
        retention=[1.0, 0.8, 0.6, 0.5],
        audience_age=[{"name": "18-24", "fraction": 1.0}],
        audience_gender=[{"name": "FEMALE", "fraction": 1.0}],
        audience_geography=[{"name": "ENG", "fraction": 1.0}],
        audience_country=shares,
        report_fetched_at=timezone.now(),
    )
    for hours in range(3):
        at = timezone.now() - timedelta(hours=hours)
        VideoSnapshot.objects.create(
            video_id=video.pk,
            source=Source.ORDER_REPORT,
            bucket_at=at,
            fetched_at=at,
            video_views=1000 - hours,
            likes=100,
            comments=10,
            shares=5,
        )
    return video
