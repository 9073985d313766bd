"""TikTok's own data beside the old source's, as if it had been collected since January 2024: hidden until the cut-over."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from influence.demo.past import views_share
from tiktok.enums import MarketplaceStatus, Source
from tiktok.models import Creator, CreatorSnapshot, Video
from tiktok.services.creators.backfill import FIRST_DAY, read_past_videos
from tiktok.services.creators.profiles import refresh_profile
from tiktok.services.facts.snapshots import (
    COUNTS,
    record_creator_snapshots,
    record_video_snapshots,
)
from tiktok.services.legacy.keeping import AccountReading

MOST_ACCOUNTS = 12  # whose past is invented; the others are read by the worker
GROWTH = 0.35  # of the logarithm of its followers, in a year
VIDEO_DAYS = 60  # of readings of a video


def collect_since_2024() -> None:
    """Read what TikTok gives of the accounts that the marketplace has, and invent what would have been read since January 2024.
    For the organization in scope, once."""
    inside = Creator.objects.filter(marketplace_status=MarketplaceStatus.IN)
    for creator in inside.order_by("pk")[:MOST_ACCOUNTS]:
        refresh_profile(creator)
        while not read_past_videos(creator):
            creator.refresh_from_db()
    now = timezone.now()
    for today in CreatorSnapshot.objects.filter(source=Source.PUBLIC):
        record_creator_snapshots(_past_of(today, now), is_shown=False)
    videos = list(Video.objects.filter(source=Source.PUBLIC))
    seen = {video.pk: [getattr(video, name) or 0 for name in COUNTS] for video in videos}
    for days in range(VIDEO_DAYS, 0, -1):
        then = now - timedelta(days=days)
        known = [video for video in videos if video.published_at < then]
        for video in known:
            share = views_share(video.tiktok_video_id, video.published_at, then, now)
            for name, count in zip(COUNTS, seen[video.pk], strict=True):
                setattr(video, name, int(count * share))
        record_video_snapshots(known, source=Source.PUBLIC, fetched_at=then)


def _past_of(today: CreatorSnapshot, now: datetime) -> Iterator[AccountReading]:
    """A reading of each day since the first: growth, and the ripple of weeks."""
    creator_id = today.creator_id
    for days in range((now - FIRST_DAY).days, 0, -1):
        ripple = 0.004 * math.sin(2 * math.pi * days / 7)
        share = math.exp(-GROWTH * days / 365) + ripple * min(1, days / 7)
        followers, likes, videos = (
            None if number is None else int(number * share)
            for number in (today.follower_count, today.like_count, today.video_count)
        )
        yield AccountReading(
            creator_id, creator_id, Source.PUBLIC, now - timedelta(days=days), followers, likes, videos, None, None, None
        )  # fmt: skip
