"""The videos and reports of orders: kept on the videos they are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import models, transaction

from tiktok.availability import POST_MATRIX, unreadable_metrics
from tiktok.client.paging import chunks
from tiktok.client.types import Part, ReportMetrics, ReportRow, VideoReview
from tiktok.enums import Source
from tiktok.errors import TikTokRefused
from tiktok.models import Creator, Video
from tiktok.queries import account_for
from tiktok.services.creators.profiles import shares
from tiktok.services.creators.videos import keep_videos, lock_creators
from tiktok.services.facts.details import keep_video_details, video_details
from tiktok.services.facts.snapshots import record_video_snapshots
from tiktok.services.gateway import marketplace, tiktok_call
from tiktok.services.orders.orders import OrderFacts

# Beside the numbers, which the loader of snapshots keeps.
REPORT_FIELDS = [
    "retention", "audience_age", "audience_gender", "audience_geography", "audience_country", "report_fetched_at",
    "unreadable", "breakdown",
]  # fmt: skip


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
    tiktok = marketplace(account_for(creator))
    for chunk in chunks(video_ids, tiktok.capabilities.public_video_page):
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
    by_id = {row.video_id: row for row in rows}
    lock_creators(own_videos(by_id).values("creator_id"))
    rows_now = own_videos(by_id).select_for_update().order_by("pk")
    videos = list(rows_now.exclude(report_fetched_at__gt=fetched_at))  # a later report stays
    before = {video.pk: video_details(video) for video in videos}
    for video in videos:
        row = by_id[video.tiktok_video_id]
        _copy_report(video, row.metrics, fetched_at)
        video.breakdown = breakdown_of(row)
    Video.objects.bulk_update(videos, REPORT_FIELDS)
    record_video_snapshots(videos, source=Source.ORDER_REPORT, fetched_at=fetched_at)
    keep_video_details(videos, before, source=Source.ORDER_REPORT, fetched_at=fetched_at)


def breakdown_of(row: ReportRow) -> dict[str, Any]:
    """The parts of a video's numbers that TikTok tells apart, and its benchmarks; what it does not tell is left out."""
    metrics = row.metrics
    benchmarks = {
        "engagement_rate": (metrics.engagement_rate_benchmark_p25, metrics.engagement_rate_benchmark_p50),
        "video_completion_rate": (
            metrics.video_completion_rate_benchmark_p25, metrics.video_completion_rate_benchmark_p50,
        ),
    }  # fmt: skip
    parts: dict[str, Any] = {
        "sources": row.views_by_source or {},
        "organic": _known(row.organic),
        "paid": _known(row.paid),
        "benchmarks": {name: list(pair) for name, pair in benchmarks.items() if None not in pair},
    }
    return {name: part for name, part in parts.items() if part}


def _known(part: Part) -> dict[str, float]:
    return {
        name: value for name, value in msgspec.structs.asdict(part).items() if value is not None
    }


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
    video.unreadable = unreadable_metrics(metrics.unreadable, replaced=POST_MATRIX)
    video.report_fetched_at = fetched_at
