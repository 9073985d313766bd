"""Posts of a campaign: standing, in review, to be added, and one with its numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import partial
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from campaigns.enums import CampaignState, PostOrigin, ReviewState
from campaigns.models import Campaign, Post
from campaigns.policies.posts import metrics_missing_by_hand, report_due_at
from campaigns.queries.accounts import takes_part
from campaigns.queries.links import free, orders_to_tie
from crm.enums import Network
from crm.models import SocialAccount
from tiktok.availability import AUTHENTICATE_OR_ORDER, SEND_AN_ORDER
from tiktok.enums import AccountKind, MarketplaceStatus, PollKind, PostMetric, PostTie
from tiktok.models import Creator, Video
from tiktok.policies import account_kind, is_supported, post_tie
from tiktok.queries import (
    NOT_SUPPORTED,
    MetricValue,
    SyncTimes,
    authenticated,
    next_check,
    polls_at,
    post_metrics,
    read_polls,
    video_sync,
    visible_videos,
)
from tiktok.queries.purging import may_come_back
from ui.paging import PAGE_SIZE, KeysetPage, keyset_page
from ui.templatetags.formats import day

# The reasons of missing numbers that an order mends.
BY_ORDER = frozenset({AUTHENTICATE_OR_ORDER, SEND_AN_ORDER})


def is_visible() -> Q:
    """Select what is under Published Posts: published by TikTok's word or added by hand, and not hidden."""
    return Q(hidden_at=None) & (
        Q(published_since__isnull=False) | Q(origin__in=[PostOrigin.BY_HAND, PostOrigin.LEGACY])
    )


@dataclass(frozen=True)
class PostRow:
    """A post as a list and its page show it: how it is tied, and each metric or the reason why it is not there."""

    post: Post
    tie: PostTie
    metrics: dict[str, MetricValue]
    sync: SyncTimes | None = None  # None: TikTok is not asked about it

    @property
    def may_be_refreshed(self) -> bool:
        """An account's older videos, too, are answered for when one asks for them."""
        return self.sync is not None and self.sync.over != NOT_SUPPORTED

    @property
    def may_be_removed(self) -> bool:
        """TikTok's word on what is tied to an order stands."""
        return self.post.origin == PostOrigin.BY_HAND and not self.post.is_tied_to_order

    @property
    def gone(self) -> str:
        """The state in words of a post that TikTok lists no longer; empty while it does."""
        since = self.post.video.unlisted_since if self.post.video else None
        return (
            gettext("Deleted or private since %(day)s") % {"day": day(since.date())}
            if since
            else ""
        )

    @property
    def flag_texts(self) -> list[str]:
        """Everything that is odd about its numbers, each once; nothing for most posts."""
        odd = (m.flag_text or (m.reason if m.flag else "") for m in self.metrics.values())
        return list(dict.fromkeys(filter(None, odd)))

    @property
    def seconds(self) -> int | None:
        """The length of the video as far as TikTok tells it: by its retention curve."""
        curve = self.metrics[PostMetric.RETENTION_PER_SECOND].value
        return len(curve) - 1 if curve else None

    @property
    def missing_by_order(self) -> int:
        """How many numbers an order would bring."""
        return sum(metric.cell.reason in BY_ORDER for metric in self.metrics.values())

    @property
    def said(self) -> tuple[str, datetime | None]:
        """The source and the time of most of its numbers, which its page says once."""
        known = Counter((m.source_label, m.fetched_at) for m in self.metrics.values() if m.source)
        return known.most_common(1)[0][0] if known else ("", None)

    @property
    def source_label(self) -> str:
        return next((m.source_label for m in self.metrics.values() if m.source), "")

    @property
    def fetched_at(self) -> datetime | None:
        return next((m.fetched_at for m in self.metrics.values() if m.fetched_at), None)


def post_row(post: Post, *, earlier: Mapping[str, tuple[float, datetime]] | None = None) -> PostRow:
    """Make a row from a post of `published_posts_page` or `post_detail`, without a query. `earlier`: see `post_metrics`."""
    tie = post_tie(
        has_order=post.is_tied_to_order,
        is_authenticated=getattr(post, "is_authenticated", False),
    )
    metrics = post_metrics(post.video, tie, earlier=earlier)
    return PostRow(post, tie, {metric.key: metric for metric in metrics}, _post_sync(post))


def _post_sync(post: Any) -> SyncTimes | None:
    """The sync times of a post: those of its order's report where it is tied to one, else of its account's videos."""
    polls = read_polls([*post.order_polls, *post.video_polls])
    if post.order is not None:
        due_at = report_due_at(post.published_at, post.reported_at)
        return SyncTimes(
            post.reported_at or post.order.checked_at, polls.get(PollKind.ORDER), not_before=due_at
        )
    creator = post.account.creator
    if post.video is None or creator is None:
        return None
    is_supported = creator.is_in_marketplace or post.is_authenticated
    return video_sync(post.video, polls.get(PollKind.VIDEOS), is_supported=is_supported)


def next_post_check() -> Case:
    """Annotation of posts that know `is_authenticated`: when TikTok is asked next, as their sync says it."""
    is_in = Q(account__creator__marketplace_status=MarketplaceStatus.IN)
    return Case(
        When(order__isnull=False, then=next_check(PollKind.ORDER, "order_id")),
        When(
            is_in | Q(is_authenticated=True),
            then=next_check(PollKind.VIDEOS, "account__creator_id"),
        ),
    )


def with_post_numbers(posts: QuerySet[Post]) -> QuerySet[Post]:
    return posts.select_related(
        "account__influencer",
        "account__creator",
        "video",
        "spark",
        "order__request__marketplace_account",
    ).annotate(
        is_authenticated=authenticated("account__creator"),
        order_polls=polls_at("order_id", PollKind.ORDER),
        video_polls=polls_at("account__creator_id", PollKind.VIDEOS),
    )


