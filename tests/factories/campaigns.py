"""Campaigns and what stands in them, made for tests inside an organization's scope."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone

from campaigns.enums import OrderState, PostOrigin, RequestState, ReviewState
from campaigns.models import Campaign, Order, OrderRequest, Participant, Post
from campaigns.policies.orders import STEPS
from crm.models import Influencer, SocialAccount
from tenancy.services.events import record
from tiktok.enums import MarketplaceStatus, Source
from tiktok.models import Creator, Video

PUBLISHED_AT = datetime(2026, 11, 10, 9, tzinfo=UTC)


def a_campaign(name: str = "Autumn", **fields: Any) -> Campaign:
    values = {"client": "Northwind", "starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 30)}
    return Campaign.objects.create(name=name, **{**values, **fields})


def an_account(
    handle: str, *, status: str = MarketplaceStatus.IN, email: str = "", **fields: Any
) -> SocialAccount:
    """A TikTok account with its influencer."""
    influencer = Influencer.objects.create(name=handle.title(), email=email)
    creator = Creator.objects.create(handle=handle, marketplace_status=status, **fields)
    return SocialAccount.objects.create(
        influencer=influencer,
        network="tiktok",
        account_type="tiktok_creator",
        handle=handle,
        creator=creator,
    )


def a_participant(campaign: Campaign, handle: str, **fields: Any) -> SocialAccount:
    account = an_account(handle, **fields)
    Participant.objects.create(campaign=campaign, account=account)
    return account


def a_video(account: SocialAccount, tiktok_video_id: str, **fields: Any) -> Video:
    """A video that TikTok lists publicly, with its four counters."""
    values: dict[str, Any] = {
        "source": Source.PUBLIC,
        "published_at": PUBLISHED_AT,
        "caption": f"Video {tiktok_video_id}",
        "url": f"https://www.tiktok.com/@{account.handle}/video/{tiktok_video_id}",
        "video_views": 1000,
        "likes": 100,
        "comments": 10,
        "shares": 5,
        "counts_source": Source.PUBLIC,
        "counts_fetched_at": timezone.now(),
    }
    return Video.objects.create(
        creator=account.creator, tiktok_video_id=tiktok_video_id, **{**values, **fields}
    )


def an_order(campaign: Campaign, account: SocialAccount, **fields: Any) -> Order:
    """An order that TikTok has created."""
    request = OrderRequest.objects.create(
        campaign=campaign,
        brand_name="Northwind",
        description="Two recipes",
        state=RequestState.DONE,
        campaign_code="ABC-DEF",
    )
    values: dict[str, Any] = {
        "state": OrderState.SENT,
        "state_at": timezone.now(),
        "tiktok_order_id": f"731{account.pk:016d}",
        "campaign_code": "ABC-DEF",
        "invite_link": "https://www.tiktok.com/t/ZSbx1/",
        "video_limit": 2,
    }
    order = Order.objects.create(
        request=request, campaign=campaign, account=account, **{**values, **fields}
    )
    state = OrderState(order.state)
    record(STEPS[state], order, actor=None, state=state, texts={"evidence": "Made up."})
    return order


def a_post(campaign: Campaign, video: Video, *, order: Order | None = None, **fields: Any) -> Post:
    """A post that appears under Published Posts."""
    values: dict[str, Any] = {
        "origin": PostOrigin.ORDER if order else PostOrigin.BY_HAND,
        "order": order,
        "review_state": ReviewState.SUCCEED if order else "",
        "published_at": video.published_at,
        "published_since": timezone.now(),
    }
    return Post.objects.create(
        campaign=campaign,
        account=video.creator.account,
        network="tiktok",
        network_post_id=video.tiktok_video_id,
        url=video.url,
        video=video,
        **{**values, **fields},
    )
