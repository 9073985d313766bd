"""One order as its creator sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from campaigns.enums import (
    LINK_STATES,
    UNPUBLISHED,
    WITH_CREATOR,
    OrderState,
    ReplyKind,
    ReviewState,
)
from campaigns.models import BriefFile, Order, OrderReply, Post, Review
from campaigns.policies.orders import REVIEWABLE, may_say
from campaigns.policies.posts import UNTIED
from campaigns.queries.live import FINAL_STATES
from crm.models import Influencer
from tiktok.enums import PostMetric
from tiktok.models import Video
from tiktok.queries import active_consents, visible_videos
from ui.live import Live, live_rows

HIDDEN_STATES = (OrderState.DRAFT, OrderState.CREATING, OrderState.FAILED)
COUNTERS = (PostMetric.VIDEO_VIEWS, PostMetric.LIKES, PostMetric.COMMENTS, PostMetric.SHARES)
AVERAGES = (PostMetric.AVERAGE_PLAY_TIME, PostMetric.VIDEO_COMPLETION_RATE)
# The moments of an order that its creator follows: Opened, Accepted, Published, Live. The number of those that are over.
MOMENTS: dict[str, int] = {
    **dict.fromkeys((OrderState.CREATED, OrderState.SENT, OrderState.OPENED), 1),
    **dict.fromkeys((OrderState.ACCEPTED, OrderState.POSTING, OrderState.REJECTED), 2),
    OrderState.IN_REVIEW: 3,
    OrderState.FULFILLED: 4,
}
MOMENT_NAMES = ("opened", "accepted", "published", "live")
MOST_VIDEOS = 12
MOST_ORDERS = 200


@dataclass(frozen=True)
class Moment:
    """One of the four moments of an order that its creator follows. `kind`: done, current, late, rejected or next."""

    name: str
    kind: str
    is_current: bool


@dataclass(frozen=True)
class OrderPage:
    """An order with what its page shows. `said`: what the creator stands by, by kind; `answers`: of the team, the latest first."""

    order: Order
    posts: list[Post]
    said: dict[str, OrderReply]
    answers: list[OrderReply]
    today: date
    drafts: list[Review]
    files: list[BriefFile]

    @property
    def moments(self) -> list[Moment]:
        """The moments of the order, each over, under way or to come."""
        over = MOMENTS.get(self.order.state, 1)
        under_way = {"rejected": "rejected"}.get(self.stage, "late" if self.is_late else "current")
        kinds = ["done"] * over + [under_way] + ["next"] * len(MOMENT_NAMES)
        return [
            Moment(name, kind, nth == over)
            for nth, (name, kind) in enumerate(zip(MOMENT_NAMES, kinds, strict=False))
        ]

    @property
    def stage(self) -> str:
        """The part of the page that says what is next."""
        state = self.order.state
        if state in {OrderState.ACCEPTED, OrderState.POSTING}:
            return "publish"
        known = {
            OrderState.IN_REVIEW: "checking",
            OrderState.REJECTED: "rejected",
            OrderState.FULFILLED: "live",
            OrderState.CANCELLED: "cancelled",
        }
        return known.get(OrderState(state), "accept")

    @property
    def missing_count(self) -> int:
        """The number of videos that are still to be published."""
        return max(self.order.video_limit - self.order.video_count, 0)

    @property
    def is_late(self) -> bool:
        return self.order.is_overdue

    @property
    def days_left(self) -> int | None:
        """The number of days until it is due, negative afterwards; None without a date, or once it does not matter."""
        if self.order.due_on is None or self.order.state not in UNPUBLISHED:
            return None
        return (self.order.due_on - self.today).days

    @property
    def days_late(self) -> int:
        return max(-(self.days_left or 0), 0)

    @property
    def may(self) -> dict[str, bool]:
        """The actions that the page offers."""
        return {kind.value: may_say(self.order.state, kind) for kind in ReplyKind}

    @property
    def next_draft(self) -> int | None:
        """The number of the draft that may be begun; None: they are all there, or none is taken."""
        if self.order.state not in REVIEWABLE or len(self.drafts) >= self.order.video_limit:
            return None
        return len(self.drafts) + 1

    @property
    def _live_videos(self) -> list[Video]:
        return [post.video for post in self.posts if post.video and post.published_since]

    @property
    def numbers(self) -> list[tuple[PostMetric, float]]:
        """The numbers of its live videos together, those that TikTok gives: sums, and averages weighted by views."""
        videos = self._live_videos
        found: list[tuple[PostMetric, float]] = []
        for metric in COUNTERS:
            values = [value for each in videos if (value := getattr(each, metric)) is not None]
            if values:
                found.append((metric, sum(values)))
        for metric in AVERAGES:
            rated = [
                each for each in videos if each.video_views and getattr(each, metric) is not None
            ]
            if rated:
                whole = sum(each.video_views or 0 for each in rated)
                parts = (getattr(each, metric) * (each.video_views or 0) for each in rated)
                found.append((metric, sum(parts) / whole))
        return found

    @property
    def numbers_at(self) -> datetime | None:
        """The time since which all of them are not older; None without a live video."""
        read = (
            max(each.counts_fetched_at, each.report_fetched_at or each.counts_fetched_at)
            for each in self._live_videos
        )
        return min(read, default=None)

    @property
    def rejected(self) -> Post | None:
        return next((post for post in self.posts if post.is_rejected), None)

    @property
    def waiting_draft(self) -> Review | None:
        """The first draft that is the creator's turn."""
        drafts = self.drafts if self.order.state in REVIEWABLE else []
        return next((draft for draft in drafts if draft.state in WITH_CREATOR), None)

    @property
    def asked(self) -> list[Post]:
        """Videos that TikTok asks the creator to link."""
        return [post for post in self.posts if post.review_state == ReviewState.LINK_ASKED]


