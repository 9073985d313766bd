"""Facts over time: readings, days, and what a fallen number was before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models.functions import TruncDate

from tiktok.enums import (
    AccountKind,
    Source,
)
from tiktok.models import (
    VIDEO_NUMBERS,
    Creator,
    CreatorSnapshot,
    Video,
    VideoReading,
    names_of,
)
from tiktok.queries.metrics import _COUNTERS


def account_history(creator: Creator, kind: AccountKind) -> models.QuerySet[CreatorSnapshot]:
    """The account's snapshots, oldest first; the old source's are shown before the cut-over only. Gaps stay gaps."""
    rows = CreatorSnapshot.objects.filter(creator_id=creator.pk).order_by("bucket_at")
    is_legacy = models.Q(source=Source.LEGACY)
    return rows.filter(is_legacy if kind == AccountKind.LEGACY else ~is_legacy)


def post_history(video: Video) -> models.QuerySet[VideoReading]:
    """The post's readings, oldest first: of 90 days by the hour, before that the last of each day. Gaps stay gaps."""
    return (
        VideoReading.objects.filter(video_id=video.pk)
        .exclude(source=Source.LEGACY)
        .order_by("bucket_at")
    )


def earlier_numbers(video: Video) -> dict[str, tuple[float, datetime]]:
    """The earlier values of the numbers that fell, from the same source, with their times. No query where nothing fell."""
    if not video.falling:
        return {}
    fell = names_of(video.falling, VIDEO_NUMBERS)
    counters = {name for name in fell if name in _COUNTERS}
    by_report = video.report_fetched_at is not None
    found: dict[str, tuple[float, datetime]] = {}
    for names, source, at in (
        (counters, video.counts_source, video.counts_fetched_at),
        (
            fell - counters,
            Source.ORDER_REPORT if by_report else video.counts_source,
            video.report_fetched_at or video.counts_fetched_at,
        ),
    ):
        facts = VideoReading.objects.filter(video_id=video.pk, source=source)
        last = (
            facts.filter(bucket_at__lt=_hour(at)).order_by("-bucket_at").first() if names else None
        )
        if last is not None:
            reported = {name: getattr(last, name) for name in names}
            found |= {
                n: (value, last.fetched_at) for n, value in reported.items() if value is not None
            }
    return found


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


DAY_COLUMNS = ("video_id", "day", "source", "video_views", "likes", "comments", "shares")


def video_days(video_ids: Iterable[int]) -> models.QuerySet[VideoReading, Any]:
    """The counters of these videos as last seen on each UTC day, whatever the source: DAY_COLUMNS, oldest first.

    A day without a sync is missing.
    """
    readings = VideoReading.objects.filter(video_id__in=list(video_ids), video_views__isnull=False)
    days = readings.exclude(source=Source.LEGACY).annotate(day=TruncDate("fetched_at", tzinfo=UTC))
    last = days.order_by("video_id", "day", "-fetched_at").distinct("video_id", "day")
    return last.values_list(*DAY_COLUMNS)