def followed_videos(creator: Creator) -> QuerySet[Post, str]:
    """TikTok's ids of the creator's videos that stand by hand in campaigns which live: no order's sync brings them."""
    by_hand = Post.objects.filter(
        account__creator=creator, origin=PostOrigin.BY_HAND, hidden_at=None
    )
    living = by_hand.exclude(campaign__state=CampaignState.ARCHIVED)
    return living.values_list("network_post_id", flat=True).distinct()


def posts_in_review(campaign: Campaign) -> QuerySet[Post]:
    """Videos tied to an order that do not stand yet, or no longer."""
    tied = Post.objects.filter(campaign=campaign, hidden_at=None, order__isnull=False)
    return tied.filter(published_since=None).select_related("account").order_by("-id")


def post_detail(campaign: Campaign, pk: int) -> Post | None:
    """One post that is not hidden, standing or in review; None for an absent, foreign or hidden one."""
    return with_post_numbers(Post.objects.filter(campaign=campaign, hidden_at=None, pk=pk)).first()


@dataclass(frozen=True)
class ListedVideo:
    """A video a participant published in the campaign's window."""

    video: Video
    account: SocialAccount
    kind: AccountKind
    sync: SyncTimes
    post_id: int | None
    is_visible: bool
    is_asked: bool = False
    may_be_tied: bool = False
    is_kept_back: bool = False  # hidden by a cut-over that can still be reversed
    missing: list[PostMetric] = field(default_factory=list)

    @property
    def may_be_added(self) -> bool:
        return self.post_id is None and is_supported(self.kind) and not self.is_kept_back


def all_posts(campaign: Campaign) -> QuerySet[Video]:
    """Everything the participants published in the campaign's window, from visible sources, newest first."""
    # To the last microsecond of the last day: the day after it may be one that no calendar has.
    begins = datetime.combine(campaign.starts_on, time.min, UTC)
    ends = datetime.combine(campaign.ends_on, time.max, UTC)
    videos = visible_videos().filter(
        takes_part(campaign, "creator_id"), published_at__gte=begins, published_at__lte=ends
    )
    return videos.order_by("-published_at", "-id")


def all_posts_page(
    campaign: Campaign,
    cursor: str | None = "",
    *,
    released: bool,
    rows: QuerySet[Video] | None = None,
    key: str = "-published_at",
    size: int = PAGE_SIZE,
) -> KeysetPage[ListedVideo]:
    """All Posts, or these `rows` of them, each with its account and with how it stands in the campaign; what is not known
    by the `key` is last."""
    sign = "-" if key.startswith("-") else ""
    page = keyset_page(
        all_posts(campaign) if rows is None else rows,
        key,
        f"{sign}id",
        facts=partial(_with_place, campaign),
        cursor=cursor,
        size=size,
        has_unknown=key.removeprefix("-") != "published_at",
    )
    return page.of(lambda video: _listed(video, released))


def listed_video(campaign: Campaign, pk: int, *, released: bool) -> ListedVideo | None:
    """One video of All Posts; None for an absent and for a foreign one."""
    video = _with_place(campaign, all_posts(campaign).filter(pk=pk)).first()
    return _listed(video, released) if video else None


def _with_place(campaign: Campaign, videos: QuerySet[Video]) -> QuerySet[Video]:
    """A video that was untied from its order, or whose creator did not agree to tie it, has no post here: it may be
    added like any other."""
    known = Post.objects.filter(
        campaign=campaign, network=Network.TIKTOK, network_post_id=OuterRef("tiktok_video_id")
    )
    posts = known.filter(hidden_at=None).exclude(free())
    kept_back = known.filter(may_come_back(), origin=PostOrigin.LEGACY, hidden_at__isnull=False)
    to_tie = orders_to_tie(campaign).filter(account__creator=OuterRef("creator_id"))
    return videos.select_related("creator__account__influencer").annotate(
        is_authenticated=authenticated("creator"),
        polls=polls_at("creator_id", PollKind.VIDEOS),
        post_id=Subquery(posts.values("pk")[:1]),
        # Not EXISTS: PostgreSQL would read all of the campaign's posts into a hash table.
        is_visible=Coalesce(
            Subquery(posts.filter(is_visible()).values(found=Value(True))[:1]), Value(False)
        ),
        is_kept_back=Coalesce(Subquery(kept_back.values(found=Value(True))[:1]), Value(False)),
        post_state=Subquery(posts.values("review_state")[:1]),
        post_order=Subquery(posts.values("order")[:1]),
        order_to_tie=Subquery(to_tie.values("pk")[:1]),
    )


def _listed(video: Any, released: bool) -> ListedVideo:
    is_authenticated = video.is_authenticated  # this and other facts were annotated by _with_place
    kind = account_kind(
        video.creator.marketplace_status, is_authenticated=is_authenticated, is_released=released
    )
    poll = read_polls(video.polls).get(PollKind.VIDEOS)
    return ListedVideo(
        video=video,
        account=video.creator.account,
        kind=kind,
        sync=video_sync(video, poll, is_supported=kind != AccountKind.UNSUPPORTED),
        post_id=video.post_id,
        is_visible=video.is_visible,
        is_asked=(is_asked := video.post_state == ReviewState.LINK_ASKED),
        is_kept_back=video.is_kept_back,
        may_be_tied=bool(video.order_to_tie) and video.post_order is None and not is_asked,
        missing=metrics_missing_by_hand(is_authenticated=is_authenticated),
    )