def order_page(pk: int, version: int) -> OrderPage | None:
    """The order that a link names; None where the link was revoked, or the order is nothing to a creator yet."""
    order = _shown_orders().filter(pk=pk, page_version=version).first()
    return _page(order) if order else None


def own_order_pages(influencer: Influencer) -> list[OrderPage]:
    """The orders of an influencer as their pages show them, the latest first; in as many queries however many they are."""
    rows = _shown_orders().filter(account__influencer=influencer).order_by("-pk")
    return [_page(order) for order in rows[:MOST_ORDERS]]


def own_order(influencer: Influencer, pk: int) -> Order | None:
    """An order of the influencer, if it is anything to them yet."""
    return _shown_orders().filter(account__influencer=influencer, pk=pk).first()


def _shown_orders() -> QuerySet[Order]:
    posts = Post.objects.filter(hidden_at=None).exclude(review_reason=UNTIED)
    posts = posts.select_related("video").order_by("-published_at", "-pk")
    return (
        Order.objects.exclude(state__in=HIDDEN_STATES)
        .select_related(
            "organization", "campaign", "account__influencer__person", "account__creator",
            "request__marketplace_account",
        )
        .prefetch_related(
            Prefetch("posts", posts),
            Prefetch("replies", OrderReply.objects.order_by("-pk")),
            Prefetch("reviews", Review.objects.order_by("number")),
            Prefetch(
                "campaign__brief_files", BriefFile.objects.select_related("file").order_by("pk")
            ),
        )
    )  # fmt: skip


def _page(order: Order) -> OrderPage:
    said = {reply.kind: reply for reply in order.replies.all() if reply.is_in_force}
    answers = [reply for reply in order.replies.all() if reply.answer]
    today, drafts = timezone.now().date(), list(order.reviews.all())
    files = list(order.campaign.brief_files.all())
    return OrderPage(order, list(order.posts.all()), said, answers, today, drafts, files)


def order_page_live(page: OrderPage) -> Live:
    """The version of the page. It brings itself up to date until the order has come to its end."""
    own = Order.objects.filter(pk=page.order.pk)
    return live_rows(
        own,
        own,
        Post.objects.filter(order=page.order),
        OrderReply.objects.filter(order=page.order),
        Review.objects.filter(order=page.order),
        is_under_way=page.order.state not in FINAL_STATES,
    )


def is_connected(order: Order) -> bool:
    """Has the order's creator connected this account, and may the organization see it?"""
    return active_consents().filter(creator=order.account.creator_id).exists()


def videos_to_name(order: Order) -> list[Video]:
    """The creator's latest videos that are in no order of the campaign, for them to choose from; none where they are not connected."""
    if order.account.creator_id is None or not is_connected(order):
        return []
    taken = Post.objects.filter(campaign=order.campaign_id, account=order.account_id)
    taken = taken.filter(order__isnull=False).exclude(review_state__in=LINK_STATES)
    videos = visible_videos().filter(creator=order.account.creator_id)
    videos = videos.exclude(tiktok_video_id__in=taken.values("network_post_id"))
    return list(videos.order_by("-published_at", "-pk")[:MOST_VIDEOS])
