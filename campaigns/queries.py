"""Reads of campaigns: lists with what a row shows, and one object with all of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from campaigns.enums import PostOrigin, RequestState
from campaigns.models import Campaign, Order, OrderRequest, Participant, Post
from campaigns.policies import SETTLED_STATES, metrics_missing_by_hand
from crm.enums import Network
from crm.models import SocialAccount
from crm.models.influencers import searchable
from crm.policies import Label, account_labels
from tiktok.enums import AccountKind, PostMetric, PostTie, Source
from tiktok.models import Video
from tiktok.policies import account_kind, is_supported, post_tie
from tiktok.queries import (
    MetricValue,
    authenticated,
    is_released,
    post_history,
    post_metrics,
    visible_videos,
)

PICKED_AT_ONCE = 50


def standing() -> Q:
    """Under Published Posts: published by TikTok's word or added by hand, and not hidden."""
    return Q(hidden_at=None) & (
        Q(stands_since__isnull=False) | Q(origin__in=[PostOrigin.BY_HAND, PostOrigin.LEGACY])
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    per_campaign = (
        rows.filter(campaign=OuterRef("pk")).order_by().values("campaign").annotate(n=Count("pk"))
    )
    return Coalesce(Subquery(per_campaign.values("n")), 0)


def campaigns() -> QuerySet[Campaign]:
    """All campaigns with `order_count` and `published_count`, newest window first."""
    return Campaign.objects.annotate(
        order_count=_count(Order.objects.all()),
        published_count=_count(Post.objects.filter(standing())),
    ).order_by("-starts_on", "-id")


def campaign_with_counts(pk: int) -> Campaign | None:
    """One campaign with the numbers its tabs show; None for an absent and for a foreign one."""
    return (
        campaigns()
        .annotate(
            participant_count=_count(Participant.objects.all()),
            hidden_count=_count(Post.objects.filter(hidden_at__isnull=False)),
        )
        .filter(pk=pk)
        .first()
    )


def orders_of(campaign: Campaign) -> QuerySet[Order]:
    """The campaign's orders, newest first, with what a row shows and `pending_count`: its videos in review."""
    in_review = (
        Post.objects.filter(order=OuterRef("pk"), stands_since=None, review_reason="")
        .order_by()
        .values("order")
        .annotate(n=Count("pk"))
    )
    return (
        Order.objects.filter(campaign=campaign)
        .select_related("account__influencer", "account__creator", "request")
        .annotate(pending_count=Coalesce(Subquery(in_review.values("n")), 0))
        .order_by("-id")
    )


def order_with_events(campaign: Campaign, pk: int) -> Order | None:
    """One order with its timeline and posts."""
    return orders_of(campaign).prefetch_related("events", "posts").filter(pk=pk).first()


def requests_in_trouble(campaign: Campaign) -> QuerySet[OrderRequest]:
    """Requests that wait, are on their way, or whose outcome is not known."""
    return (
        OrderRequest.objects.filter(campaign=campaign)
        .exclude(state__in=[RequestState.DONE, RequestState.FAILED])
        .annotate(order_count=Count("orders"))
        .order_by("pk")
    )


def request_with_orders(campaign: Campaign, pk: int) -> OrderRequest | None:
    """The first request of a submission."""
    return OrderRequest.objects.filter(campaign=campaign, pk=pk).select_related("continues").first()


def orders_of_request(request: OrderRequest) -> QuerySet[Order]:
    """Every creator's order of a submission, those that need attention first."""
    first = request.continues_id or request.pk
    parts = OrderRequest.objects.filter(Q(pk=first) | Q(continues=first))
    return (
        Order.objects.filter(request__in=parts)
        .select_related("account__influencer", "account__creator", "request")
        .order_by(models.Case(models.When(problem="", then=1), default=0), "pk")
    )


@dataclass(frozen=True)
class PostRow:
    """A post as a list and its page show it: how it is tied, and each metric or the reason why it is not there."""

    post: Post
    tie: PostTie
    metrics: dict[str, MetricValue]

    @property
    def source_label(self) -> str:
        return next((m.source_label for m in self.metrics.values() if m.source), "")

    @property
    def fetched_at(self) -> datetime | None:
        return next((m.fetched_at for m in self.metrics.values() if m.fetched_at), None)


def post_row(post: Post) -> PostRow:
    """From a post of `published_posts` or `post_detail`, without a query."""
    tie = post_tie(
        has_order=post.order_id is not None,
        is_authenticated=getattr(post, "is_authenticated", False),
    )
    return PostRow(post, tie, {metric.key: metric for metric in post_metrics(post.video, tie)})


def _posts(campaign: Campaign) -> QuerySet[Post]:
    return (
        Post.objects.filter(campaign=campaign, hidden_at=None)
        .select_related("account__influencer", "account__creator", "video", "order")
        .annotate(is_authenticated=authenticated("account__creator_id"))
    )


def published_posts(campaign: Campaign) -> QuerySet[Post]:
    """Posts under Published Posts, latest published first; `post_row` makes rows of them."""
    return _posts(campaign).filter(standing()).order_by("-published_at", "-id")


def posts_in_review(campaign: Campaign) -> QuerySet[Post]:
    """Videos tied to an order that do not stand yet, or no longer."""
    tied = Post.objects.filter(campaign=campaign, hidden_at=None, order__isnull=False)
    return tied.filter(stands_since=None).select_related("account").order_by("-id")


def post_detail(campaign: Campaign, pk: int) -> Post | None:
    """One post that is not hidden, standing or in review; None for an absent, foreign or hidden one."""
    return _posts(campaign).filter(pk=pk).first()


def growth(post: Post) -> list[dict[str, object]]:
    """The post's numbers by hour, oldest first; where sources overlap, the order's report. Gaps stay gaps."""
    if post.video is None:
        return []
    by_hour: dict[datetime, dict[str, object]] = {}
    names = ("bucket_at", "source", "video_views", "likes", "comments", "shares")
    for row in post_history(post.video).values(*names):
        if row["source"] == Source.ORDER_REPORT or row["bucket_at"] not in by_hour:
            by_hour[row["bucket_at"]] = row
    return list(by_hour.values())


@dataclass(frozen=True)
class ListedVideo:
    """A video a participant published in the campaign's window."""

    video: Video
    account: SocialAccount
    kind: AccountKind
    post_id: int | None
    is_standing: bool
    missing: list[PostMetric] = field(default_factory=list)

    @property
    def may_be_added(self) -> bool:
        return self.post_id is None and is_supported(self.kind)


def all_posts(campaign: Campaign) -> QuerySet[Video]:
    """Everything the participants published in the campaign's window, from visible sources, newest first."""
    taking_part = Participant.objects.filter(
        campaign=campaign, account__creator=OuterRef("creator_id")
    )
    posts = Post.objects.filter(
        campaign=campaign,
        network=Network.TIKTOK,
        network_post_id=OuterRef("tiktok_video_id"),
        hidden_at=None,
    )
    begins, ends = (
        datetime.combine(day, time(), UTC)
        for day in (campaign.starts_on, campaign.ends_on + timedelta(days=1))
    )
    return (
        visible_videos()
        .filter(Exists(taking_part), published_at__gte=begins, published_at__lt=ends)
        .select_related("creator__account__influencer")
        .annotate(
            is_authenticated=authenticated("creator_id"),
            post_id=Subquery(posts.values("pk")[:1]),
            is_standing=Exists(posts.filter(standing())),
        )
        .order_by("-published_at", "-id")
    )


def listed_videos(videos: list[Video], *, released: bool) -> list[ListedVideo]:
    """Rows of All Posts from a page of `all_posts`, without a query."""
    return [listed_video(video, released=released) for video in videos]


def listed_video(video: Video, *, released: bool) -> ListedVideo:
    is_authenticated = video.is_authenticated  # type: ignore[attr-defined]  # annotated by all_posts
    return ListedVideo(
        video=video,
        account=video.creator.account,
        kind=account_kind(
            video.creator.marketplace_status,
            is_authenticated=is_authenticated,
            is_released=released,
        ),
        post_id=video.post_id,  # type: ignore[attr-defined]
        is_standing=video.is_standing,  # type: ignore[attr-defined]
        missing=metrics_missing_by_hand(is_authenticated=is_authenticated),
    )


@dataclass(frozen=True)
class AccountRow:
    """An account with its kind for the organization (None for other networks)."""

    account: SocialAccount
    kind: AccountKind | None
    takes_part: bool = True

    @property
    def labels(self) -> tuple[Label, ...]:
        if self.kind is None or self.account.creator is None:
            return ()
        status = self.account.creator.marketplace_status
        return account_labels(self.kind, status, needs_reconnect=False)

    @property
    def is_unsupported(self) -> bool:
        return self.kind == AccountKind.UNSUPPORTED


def participants_of(campaign: Campaign) -> QuerySet[Participant]:
    """Who takes part, latest added first."""
    return (
        Participant.objects.filter(campaign=campaign)
        .select_related("account__influencer", "account__creator")
        .annotate(is_authenticated=authenticated("account__creator_id"))
        .order_by("-id")
    )


def participant_rows(participants: list[Participant], *, released: bool) -> list[AccountRow]:
    """Rows from a page of `participants_of`, without a query."""
    return [
        AccountRow(row.account, _kind(row.account, row.is_authenticated, released))  # type: ignore[attr-defined]
        for row in participants
    ]


def _kind(account: SocialAccount, is_authenticated: bool, released: bool) -> AccountKind | None:
    if account.creator is None:
        return None
    status = account.creator.marketplace_status
    return account_kind(status, is_authenticated=is_authenticated, is_released=released)


def accounts_to_pick(
    campaign: Campaign, *, chosen: list[int], search: str = "", tiktok_only: bool = True
) -> list[AccountRow]:
    """Accounts to choose from: the chosen ones, then those that match, participants first; at most PICKED_AT_ONCE more."""
    taking_part = Participant.objects.filter(campaign=campaign, account=OuterRef("pk"))
    accounts = (
        SocialAccount.objects.select_related("influencer", "creator")
        .annotate(takes_part=Exists(taking_part), is_authenticated=authenticated("creator_id"))
        .order_by("-takes_part", "handle", "pk")
    )
    if tiktok_only:
        accounts = accounts.filter(network=Network.TIKTOK)
    words = searchable(search).strip().removeprefix("@")
    matches = Q(handle__icontains=words) | Q(influencer__search_text__contains=words)
    found = accounts.exclude(pk__in=chosen).filter(matches)[:PICKED_AT_ONCE]
    released = is_released()
    return [
        AccountRow(account, _kind(account, account.is_authenticated, released), account.takes_part)
        for rows in ([*accounts.filter(pk__in=chosen)] if chosen else [], found)
        for account in rows
    ]


def accounts_with_open_order(campaign: Campaign, accounts: list[SocialAccount]) -> set[int]:
    """Which of these accounts have an order in the campaign that is not failed or cancelled."""
    orders = Order.objects.filter(campaign=campaign, account__in=accounts)
    return set(orders.exclude(state__in=SETTLED_STATES).values_list("account_id", flat=True))
