"""Sync orders with TikTok: states, posts, numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from campaigns.enums import BY_ORDER, LINK_STATES, OrderState
from campaigns.models import Campaign, Order, Post
from campaigns.policies.orders import BEFORE_VIDEOS, SETTLED_STATES, UNTRACKED_STATES
from campaigns.policies.posts import BOUND, DELETED, GONE, UNTIED, VideoFact, progress
from campaigns.queries import campaigns_of, quiet_videos
from campaigns.services.orders import transitions
from campaigns.services.posts import note_link_request, tie_post
from campaigns.services.spark.asking import expect_spark
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.services.jobs import JobKind, Report, register_job, start_job
from jobs.services.queue import JUST_NOW, claim_now, finished_at, once_more
from jobs.services.slices import move_on, next_ids
from tenancy.models import User
from tiktok.enums import PollKind
from tiktok.errors import OF_ONE_SUBJECT, TikTokBusy, TikTokProblem, TikTokUnavailable
from tiktok.models import MarketplaceAccount
from tiktok.services.creators.videos import refresh_video
from tiktok.services.orders.dialects import read_orders
from tiktok.services.orders.orders import KnownOrder, OrderFacts, VideoReview
from tiktok.services.orders.reports import bring_videos, own_videos, store_report

ORDERS_PER_SLICE = 20  # of a job that can be cancelled
REFRESH = "campaigns.refresh"
OUTCOMES = (
    ("refreshed", "success", "%(count)d order updated from TikTok.", "%(count)d orders updated from TikTok."),
    (
        "refused", "error",
        "TikTok gave no answer about %(count)d order. What was known of it stays.",
        "TikTok gave no answer about %(count)d orders. What was known of them stays.",
    ),
)  # fmt: skip


def sync_order(order: Order) -> Order:
    """Bring one order up to what TikTok says now."""
    sync_orders([order])
    order.refresh_from_db()
    return order


def sync_orders(orders: Iterable[Order], *, only_due: bool = False) -> None:
    """Bring orders up to what TikTok says now, with the fewest calls. Raises TikTok's problems; then nothing changed.

    An order that TikTok has not created yet is left alone. `only_due`: reviews and reports of published posts are read
    again when their time has come (`report_due_at`), or when TikTok lists another video.
    """
    wanted = [order.pk for order in orders if order.tiktok_order_id]
    related = ("account__creator", "request__marketplace_account")
    loaded = Order.objects.filter(pk__in=wanted).select_related(*related)
    by_id = {order.tiktok_order_id: order for order in loaded}
    fetched_at = timezone.now()
    quiet = quiet_videos(by_id.values(), now=fetched_at) if only_due else {}
    facts = _read(by_id.values(), quiet)
    for order_id, fact in facts.items():
        _bring_videos(by_id[order_id], fact, fetched_at)
    for order_id, fact in facts.items():
        _keep(by_id[order_id].pk, fact, fetched_at)
    store_report([row for fact in facts.values() for row in fact.rows], fetched_at=fetched_at)
    Order.objects.filter(pk__in=wanted).exclude(checked_at__gt=fetched_at).update(
        checked_at=fetched_at
    )


def _read(orders: Iterable[Order], quiet: Mapping[int, frozenset[str]]) -> dict[str, OrderFacts]:
    """Each order through the account it was made with."""
    through: dict[MarketplaceAccount | None, dict[str, KnownOrder]] = {}
    for order in orders:
        known = KnownOrder(order.account.creator_id, quiet.get(order.pk))
        through.setdefault(order.request.marketplace_account, {})[order.tiktok_order_id] = known
    return {
        order_id: fact
        for account, of_account in through.items()
        for order_id, fact in read_orders(account, of_account).items()
    }


def _bring_videos(order: Order, facts: OrderFacts, fetched_at: datetime) -> None:
    published = [fact.video_id for fact in map(video_fact, facts.reviews) if fact.is_published]
    if published and order.account.creator is not None:
        bring_videos(order.account.creator, facts, published, fetched_at=fetched_at)


def video_fact(review: VideoReview) -> VideoFact:
    """A review in the words of the policies."""
    return VideoFact(
        video_id=review.video_id,
        review_status=review.review_status,
        is_bound=review.bind_status == BOUND,
        is_deleted=review.video_status == DELETED,
        has_public_url=bool(review.embed_url),
        reject_reason=review.reject_reason or "",
    )


@transaction.atomic
def _keep(order_id: int, facts: OrderFacts, fetched_at: datetime) -> None:
    """One order's posts and state, under its lock."""
    order = (
        Order.objects.select_for_update(of=("self",))
        .select_related("account", "request")
        .get(pk=order_id)
    )
    if order.checked_at and order.checked_at > fetched_at:
        return  # a later sync has been kept meanwhile
    mentioned = [*(r.video_id for r in facts.reviews), *(link.video_id for link in facts.links)]
    videos = {video.tiktok_video_id: video for video in own_videos(mentioned)}
    for review in facts.reviews:
        tie_post(
            order,
            video_fact(review),
            videos.get(review.video_id),
            published_at=review.published_at,
        )
    for link in facts.links:
        note_link_request(order, link, videos.get(link.video_id))
    for post in _unlisted(order, facts, mentioned):
        untied = VideoFact(post.network_post_id, review_status="", is_bound=False)
        tie_post(order, untied, post.video, published_at=post.published_at)
    expect_spark(order)
    _follow(order, facts)
    order.checked_at = fetched_at
    order.save(update_fields=["video_count", "checked_at"])


