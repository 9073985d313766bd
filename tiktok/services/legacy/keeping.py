"""Keep rows of the old source: accounts and posts with their latest numbers, and every reading as a fact of its time.

A row may tell some of the numbers only: those that it leaves out stay, on show and in the fact of its hour or day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from django.db import connection

from tiktok.enums import Source
from tiktok.models import CREATOR_NUMBERS, Creator, CreatorSnapshot, Video, bits_of
from tiktok.policies import absurd_numbers
from tiktok.services.facts.snapshots import (
    COUNTS,
    record_creator_snapshots,
    record_video_snapshots,
)
from tiktok.services.legacy.export import UNKNOWN, LegacyRow
from tiktok.services.legacy.judging import (
    NO_COUNTS,
    Counts,
    Known,
    RowFate,
    counts_of,
    day_of,
    hour_of,
    merged,
)

SHOWN_NUMBERS = ("follower_count", "like_count", "video_count", "engagement_rate")
TEXTS = ("caption", "url", "thumbnail_url")
# A number that a later row does not name stays. What TikTok itself has reported is left alone. Texts whose time is not known
# (NULL) are shown where there are no others.
SHOW_LATEST = """
UPDATE tiktok_creator latest SET
    follower_count = coalesce(reported.follower_count, latest.follower_count),
    like_count = coalesce(reported.like_count, latest.like_count),
    video_count = coalesce(reported.video_count, latest.video_count),
    engagement_rate = coalesce(reported.engagement_rate, latest.engagement_rate),
    display_name = CASE WHEN reported.fetched_at IS NULL AND latest.display_name NOT IN ('', latest.handle)
        THEN latest.display_name
        ELSE coalesce(nullif(reported.display_name, ''), nullif(latest.display_name, ''), latest.handle) END,
    profile_image = CASE WHEN reported.fetched_at IS NULL AND latest.profile_image <> '' THEN latest.profile_image
        ELSE coalesce(nullif(reported.profile_image, ''), latest.profile_image) END,
    absurd = CASE WHEN reported.fetched_at IS NULL THEN latest.absurd ELSE reported.absurd END,
    profile_source = 'legacy', profile_fetched_at = coalesce(reported.fetched_at, latest.profile_fetched_at)
FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[], %s::double precision[], %s::text[],
            %s::text[], %s::smallint[])
    reported(id, fetched_at, follower_count, like_count, video_count, engagement_rate, display_name, profile_image, absurd)
    JOIN tiktok_creator own ON own.id = reported.id
WHERE latest.id = own.id AND latest.organization_id = own.organization_id AND latest.profile_source IN ('', 'legacy')
    AND (latest.profile_fetched_at <= reported.fetched_at) IS NOT FALSE
