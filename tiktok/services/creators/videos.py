"""The latest and the followed videos of accounts: fetched from TikTok and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from tiktok.availability import unreadable_metrics
from tiktok.client import Marketplace, types
from tiktok.client.paging import chunks
from tiktok.enums import PollKind, Source
from tiktok.models import Connection, Creator, Video
from tiktok.policies import made_at
from tiktok.queries import account_for
from tiktok.services.creators.consents import connection_of, still_sees
from tiktok.services.creators.texts import truncate_texts
from tiktok.services.facts.averages import calculate_averages
from tiktok.services.facts.snapshots import COUNTS, record_video_snapshots
from tiktok.services.gateway import marketplace, tiktok_call
from tiktok.services.grants.tokens import call_as_creator
from tiktok.services.polls.kinds import register_poll

LATEST_VIDEOS = 30  # TikTok's own averages are over as many
VIDEO_FIELDS = [
    "caption", "url", "embed_url", "thumbnail_url", "published_at", "unreadable", "unlisted_since",
]  # fmt: skip
Followed = Callable[[Creator], Iterable[str]]
_followed: list[Followed] = []


def follow_videos(followed: Followed) -> None:
    """Have the videos that `followed(creator)` names, by TikTok's ids, synced with the latest, however old they are."""
    _followed.append(followed)


def refresh_videos(creator: Creator) -> None:
    """Fetch the latest videos (up to 30), authorized where allowed, and those that are followed; keep them with their
    counters."""
    connection = connection_of(creator)
    if connection is None and not creator.is_in_marketplace:
        return
    tiktok, seen = marketplace(account_for(creator)), set[str]()
    followed = {video_id for of_creator in _followed for video_id in of_creator(creator)}
    for page in _pages(tiktok, creator, connection, seen, followed):
        if not keep_page(creator, connection, page.videos):
            return
        seen |= {video.video_id for video in page.videos}
    _note_unlisted(creator, followed - seen)


def _note_unlisted(creator: Creator, video_ids: Iterable[str]) -> None:
    """TikTok was asked for these videos by their ids and does not name them: they are deleted, or private."""
    own = Video.objects.filter(creator=creator, tiktok_video_id__in=list(video_ids))
    own.filter(unlisted_since=None).update(unlisted_since=timezone.now())


def _pages(
    tiktok: Marketplace,
    creator: Creator,
    connection: Connection | None,
    seen: set[str],
    followed: set[str],
) -> Iterator[types.VideoPage]:
    """The latest videos; then the followed ones, without those `seen` by then."""
    largest, cursor = largest_page(tiktok, connection), 0
    for limit in video_pages(largest):
        yield (page := video_page(tiktok, creator, connection, cursor=cursor, limit=limit))
        if not page.has_more or not page.videos:
            break
        cursor = page.cursor
    for older in chunks(sorted(followed - seen), largest):
        yield video_page(tiktok, creator, connection, limit=len(older), video_ids=older)


def video_pages(largest: int) -> list[int]:
    """How many videos to ask for in each call, so that the latest ones come in the fewest."""
    return [min(largest, LATEST_VIDEOS - seen) for seen in range(0, LATEST_VIDEOS, largest)]


def largest_page(tiktok: Marketplace, connection: Connection | None) -> int:
    """How many videos one call gives."""
    offered = tiktok.capabilities
    return offered.public_video_page if connection is None else offered.authorized_video_page


def refresh_video(video: Video) -> bool:
    """Fetch this one video, however old, and keep it with its counters. False: TikTok may not be asked about it."""
    creator = video.creator
    connection = connection_of(creator)
    if connection is None and not creator.is_in_marketplace:
        return False
    tiktok = marketplace(account_for(creator))
    page = video_page(tiktok, creator, connection, video_ids=[video.tiktok_video_id])
    if not keep_page(creator, connection, page.videos):
        return False
    if not page.videos:
        _note_unlisted(creator, [video.tiktok_video_id])
    return True


def keep_page(
    creator: Creator, connection: Connection | None, videos: Sequence[types.Video]
) -> bool:
    """Keep videos that were fetched together. False when the consent ended during the call: nothing of it is kept."""
    with transaction.atomic():
        if connection is not None and not still_sees(creator, connection):
            return False
        keep_videos(creator, videos, Source.AUTHORIZED if connection else Source.PUBLIC)
    return True