def _unlisted(order: Order, facts: OrderFacts, mentioned: Iterable[str]) -> QuerySet[Post]:
    """Posts that the order had and of which TikTok says nothing any more."""
    tied = order.posts.filter(origin__in=BY_ORDER).exclude(review_state__in=LINK_STATES)
    listed = [*mentioned, *facts.state.video_ids, *facts.unclaimed]
    return tied.exclude(review_reason__in=[GONE, UNTIED]).exclude(network_post_id__in=listed)


def _follow(order: Order, facts: OrderFacts) -> None:
    progressed = progress(map(video_fact, facts.reviews), order.video_limit)
    if order.state in BEFORE_VIDEOS and _is_accepted(facts):
        transitions.mark_accepted(order, evidence=_acceptance(facts))
    if order.state == OrderState.CANCELLED:
        transitions.flag_published(order, progressed)
    if order.state in SETTLED_STATES | BEFORE_VIDEOS:
        return
    transitions.follow_videos(order, progressed)
    order.video_count = progressed.uploaded


def _is_accepted(facts: OrderFacts) -> bool:
    quota = facts.state.quota
    return bool(facts.state.video_ids) or bool(quota and quota.current_video_count)


def _acceptance(facts: OrderFacts) -> str:
    if facts.state.video_ids:
        return (
            "TikTok lists the first video for this order."  # which one, its dialog says by caption
        )
    return "TikTok counts a video for this order."


def refresh_post(post: Post) -> bool:
    """Bring one post up to what TikTok says now, by its order, else as a video of its account.

    False: it is being synced, was just now, or may not be; TikTok was not asked. Raises its problems.
    """
    if post.order is not None:
        with claim_now(PollKind.ORDER, post.order.pk) as is_mine:
            if is_mine:
                sync_order(post.order)
        return is_mine
    if post.video is None or timezone.now() - post.video.counts_fetched_at < JUST_NOW:
        return False
    return refresh_video(post.video)


def refresh_post_again(post: Post) -> datetime | None:
    """A refresh was asked for too soon: TikTok is asked once more as soon as that may be. Returns when the post was
    refreshed; None while it is."""
    if post.order is not None:
        done_at = finished_at(PollKind.ORDER, post.order.pk)
        if done_at is not None:
            once_more(PollKind.ORDER, post.order.pk, at=done_at + JUST_NOW)
        return done_at
    if post.video is None:
        return None
    done_at = post.video.counts_fetched_at
    once_more(PollKind.VIDEOS, post.video.creator_id, at=done_at + JUST_NOW)
    return done_at


