"""Judging rows of the old source: by posts and readings that are known already, and by the handles that accounts gave up.

A row is refused rather than attached to somebody it may not be about: under a handle that an account here has given up, or
about a post that is known as another account's. So is one that has other numbers for a moment whose numbers are known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from django.db.models import Q

from tiktok.enums import Source
from tiktok.models import Creator, CreatorSnapshot, FormerHandle, Video, VideoSnapshot
from tiktok.services.facts.snapshots import COUNTS
from tiktok.services.legacy.export import LegacyRow, RefusedRow

Number = TypeVar("Number", int, float)
Counts = tuple[int | None, ...]
NO_COUNTS: Counts = (None,) * len(COUNTS)
OF_POSTS = ("views", "likes", "comments", "shares")  # as a row calls what COUNTS names
# Of an account, as a row calls them and as its snapshot does.
NUMBERS = {
    "followers": "follower_count",
    "account_likes": "like_count",
    "account_videos": "video_count",
    "engagement_rate": "engagement_rate",
}
Numbers = dict[str, float | None]


class RowFate(StrEnum):
    """The outcome of a row that is not refused."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Known:
    """Facts that rows may meet: posts of the old source by TikTok's id, their readings by that id and the hour (with time and
    numbers), readings of accounts by handle and time, the handles that posts are known under, and what became of handles that were
    given up."""

    videos: dict[str, Video]
    readings: dict[tuple[str, datetime], tuple[datetime, Counts]]
    accounts: dict[tuple[str, datetime], Numbers]
    owners: dict[str, set[str]]
    renamed: dict[str, str]

    def reading_of(self, row: LegacyRow) -> tuple[datetime | None, Counts]:
        """Time and numbers of the reading of this row's post and hour; (None, NO_COUNTS) where there is none."""
        key = (row.tiktok_video_id, hour_of(row.collected_at))
        return self.readings.get(key, (None, NO_COUNTS))


def hour_of(moment: datetime) -> datetime:
    """The hour whose reading this is."""
    return moment.replace(minute=0, second=0, microsecond=0)


