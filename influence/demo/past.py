"""A year of history, invented backwards from today's numbers and loaded as any reading is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import blake2b

from django.utils import timezone

from campaigns.services.results.rolling import add_up_anew
from crm.models import SocialAccount
from tiktok.enums import Source
from tiktok.models import Creator, CreatorSnapshot, Video
from tiktok.services.facts.snapshots import record_creator_snapshots, record_video_snapshots

PAST_DAYS = 365
COUNTERS = ("video_views", "likes", "comments", "shares")
ACCOUNT_COUNTERS = ("follower_count", "like_count")


def invent_a_past() -> None:
    """Facts of every day of the last year but for gaps, oldest first. For the organization in scope, once."""
    now = timezone.now()
    if CreatorSnapshot.objects.filter(bucket_at__lt=now - timedelta(days=2)).exists():
        return
    creators = list(Creator.objects.filter(follower_count__isnull=False))
    videos = list(
        Video.objects.filter(posts__published_since__isnull=False)
        .exclude(source=Source.LEGACY)
        .distinct()
    )
    today = {
        (row.pk, name): getattr(row, name) or 0 for row in creators for name in ACCOUNT_COUNTERS
    }
    seen = {(row.pk, name): getattr(row, name) or 0 for row in videos for name in COUNTERS}
    for days in range(PAST_DAYS, 0, -1):
        then = now - timedelta(days=days)
        record_creator_snapshots(list(_creators_of(creators, today, then, days)))
        record_video_snapshots(
            list(_videos_of(videos, seen, then, now)), source=Source.PUBLIC, fetched_at=then
        )
    add_up_anew(SocialAccount.objects.values_list("pk", flat=True))


def _creators_of(
    creators: list[Creator], today: dict[tuple[int, str], int], then: datetime, days: int
) -> Iterator[Creator]:
    for creator in creators:
        if _is_gap(creator.handle, days):
            continue
        share = followers_share(creator.handle, days)
        for name in ACCOUNT_COUNTERS:
            setattr(creator, name, int(today[creator.pk, name] * share))
        creator.profile_fetched_at = then
        yield creator


def _videos_of(
    videos: list[Video], seen: dict[tuple[int, str], int], then: datetime, now: datetime
) -> Iterator[Video]:
    for video in videos:
        if video.published_at >= then or _is_gap(video.tiktok_video_id, (now - then).days):
            continue
        share = views_share(video.tiktok_video_id, video.published_at, then, now)
        for name in COUNTERS:
            setattr(video, name, int(seen[video.pk, name] * share))
        yield video


def followers_share(handle: str, days: int) -> float:
    """The share of today's followers that an account had so many days ago: growth, weekends, and one viral week."""
    year = 0.12 + 0.45 * _draw(handle, "growth")  # what it has won in a year
    went_viral = 20 + int(300 * _draw(handle, "viral day"))
    jump = 0.12 * _draw(handle, "viral") if _draw(handle, "is viral") < 0.35 else 0.0
    before = jump / (1 + math.exp(-(days - went_viral) / 1.8))
    week = 6 * _draw(handle, "week")
    ripple = 0.0012 * (math.sin(2 * math.pi * days / 7 + week) - math.sin(week))
    return max(0.02, 1 - year * (days / 365) ** 0.9 - before + ripple)


def views_share(video_id: str, published_at: datetime, then: datetime, now: datetime) -> float:
    """The share of today's views that a video had then: fast at first, faster at weekends, and for some once more."""
    second = 8 + int(50 * _draw(video_id, "second day"))
    crowd = 0.8 * _draw(video_id, "crowd") if _draw(video_id, "comes back") < 0.3 else 0.0

    def grown(at: datetime) -> float:
        age = max(0.0, (at - published_at) / timedelta(days=1))
        lived = age + 0.4 * (
            math.sin(2 * math.pi * (at.timestamp() / 86_400 - 3) / 7) if age > 1 else 0
        )
        again = crowd / (1 + math.exp(-(age - second) / 1.2))
        return 1 - math.exp(-max(0.0, lived) / 5) + 0.05 * math.log1p(age) + again

    return min(1.0, grown(then) / grown(now))


def _is_gap(name: str, days: int) -> bool:
    """Two gaps of some days each: a connection that had ended, a worker that stood still."""
    starts = (30 + int(120 * _draw(name, "gap")), 190 + int(150 * _draw(name, "second gap")))
    return any(start <= days < start + 3 + int(9 * _draw(name, str(start))) for start in starts)


def _draw(*names: str) -> float:
    """A number in [0, 1) that is the same for the same names, always."""
    return (
        int.from_bytes(blake2b("\x1f".join(names).encode(), digest_size=6).digest(), "big") / 2**48
    )