def video_page(
    tiktok: Marketplace,
    creator: Creator,
    connection: Connection | None,
    *,
    cursor: int = 0,
    limit: int = 10,
    video_ids: Sequence[str] = (),
) -> types.VideoPage:
    """The latest videos from a cursor on, or those named."""
    if connection is not None:
        return call_as_creator(
            connection,
            lambda token: tiktok.authorized_videos(
                token, connection.open_id, cursor=cursor, limit=limit, video_ids=video_ids
            ),
        )
    with tiktok_call():
        return tiktok.public_videos(creator.handle, cursor=cursor, limit=limit, video_ids=video_ids)


@transaction.atomic
def keep_videos(
    creator: Creator,
    videos: Sequence[types.Video],
    source: Source,
    *,
    fetched_at: datetime | None = None,
) -> list[Video]:
    """Keep listed videos and their counters, and a fact of this hour for each. Returns their rows."""
    lock_creators([creator.pk])
    fetched_at = fetched_at or timezone.now()
    videos = list({video.video_id: video for video in videos}.values())  # a page may name one twice
    own = Video.objects.exclude(source=Source.LEGACY)
    by_id = {
        row.tiktok_video_id: row
        for row in own.filter(tiktok_video_id__in=[video.video_id for video in videos])
    }
    rows = [
        (by_id.get(video.video_id) or Video(creator=creator, tiktok_video_id=video.video_id), video)
        for video in videos
    ]
    for row, video in rows:
        _copy_texts(row, video, creator, source, fetched_at)
    kept = [row for row, _ in rows]
    Video.objects.bulk_update([row for row in kept if row.pk], VIDEO_FIELDS)
    Video.objects.bulk_create([row for row in kept if not row.pk])
    for row, video in rows:
        _copy_counts(row, video)
    record_video_snapshots(kept, source=source, fetched_at=fetched_at)
    calculate_averages(creator)
    return kept


def lock_creators(creator_ids: Iterable[int] | models.QuerySet[Any, Any]) -> None:
    """One writer at a time for one account's videos, and everybody locks accounts before videos."""
    list(Creator.objects.select_for_update().filter(pk__in=creator_ids).order_by("pk"))


def _copy_texts(
    row: Video, video: types.Video, creator: Creator, source: Source, fetched_at: datetime
) -> None:
    if not row.pk:
        row.source = row.counts_source = source
        row.counts_fetched_at = fetched_at
    row.caption = video.caption or ""
    row.url = f"{creator.profile_url}/video/{video.video_id}"
    row.embed_url = video.embed_url or ""
    row.unlisted_since = None
    row.thumbnail_url = video.thumbnail_url or ""
    if video.created_at or not row.pk:
        row.published_at = video.created_at or min(
            made_at(video.video_id) or fetched_at, fetched_at
        )
    row.unreadable = unreadable_metrics(video.unreadable, kept=row.unreadable, replaced=COUNTS)
    truncate_texts(row, VIDEO_FIELDS)


def _copy_counts(row: Video, video: types.Video) -> None:
    """Copy the counters for the loader, which takes those that the source reports."""
    row.video_views, row.likes = video.video_views, video.likes
    row.comments, row.shares = video.comments, video.shares
    row.total_engagements, row.engagement_rate = _engagement(video)


def _engagement(video: types.Video) -> tuple[int | None, float | None]:
    """Engagements = likes + comments + shares; rate = engagements ÷ views, where TikTok does not give them itself."""
    counts = (video.likes, video.comments, video.shares)
    total = video.engagement_count
    if total is None and None not in counts:
        total = sum(count for count in counts if count is not None)
    rate = video.engagement_rate
    if rate is None and total is not None and video.video_views:
        rate = total / video.video_views
    return total, rate


def _refresh_videos(creator_ids: Sequence[int]) -> None:
    for creator in Creator.objects.filter(pk__in=creator_ids):
        refresh_videos(creator)


register_poll(PollKind.VIDEOS, _refresh_videos)