def day_of(moment: datetime) -> datetime:
    """The day whose reading of an account this is."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def counts_of(row: LegacyRow) -> Counts:
    """The numbers of the post in this row."""
    return row.views, row.likes, row.comments, row.shares


def merged(
    given: Sequence[Number | None], earlier: Sequence[Number | None]
) -> tuple[Number | None, ...]:
    """Complete numbers with the earlier ones of those that are not given."""
    return tuple(old if new is None else new for new, old in zip(given, earlier, strict=True))


def numbers_of(row: LegacyRow) -> Numbers:
    """The numbers of the account in this row: those that it tells."""
    given = ((name, getattr(row, name)) for name in NUMBERS)
    return {name: number for name, number in given if number is not None}


def known_to(rows: Sequence[LegacyRow]) -> Known:
    """Read all that these rows may meet."""
    ids = {row.tiktok_video_id for row in rows if row.tiktok_video_id}
    owners: dict[str, set[str]] = defaultdict(set)
    videos: dict[str, Video] = {}
    for video in Video.objects.select_related("creator").filter(tiktok_video_id__in=ids):
        owners[video.tiktok_video_id].add(video.creator.handle)
        if video.source == Source.LEGACY:
            videos[video.tiktok_video_id] = video
    renamed = _renamed({row.handle for row in rows})
    accounts = _account_readings(owners, rows)
    return Known(videos, _readings(videos, rows), accounts, owners, renamed)


def _readings(
    videos: dict[str, Video], rows: Sequence[LegacyRow]
) -> dict[tuple[str, datetime], tuple[datetime, Counts]]:
    if not videos:
        return {}
    ids = {video.pk: video_id for video_id, video in videos.items()}
    hours = {hour_of(row.collected_at) for row in rows if row.tiktok_video_id in videos}
    facts = VideoSnapshot.objects.filter(
        video_id__in=ids,
        source=Source.LEGACY,
        bucket_at__in=hours,
    )
    found = facts.values_list("video_id", "bucket_at", "fetched_at", *COUNTS)
    return {(ids[pk], hour): (at, tuple(counts)) for pk, hour, at, *counts in found}


def _account_readings(
    owners: dict[str, set[str]], rows: Sequence[LegacyRow]
) -> dict[tuple[str, datetime], Numbers]:
    telling = [row for row in rows if numbers_of(row)]
    moments = {row.collected_at for row in telling}
    named = ({row.handle, *owners.get(row.tiktok_video_id, ())} for row in telling)
    creators = Creator.objects.filter(handle__in=set[str]().union(*named))
    handles = dict(creators.values_list("pk", "handle"))
    facts = CreatorSnapshot.objects.filter(
        creator_id__in=handles,
        source=Source.LEGACY,
        bucket_at__in={day_of(moment) for moment in moments},
        fetched_at__in=moments,
    )
    found = facts.values_list("creator_id", "fetched_at", *NUMBERS.values())
    return {
        (handles[pk], at): dict(zip(NUMBERS, numbers, strict=True)) for pk, at, *numbers in found
    }


def _renamed(handles: Collection[str]) -> dict[str, str]:
    """The handle that an account has now, by one of these that it had once, or that it has at TikTok while another has it here."""
    former = FormerHandle.objects.filter(handle__in=handles).order_by("left_at", "pk")
    now = dict(former.values_list("handle", "creator__handle"))
    disputed = Creator.objects.filter(Q(disputed_handle__in=handles) & ~Q(disputed_handle=""))
    return now | dict(disputed.values_list("disputed_handle", "handle"))


def judged(
    rows: Sequence[LegacyRow], known: Known, confirmed: Collection[str]
) -> tuple[list[LegacyRow], list[RefusedRow]]:
    """The rows that may be kept, with their accounts' handles, and those that may not. `confirmed`: handles that somebody has
    said mean who has them now."""
    kept, refused, met = [], [], _Met(known, confirmed)
    for row in rows:
        owned = replace(row, handle=met.owner(row)) if not row.handle else row
        reason = next(met.reasons(owned), "")
        if reason:
            refused.append(RefusedRow(row.line, reason))
        else:
            met.keep(owned)
            kept.append(owned)
    return kept, refused


class _Met:
    """The facts that rows have met so far: those known before, and the rows above."""

    def __init__(self, known: Known, confirmed: Collection[str]) -> None:
        self.known, self.confirmed = known, confirmed
        # By account or post, moment and name of a number: the number, and the line above that told it.
        self.given: dict[tuple[str, datetime, str], tuple[float | None, int]] = {}

    def owner(self, row: LegacyRow) -> str:
        """The handle under which the post of a row that names no account is known, if there is one."""
        owners = self.known.owners.get(row.tiktok_video_id, set())
        return next(iter(owners)) if len(owners) == 1 else ""

    def reasons(self, row: LegacyRow) -> Iterator[str]:
        """Say what speaks against keeping a row."""
        post, handle, renamed = row.tiktok_video_id, row.handle, self.known.renamed
        if not handle:
            yield f"video_id {post} is not known here, and the row names no account"
        if handle in renamed and handle not in self.confirmed:
            yield (
                f"@{handle} is or was a name of the account that is @{renamed[handle]} here. Say in the mapping file whose the rows "
                f'are: "handles": {{"{handle}": "{renamed[handle]}"}}, or "{handle}" for an account of its own'
            )
        owners = self.known.owners.get(post, set()) if post else set()
        if owners and handle not in owners:
            yield f"video_id {post} is known as a post of @{min(owners)}, the row names @{handle}"
        if post:
            yield from self._contradictions_of_post(row)
        yield from self._contradictions(row)

    def _contradictions_of_post(self, row: LegacyRow) -> Iterator[str]:
        post, counts = row.tiktok_video_id, counts_of(row)
        for name, count in zip(OF_POSTS, counts, strict=True):
            given, line = self.given.get((post, row.collected_at, name), (count, 0))
            if count not in {None, given}:
                yield f"line {line} has other numbers of video_id {post} for the same moment"
        at, earlier = self.known.reading_of(row)
        if at == row.collected_at and merged(counts, earlier) != merged(earlier, counts):
            yield f"other numbers of video_id {post} are kept for the same moment"

    def _contradictions(self, row: LegacyRow) -> Iterator[str]:
        """Say which numbers of its account differ from those of the same moment."""
        kept = self.known.accounts.get((row.handle, row.collected_at), {})
        for name, number in numbers_of(row).items():
            given, line = self.given.get((row.handle, row.collected_at, name), (number, 0))
            if given != number:
                yield f"line {line} has another number in {name} of @{row.handle} for the same moment"
            if kept.get(name) not in {None, number}:
                yield f"another number in {name} of @{row.handle} is kept for the same moment"

    def keep(self, row: LegacyRow) -> None:
        if row.tiktok_video_id:
            self.known.owners.setdefault(row.tiktok_video_id, set()).add(row.handle)
            for name, count in zip(OF_POSTS, counts_of(row), strict=True):
                if count is not None:
                    key = (row.tiktok_video_id, row.collected_at, name)
                    self.given.setdefault(key, (count, row.line))
        for name, number in numbers_of(row).items():
            self.given.setdefault((row.handle, row.collected_at, name), (number, row.line))