"""


class AccountReading(NamedTuple):
    """The numbers of an account in a row, or of its day, as the loader of snapshots takes them."""

    pk: int
    id: int
    profile_source: str
    profile_fetched_at: datetime
    follower_count: int | None
    like_count: int | None
    video_count: int | None
    average_views: None
    engagement_rate: float | None
    completion_rate: None

    @property
    def numbers(self) -> dict[str, float | None]:
        return {name: getattr(self, name) for name in CREATOR_NUMBERS}

    @property
    def has_numbers(self) -> bool:
        return any(number is not None for number in self.numbers.values())

    def repeats(self, creator: Creator) -> bool:
        """Does it say later what is on show already?"""
        is_later = (
            creator.profile_fetched_at and self.profile_fetched_at >= creator.profile_fetched_at
        )
        numbers = self.numbers.items()
        return bool(is_later) and all(n in {None, getattr(creator, name)} for name, n in numbers)

    def beside(self, earlier: Sequence[float | None]) -> AccountReading:
        """Complete a reading with the earlier ones of the numbers that it does not have."""
        numbers: dict[str, Any] = dict(
            zip(CREATOR_NUMBERS, merged(tuple(self.numbers.values()), earlier), strict=True)
        )
        return self._replace(**numbers)


class PostReading(NamedTuple):
    """The numbers of a post in an hour, as the loader of snapshots takes them."""

    pk: int
    id: int
    counts_fetched_at: datetime
    video_views: int | None
    likes: int | None
    comments: int | None
    shares: int | None


# --- accounts ------------------------------------------------------------------------------------------------------
def keep_accounts(rows: Sequence[LegacyRow]) -> tuple[dict[str, Creator], dict[int, RowFate]]:
    """The creators of these rows by handle, and what became of each row as far as it is about its account, by line."""
    handles = {row.handle for row in rows}
    known = set(Creator.objects.filter(handle__in=handles).values_list("handle", flat=True))
    Creator.objects.bulk_create(
        [Creator(handle=handle) for handle in sorted(handles - known)], ignore_conflicts=True
    )
    creators = {creator.handle: creator for creator in Creator.objects.filter(handle__in=handles)}
    in_time = sorted(rows, key=lambda row: row.collected_at)
    news = _keep_account_readings(in_time, creators) | {
        row.line for row in rows if _has_new_texts(row, creators[row.handle])
    }
    _show_latest(in_time, creators)
    first_lines = {row.handle: row.line for row in reversed(rows) if row.handle not in known}
    fates = {row.line: RowFate.UPDATED if row.line in news else RowFate.UNCHANGED for row in rows}
    return creators, fates | dict.fromkeys(first_lines.values(), RowFate.NEW)


def _has_new_texts(row: LegacyRow, creator: Creator) -> bool:
    reported = (row.display_name, creator.display_name), (row.account_image, creator.profile_image)
    if row.collected_at == UNKNOWN:
        none = {"", creator.handle}
        return any(before in none and text not in {"", before} for text, before in reported)
    if creator.profile_fetched_at and row.collected_at < creator.profile_fetched_at:
        return False
    return any(text not in {"", before} for text, before in reported)


def _keep_account_readings(rows: Iterable[LegacyRow], creators: dict[str, Creator]) -> set[int]:
    """Keep what the rows, in the order of their times, tell as facts of their days. Returns the lines that reported news."""
    given = [(row, _account_reading(row, creators[row.handle])) for row in rows]
    given = [(row, reading) for row, reading in given if reading.has_numbers]
    facts = CreatorSnapshot.objects.filter(
        creator_id__in={reading.pk for _, reading in given},
        source=Source.LEGACY,
        bucket_at__in={day_of(row.collected_at) for row, _ in given},
    )
    found = facts.values_list("creator_id", "bucket_at", "fetched_at", *CREATOR_NUMBERS)
    kept = {(pk, day): (at, tuple(numbers)) for pk, day, at, *numbers in found}
    fresh, news = dict[tuple[int, datetime], AccountReading](), set[int]()
    for row, reading in given:
        key = (reading.pk, day_of(row.collected_at))
        at, earlier = kept.get(key, (row.collected_at, (None,) * len(CREATOR_NUMBERS)))
        of_day = reading.beside(earlier)
        numbers = tuple(of_day.numbers.values())
        if at <= row.collected_at and numbers != earlier:
            kept[key], fresh[key] = (row.collected_at, numbers), of_day
            if not reading.repeats(creators[row.handle]):
                news.add(row.line)
    record_creator_snapshots(fresh.values(), is_shown=False)
    return news


def _account_reading(row: LegacyRow, creator: Creator) -> AccountReading:
    return AccountReading(
        creator.pk, creator.pk, Source.LEGACY, row.collected_at, row.followers, row.account_likes, row.account_videos, None,
        row.engagement_rate, None,
    )  # fmt: skip


def _show_latest(rows: Iterable[LegacyRow], creators: dict[str, Creator]) -> None:
    """Show the latest that the rows, in the order of their times, tell of each account."""
    latest: dict[int, list[Any]] = {}
    for row in rows:
        reading = _account_reading(row, creators[row.handle])
        reported = [getattr(reading, name) for name in SHOWN_NUMBERS]
        reported += [row.display_name or None, row.account_image or None]
        before = latest.get(reading.pk, [None] * (len(reported) + 2))[2:]
        if reported.count(None) < len(reported):
            merged = [
                old if new is None else new for new, old in zip(reported, before, strict=True)
            ]
            at = None if row.collected_at == UNKNOWN else row.collected_at
            latest[reading.pk] = [reading.pk, at, *merged]
    if not latest:
        return
    for shown in latest.values():
        numbers = dict(zip(SHOWN_NUMBERS, shown[2:], strict=False))
        shown.append(bits_of(absurd_numbers(numbers), CREATOR_NUMBERS))
    columns = [list(column) for column in zip(*latest.values(), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(SHOW_LATEST, columns)


# --- posts ---------------------------------------------------------------------------------------------------------
def keep_posts(
    rows: Sequence[LegacyRow], creators: dict[str, Creator], known: Known
) -> tuple[dict[str, Video], dict[int, RowFate]]:
    """The videos of these rows of posts by TikTok's id, and what became of each row as far as it is about its post, by line.

    Newer numbers and texts replace older ones, whichever row comes first; every reading is kept as a fact of its hour.
    """
    fates, videos, hours = (
        dict[int, RowFate](),
        known.videos,
        dict[str, dict[datetime, None]](),
    )
    changed = set[str]()
    for row in sorted(rows, key=lambda row: row.collected_at):
        video_id, video = row.tiktok_video_id, videos.get(row.tiktok_video_id)
        has_texts = video is not None and _copy_texts(video, row)
        if video is None:
            fates[row.line] = RowFate.NEW
            videos[video_id] = video = _legacy_video(row, creators[row.handle])
            is_kept = counts_of(row) != NO_COUNTS
        else:
            is_kept, is_news = _judge_reading(row, video, known)
            fates[row.line] = RowFate.UPDATED if is_news or has_texts else RowFate.UNCHANGED
            changed |= {video_id} if has_texts and video.pk else set()
        if is_kept:
            hour = hour_of(row.collected_at)
            hours.setdefault(video_id, {})[hour] = None
            counts = merged(counts_of(row), known.reading_of(row)[1])
            known.readings[video_id, hour] = (row.collected_at, counts)
            _copy_counts(video, row)
    Video.objects.bulk_create([video for video in videos.values() if video.pk is None])
    Video.objects.bulk_update([videos[video_id] for video_id in changed], TEXTS)
    readings = (
        [_post_reading(videos[video_id], *known.readings[video_id, hour]) for hour in of_post]
        for video_id, of_post in hours.items()
    )
    for turn in zip_longest(*readings):
        record_video_snapshots([reading for reading in turn if reading], source=Source.LEGACY)
    return videos, fates


def _judge_reading(row: LegacyRow, video: Video, known: Known) -> tuple[bool, bool]:
    """Is the reading of this row to be kept, and does it say anything that was not known?"""
    counts, (at, earlier) = counts_of(row), known.reading_of(row)
    is_known = at is not None and (at > row.collected_at or merged(counts, earlier) == earlier)
    if counts == NO_COUNTS or is_known:
        return False, False
    is_latest = row.collected_at >= video.counts_fetched_at
    shown = tuple(getattr(video, name) for name in COUNTS)
    return True, not (is_latest and merged(counts, shown) == shown)


def _copy_texts(video: Video, row: LegacyRow) -> bool:
    """Let the video have the texts of a row that is not older than its numbers, and those that it lacks of a row whose time is not
    known. Returns whether that changes any."""
    is_later = row.collected_at >= video.counts_fetched_at
    if not is_later and row.collected_at != UNKNOWN:
        return False
    before = tuple(getattr(video, name) for name in TEXTS)
    given = (row.caption, row.url, row.image)
    for name, text, old in zip(TEXTS, given, before, strict=True):
        setattr(video, name, (text or old) if is_later else (old or text))
    return before != tuple(getattr(video, name) for name in TEXTS)


def _copy_counts(video: Video, row: LegacyRow) -> None:
    """For the rows that follow, and for a video that is about to be made; the loader writes those of known ones."""
    if row.collected_at >= video.counts_fetched_at:
        video.counts_fetched_at = row.collected_at
        for name, count in zip(COUNTS, counts_of(row), strict=True):
            if count is not None:
                setattr(video, name, count)


def _legacy_video(row: LegacyRow, creator: Creator) -> Video:
    return Video(
        creator=creator,
        tiktok_video_id=row.tiktok_video_id,
        source=Source.LEGACY,
        published_at=row.posted_at or row.collected_at,
        caption=row.caption,
        url=row.url,
        thumbnail_url=row.image,
        counts_source=Source.LEGACY,
        counts_fetched_at=row.seen_at,
    )


def _post_reading(video: Video, at: datetime, counts: Counts) -> PostReading:
    return PostReading(video.pk, video.pk, at, *counts)
