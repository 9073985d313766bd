"""The versions of pages of campaigns, by which these bring themselves up to date while more is to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from campaigns.enums import OrderState, RequestState
from campaigns.models import (
    Campaign,
    Order,
    OrderReply,
    OrderRequest,
    Post,
    Publication,
    Review,
    SparkPermission,
)
from jobs.models import Work
from tiktok.enums import PollKind
from tiktok.models import Video
from tiktok.queries import SyncTimes
from ui.live import Live, live_rows

# Nothing more comes of these by itself.
FINAL_STATES = frozenset(
    {OrderState.DRAFT, OrderState.FULFILLED, OrderState.FAILED, OrderState.CANCELLED}
)


def orders_live(
    campaign: Campaign,
    orders: Sequence[Order],
    requests: Iterable[OrderRequest],
    counts: Mapping[str, int] | None = None,
) -> Live:
    """A page of the campaign's orders, with the requests above it, and how many orders there are of each state."""
    asked = [(request.pk, request.state, request.problem) for request in requests]
    is_under_way = any(order.state not in FINAL_STATES for order in orders) or any(
        state != RequestState.FAILED for _, state, _ in asked
    )
    shown = [order.pk for order in orders]
    return live_rows(
        Campaign.objects.filter(pk=campaign.pk),
        Order.objects.filter(pk__in=shown),
        Post.objects.filter(order__in=shown),
        OrderReply.objects.filter(order__in=shown),
        Review.objects.filter(order__in=shown),
        facts=(shown, asked, counts),
        is_under_way=is_under_way,
    )


def order_live(order: Order, sync: SyncTimes) -> Live:
    """One order with its videos and its sync."""
    return live_rows(
        Order.objects.filter(pk=order.pk),
        Order.objects.filter(pk=order.pk),
        Post.objects.filter(order=order),
        OrderReply.objects.filter(order=order),
        Publication.objects.filter(order=order),
        Work.objects.filter(
            kind=PollKind.ORDER,
            organization=order.organization_id,
            person=None,
            subject_id=order.pk,
        ),
        is_under_way=order.state not in FINAL_STATES or sync.is_coming,
    )


def published_live(campaign: Campaign, posts: Sequence[Post], waiting: Iterable[Post]) -> Live:
    """A page of the campaign's published posts, and those that wait for TikTok."""
    shown = [post.pk for post in (*posts, *waiting)]
    return live_rows(
        Campaign.objects.filter(pk=campaign.pk),
        Post.objects.filter(pk__in=shown),
        Video.objects.filter(posts__in=shown),
        facts=(shown,),
        awaited=(Order.objects.filter(campaign=campaign).exclude(state__in=FINAL_STATES),),
    )


def post_live(post: Post, sync: SyncTimes | None) -> Live:
    """One post with its numbers."""
    return live_rows(
        Post.objects.filter(pk=post.pk),
        Post.objects.filter(pk=post.pk),
        Video.objects.filter(posts=post),
        SparkPermission.objects.filter(post=post),
        is_under_way=post.published_since is None or bool(sync and sync.is_coming),
    )
