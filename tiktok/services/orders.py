"""Orders at TikTok: making them, finding them again, reading their videos, reviews and numbers, and keeping the numbers.

Knows orders by TikTok's ids only; what an order means to a campaign is the campaigns' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction

from tiktok.client.types import CreatedOrders, ReportMetrics, ReportRow, VideoReview
from tiktok.client.types import OrderState as FoundOrder
from tiktok.enums import Source
from tiktok.errors import TikTokRefused
from tiktok.models import Creator, Video
from tiktok.services.gateway import marketplace, order_marketplace, tiktok_call
from tiktok.services.snapshots import record_video_snapshots
from tiktok.services.sync import keep_videos, lock_creators, shares

ORDERS_PER_CALL, ORDERS_PER_QUERY, ORDERS_PER_PAGE = 100, 200, 20
REPORT_PAGE, VIDEOS_PER_CALL = 100, 10
# Beside the numbers, which the loader of snapshots keeps.
REPORT_FIELDS = [
    "retention", "audience_age", "audience_gender", "audience_geography", "audience_country", "report_fetched_at",
]  # fmt: skip


@dataclass(frozen=True)
class OrderFacts:
    """All that TikTok says of one order: its videos, their reviews, their numbers."""

    state: FoundOrder
    reviews: tuple[VideoReview, ...] = ()
    rows: tuple[ReportRow, ...] = ()

    def row_of(self, video_id: str) -> ReportRow | None:
        return next((row for row in self.rows if row.video_id == video_id), None)


def place_orders(
    *,
    brand_name: str,
    description: str,
    handles: Sequence[str],
    video_count: int,
    campaign_code: str = "",
) -> CreatedOrders:
    """Create one order per handle, at most 100. Raises OutcomeUnknown when it may have happened unseen."""
    tiktok = order_marketplace()
    with tiktok_call(creates=True):
        return tiktok.create_orders(
            brand_name=brand_name,
            description=description,
            handles=handles,
            video_count=video_count,
            campaign_code=campaign_code or None,
        )


def find_orders(campaign_code: str) -> list[FoundOrder]:
    """Every order TikTok knows under a campaign code."""
    return list(_order_pages(campaign_code=campaign_code))


def read_orders(order_ids: Sequence[str]) -> dict[str, OrderFacts]:
    """What TikTok says of these orders, by order id; an order TikTok does not know is missing.

    Calls: one a 20 orders, one per order that has videos, one a 100 videos for the numbers.
    """
    states: dict[str, FoundOrder] = {}
    for chunk in _chunks(order_ids, ORDERS_PER_QUERY):
        found = _order_pages(order_ids=chunk)
        states |= {state.order_id: state for state in found if state.order_id in chunk}
    with_videos = [state.order_id for state in states.values() if state.video_ids]
    reviews = {order_id: _reviews(order_id) for order_id in with_videos}
    rows = _report(with_videos)
    return {
        order_id: OrderFacts(state, reviews.get(order_id, ()), tuple(rows.get(order_id, ())))
        for order_id, state in states.items()
    }


def _order_pages(
    *, order_ids: Sequence[str] | None = None, campaign_code: str | None = None
) -> Iterator[FoundOrder]:
    """All pages; a page that brings nothing new ends them, whatever TikTok says of their number."""
    tiktok, seen, page_number = order_marketplace(), set[str](), 0
    while True:
        page_number += 1
        with tiktok_call():
            page = tiktok.get_orders(
                order_ids=order_ids,
                campaign_code=campaign_code,
                page=page_number,
                page_size=ORDERS_PER_PAGE,
            )
        fresh = [order for order in page.orders if order.order_id not in seen]
        yield from fresh
        seen |= {order.order_id for order in fresh}
        if len(page.orders) < ORDERS_PER_PAGE or not fresh or len(seen) == len(order_ids or ()):
            return


def _reviews(order_id: str) -> tuple[VideoReview, ...]:
    tiktok = order_marketplace()
    with tiktok_call():
        return tiktok.video_reviews(order_id)


def _report(order_ids: Sequence[str]) -> dict[str, list[ReportRow]]:
    """Report rows by order id."""
    tiktok, rows = order_marketplace(), dict[str, list[ReportRow]]()
    for chunk in _chunks(order_ids, ORDERS_PER_CALL):
        page_number, is_last, seen = 0, False, set[tuple[str, str]]()
        while not is_last:
            page_number += 1
            with tiktok_call():
                page = tiktok.order_report(chunk, page=page_number, page_size=REPORT_PAGE)
            fresh = [row for row in page.rows if (row.order_id, row.video_id) not in seen]
            for row in fresh:
                rows.setdefault(row.order_id, []).append(row)
            seen |= {(row.order_id, row.video_id) for row in fresh}
            is_last = len(page.rows) < REPORT_PAGE or not fresh
    return rows


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def bring_videos(
    creator: Creator, facts: OrderFacts, video_ids: Sequence[str], *, fetched_at: datetime
) -> None:
    """Make sure these published videos of an order have rows: as the marketplace lists them, else from review and report.

    Calls TikTok only for a marketplace creator's video we have never seen.
    """
    missing = _missing(video_ids)
    if missing and creator.is_in_marketplace:
        _fetch_listed(creator, missing, fetched_at=fetched_at)
        missing = _missing(missing)
    reviews = {review.video_id: review for review in facts.reviews}
    for video_id in missing:
        _keep_reviewed(creator, reviews[video_id], facts.row_of(video_id), fetched_at)


def _missing(video_ids: Sequence[str]) -> list[str]:
    known = set(own_videos(video_ids).values_list("tiktok_video_id", flat=True))
    return [video_id for video_id in video_ids if video_id not in known]


def own_videos(video_ids: Iterable[str]) -> models.QuerySet[Video]:
    """TikTok's own rows of these videos; the old source's rows are none of them."""
    return Video.objects.filter(tiktok_video_id__in=list(video_ids)).exclude(source=Source.LEGACY)


def _fetch_listed(creator: Creator, video_ids: Sequence[str], *, fetched_at: datetime) -> None:
    tiktok = marketplace()
    for chunk in _chunks(video_ids, VIDEOS_PER_CALL):
        try:
            with tiktok_call():
                page = tiktok.public_videos(creator.handle, video_ids=chunk)
        except TikTokRefused:  # has left the marketplace: review and report have to do
            return
        keep_videos(creator, page.videos, Source.PUBLIC, fetched_at=fetched_at)


def _keep_reviewed(
    creator: Creator, review: VideoReview, row: ReportRow | None, fetched_at: datetime
) -> None:
    published_at = (
        review.published_at or (row and row.released_at) or review.uploaded_at or fetched_at
    )
    own_videos([review.video_id]).get_or_create(
        tiktok_video_id=review.video_id,
        defaults={
            "creator": creator,
            "source": Source.ORDER_REPORT,
            "published_at": published_at,
            "url": f"{creator.profile_url}/video/{review.video_id}",
            "embed_url": review.embed_url or "",
            "counts_source": Source.ORDER_REPORT,
            "counts_fetched_at": fetched_at,
        },
    )


@transaction.atomic
def store_report(rows: Iterable[ReportRow], *, fetched_at: datetime) -> None:
    """Keep an order report's numbers on the videos we have rows of, and a fact of this hour for each of which it tells any.

    A video still in review has no row, so the report alone makes nothing appear.
    """
    metrics = {row.video_id: row.metrics for row in rows}
    lock_creators(own_videos(metrics).values("creator_id"))
    rows_now = own_videos(metrics).select_for_update().order_by("pk")
    videos = list(rows_now.exclude(report_fetched_at__gt=fetched_at))  # a later report stays
    for video in videos:
        _copy_report(video, metrics[video.tiktok_video_id], fetched_at)
    Video.objects.bulk_update(videos, REPORT_FIELDS)
    record_video_snapshots(videos, source=Source.ORDER_REPORT, fetched_at=fetched_at)


def _copy_report(video: Video, metrics: ReportMetrics, fetched_at: datetime) -> None:
    video.video_views, video.likes = metrics.video_views, metrics.likes
    video.comments, video.shares = metrics.comments, metrics.shares
    video.total_engagements = metrics.engagement_count
    video.engagement_rate = metrics.engagement_rate
    video.reach = metrics.reach
    video.total_play_time = metrics.total_play_time
    video.average_play_time = metrics.average_view_time
    video.video_completion_rate = metrics.video_completion_rate
    video.retention = list(metrics.video_view_retention) if metrics.video_view_retention else None
    video.audience_age = shares(metrics.age_distribution)
    video.audience_gender = shares(metrics.gender_distribution)
    video.audience_country = shares(metrics.country_distribution)
    video.audience_geography = shares(metrics.locale_distribution)
    video.report_fetched_at = fetched_at
