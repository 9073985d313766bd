"""Reading the export of the old source: a CSV of posts with the account's numbers beside them.

Counts come as the old source showed them (`541.2K`, `1.9M`, `2870`), fields may be empty, text is in any script. A file
that is not such an export is refused as a whole; a row that cannot be understood is rejected with its line and reason.
Hashtags, duration and saves are read past: the product shows them nowhere.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

COLUMNS = (
    "handle", "followers", "video_id", "caption", "hashtags", "posted_at", "collected_at", "duration",
    "views", "likes", "comments", "shares", "saves", "url",
)  # fmt: skip
REQUIRED = {"handle", "video_id"}
COUNTS = ("followers", "views", "likes", "comments", "shares")
HANDLE = re.compile(r"[a-z0-9._]{2,64}")
VIDEO_ID = re.compile(r"[0-9]{6,19}")
COUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)([KMB]?)", re.IGNORECASE)
TIMES = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
BIGGEST_COUNT = 10**15
LONGEST_CAPTION = 10_000
FIRST_TIKTOK_YEAR = 2014


class NotALegacyExport(Exception):
    """The file as a whole cannot be read; the text says why and what to do. Nothing was imported."""


@dataclass(frozen=True)
class LegacyPost:
    """One row: a post and its account as the old source saw them at `collected_at` (UTC). Absent is None."""

    line: int
    handle: str
    followers: int | None
    tiktok_video_id: str
    caption: str
    posted_at: datetime
    collected_at: datetime
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    url: str


@dataclass(frozen=True)
class RejectedRow:
    line: int
    reason: str


class _Unreadable(ValueError):
    """One row's problem, in words."""


def read_export(path: Path, *, now: datetime) -> Iterator[LegacyPost | RejectedRow]:
    """Every row of the file, understood or rejected. Raises NotALegacyExport, possibly after rows were yielded."""
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = _header(next(reader, []))
            first_lines: dict[str, int] = {}
            line = reader.line_num + 1
            for cells in reader:
                if cells:
                    yield _read_row(header, cells, line, now, first_lines)
                line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise NotALegacyExport(
            f"Near line {line} the file is not UTF-8 text. Save the export as “CSV UTF-8” and import it again."
        ) from error
    except csv.Error as error:
        raise NotALegacyExport(
            f"Line {line} is not well-formed CSV ({error}). Export the file again, or mend that line."
        ) from error
    except OSError as error:
        raise NotALegacyExport(f"The file cannot be read: {error.strerror or error}.") from error


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if not any(names):
        raise NotALegacyExport("The file is empty. An export begins with a line of column names.")
    unknown = [name for name in names if name not in COLUMNS]
    missing = sorted(REQUIRED - set(names))
    if unknown or missing or len(set(names)) != len(names):
        problem = (
            f"unknown column “{unknown[0][:60]}”" if unknown
            else f"column “{missing[0]}” is missing" if missing
            else "a column stands twice"
        )  # fmt: skip
        raise NotALegacyExport(
            f"This is not an export of the old source: {problem}. Expected columns, separated by commas: {', '.join(COLUMNS)}."
        )
    return names


def _read_row(
    header: list[str], cells: list[str], line: int, now: datetime, first_lines: dict[str, int]
) -> LegacyPost | RejectedRow:
    try:
        if len(cells) != len(header):
            raise _Unreadable(f"has {len(cells)} columns instead of {len(header)}")
        post = _understand(
            dict(zip(header, (cell.strip() for cell in cells), strict=True)), line, now
        )
        first = first_lines.setdefault(post.tiktok_video_id, line)
        if first != line:
            raise _Unreadable(f"video_id {post.tiktok_video_id} stands on line {first} already")
    except _Unreadable as problem:
        return RejectedRow(line, str(problem))
    return post


def _understand(row: dict[str, str], line: int, now: datetime) -> LegacyPost:
    handle = row["handle"].removeprefix("@").lower()
    if not HANDLE.fullmatch(handle):
        raise _Unreadable(f"handle “{handle[:40]}” is not a TikTok handle")
    video_id = row["video_id"]
    if not VIDEO_ID.fullmatch(video_id):
        raise _Unreadable(f"video_id “{video_id[:40]}” is not a TikTok video id")
    if any("\0" in cell for cell in row.values()):
        raise _Unreadable("contains a NUL character")
    counts = {name: _count(name, row.get(name, "")) for name in COUNTS}
    return LegacyPost(
        line=line,
        handle=handle,
        followers=counts["followers"],
        tiktok_video_id=video_id,
        caption=row.get("caption", "")[:LONGEST_CAPTION],
        posted_at=_moment("posted_at", row.get("posted_at", ""), now) or _moment_of_id(video_id),
        collected_at=_moment("collected_at", row.get("collected_at", ""), now) or now,
        views=counts["views"],
        likes=counts["likes"],
        comments=counts["comments"],
        shares=counts["shares"],
        url=_url(row.get("url", ""), handle, video_id),
    )


def _count(name: str, text: str) -> int | None:
    """`541.2K` → 541200, `` → None."""
    if not text:
        return None
    match = COUNT.fullmatch(text)
    if not match:
        raise _Unreadable(f"{name} “{text[:40]}” is not a count")
    try:
        value = int(Decimal(match[1].replace(",", "")) * TIMES[match[2].upper()])
    except InvalidOperation:
        raise _Unreadable(f"{name} “{text[:40]}” is not a count") from None
    if value > BIGGEST_COUNT:
        raise _Unreadable(f"{name} “{text[:40]}” is too large to be a count")
    return value


def _moment(name: str, text: str, now: datetime) -> datetime | None:
    """`2025-05-01 12:01:30`, in UTC; empty → None."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _Unreadable(f"{name} “{text[:40]}” is not a time like 2025-05-01 12:01:30") from None
    if moment.year < FIRST_TIKTOK_YEAR:
        raise _Unreadable(f"{name} “{text[:40]}” is before TikTok existed")
    if moment > now + timedelta(days=1):  # the export may be of another time zone
        raise _Unreadable(f"{name} “{text[:40]}” lies in the future")
    return moment


def _moment_of_id(video_id: str) -> datetime:
    """TikTok's ids carry the second of their making in the upper 32 bits."""
    return datetime.fromtimestamp(int(video_id) >> 32, tz=UTC)


def _url(text: str, handle: str, video_id: str) -> str:
    if text and not text.startswith(
        ("https://www.tiktok.com/", "https://tiktok.com/", "https://m.tiktok.com/")
    ):
        raise _Unreadable(f"url “{text[:60]}” is not an address at TikTok")
    return text[:500] or f"https://www.tiktok.com/@{handle}/video/{video_id}"