def refresh_campaign_again(campaign: Campaign) -> datetime | None:
    """The same for the orders of a campaign. Returns when the one was refreshed that waits longest; None without one."""
    live = campaign.orders.exclude(state__in=UNTRACKED_STATES).exclude(checked_at=None)
    checked = dict(live.values_list("pk", "checked_at"))
    done_at = min(filter(None, checked.values()), default=None)
    if done_at is not None:
        once_more(PollKind.ORDER, *checked, at=done_at + JUST_NOW)
    return done_at


def refresh_campaign(
    campaign: Campaign, *, tab: str = "campaign", actor: User | None = None
) -> Job | None:
    """Have the campaign's orders synced, those whose last sync is longest ago first; whoever waits is on `tab`. None: all were, just now."""
    live = campaign.orders.exclude(state__in=UNTRACKED_STATES).exclude(tiktok_order_id="")
    live = live.exclude(checked_at__gt=timezone.now() - JUST_NOW)
    oldest_first = live.order_by(F("checked_at").asc(nulls_first=True), "pk")
    keys = list(oldest_first.values_list("pk", flat=True))
    params = {"ids": keys, "campaign": campaign.pk, "tab": tab}
    return start_job(REFRESH, params, total=len(keys), actor=actor) if keys else None


def _sync_some(order_ids: Sequence[int]) -> int:
    """Returns how many TikTok answered for."""
    try:
        sync_orders(Order.objects.filter(pk__in=order_ids))
    except OF_ONE_SUBJECT:  # of one order, perhaps: the others shall not wait for it
        return _sync_one_by_one(order_ids)
    return len(order_ids)


def _refresh_slice(job: Job) -> tuple[int, TikTokProblem | None]:
    """Returns how many orders TikTok answered for, and why for none: that is no reason to leave out the next slice."""
    try:
        return _sync_some(next_ids(job, ORDERS_PER_SLICE)), None
    except OF_ONE_SUBJECT as problem:
        return 0, problem


def _count_refreshed(job: Job, fetched: tuple[int, TikTokProblem | None]) -> bool:
    """A job that has refreshed nothing at its end fails with the last reason, such as a marketplace account that ended."""
    done, problem = fetched
    asked = len(next_ids(job, ORDERS_PER_SLICE))
    for key, number in (("refreshed", done), ("refused", asked - done)):
        if number:
            job.count(key, number)
    is_over = move_on(job, ORDERS_PER_SLICE)
    if is_over and problem and not any(row["key"] == "refreshed" for row in job.outcome):
        raise JobFailed(str(problem))
    return is_over


def register_jobs() -> None:
    """Make the refresh of a whole campaign known."""
    register_job(
        JobKind(
            REFRESH,
            "Refresh a campaign",
            {"refreshed": "refreshed", "refused": "not refreshed, because TikTok gave no answer"},
            fetch=_refresh_slice,
            apply=_count_refreshed,
            temporary=(TikTokUnavailable, TikTokBusy),
            lasting=(TikTokProblem,),
            report=_report_refreshed,
            about=campaigns_of,
        )
    )


def _report_refreshed(job: Job) -> Report:
    said = [(level, _counted(job, key, *forms)) for key, level, *forms in OUTCOMES]
    said.append(("error", job.problem))
    to = (f"campaigns:{job.params.get('tab', 'campaign')}", job.params["campaign"])
    return Report(to, tuple((level, sentence) for level, sentence in said if sentence))


def _counted(job: Job, key: str, one: str, many: str) -> str:
    count = sum(row["count"] for row in job.outcome if row["key"] == key)
    return ngettext(one, many, count) % {"count": count} if count else ""


def _sync_one_by_one(order_ids: Sequence[int]) -> int:
    """Returns how many TikTok answered for. Raises the last problem when that is none."""
    done = 0
    problem: TikTokProblem | None = None
    for order in Order.objects.filter(pk__in=order_ids):
        try:
            sync_order(order)
            done += 1
        except OF_ONE_SUBJECT as met:
            problem = met
    if problem is not None and not done:
        raise problem
    return done
