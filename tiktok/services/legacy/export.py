"""Reading the export of the old source: a CSV of posts with the account's numbers beside them.

Counts come as the old source showed them (`541.2K`, `1.9M`, `2870`), fields may be empty, text is in any script. A file
that is not such an export is refused as a whole; a row that cannot be understood, or that contradicts itself, is refused
with its line and reason. Nothing is guessed.
Hashtags, duration and saves are read past: the product shows them nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tiktok.errors import NotALegacyExport
from tiktok.services.legacy.table import table
from ui.numbers import NotACount, proven_decimal_marks, read_count

COUNTS = ("followers", "views", "likes", "comments", "shares")
HANDLE = re.compile(r"[A-Za-z0-9._]{2,64}")
VIDEO_ID = re.compile(r"[0-9]{6,19}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
HOSTS = {"www.tiktok.com", "tiktok.com", "m.tiktok.com"}
LONGEST_CAPTION = 10_000
LONGEST_URL = 500
FIRST_TIKTOK_YEAR = 2014


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
class RefusedRow:
    line: int
    reason: str


class _Unreadable(ValueError):
    """One row's problem, in words."""


def read_export(path: Path, *, now: datetime) -> Iterator[LegacyPost | RefusedRow]:
    """Every row of the file, understood or refused. Raises NotALegacyExport, possibly after rows were yielded.

    The file is read twice: first for how its columns write numbers.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            if not file.seekable():
                raise NotALegacyExport("This is a stream. Save the export as a file first.")
            header, rows = table(file)
            proven = _proven_decimal_marks(header, rows)
            file.seek(0)
            _, rows = table(file)
            first_lines: dict[str, int] = {}
            for line, cells in rows:
                yield _read_row(header, cells, line, now, proven, first_lines)
    except OSError as error:
        raise NotALegacyExport(f"The file cannot be read: {error.strerror or error}.") from error


def _proven_decimal_marks(
    header: list[str], rows: Iterable[tuple[int, list[str]]]
) -> dict[str, set[str]]:
    """The decimal marks that each column of counts proves."""
    proven: dict[str, set[str]] = {name: set() for name in COUNTS}
    places = [(name, header.index(name)) for name in COUNTS if name in header]
    for _, cells in rows:
        if len(cells) == len(header):
            for name, place in places:
                proven[name] |= proven_decimal_marks([cells[place].strip()])
    return proven


def _read_row(
    header: list[str],
    cells: list[str],
    line: int,
    now: datetime,
    proven: dict[str, set[str]],
    first_lines: dict[str, int],
) -> LegacyPost | RefusedRow:
    try:
        if len(cells) != len(header):
            raise _Unreadable(f"has {len(cells)} columns instead of {len(header)}")
        row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        post = _understand(row, line, now, proven)
        first = first_lines.setdefault(post.tiktok_video_id, line)
        if first != line:
            raise _Unreadable(f"video_id {post.tiktok_video_id} stands on line {first} already")
    except _Unreadable as problem:
        return RefusedRow(line, str(problem))
    return post


def _understand(
    row: dict[str, str], line: int, now: datetime, proven: dict[str, set[str]]
) -> LegacyPost:
    handle = row["handle"].removeprefix("@")
    if not HANDLE.fullmatch(handle):
        raise _Unreadable(f"handle “{handle[:40]}” is not a TikTok handle")
    handle, video_id = handle.lower(), row["video_id"]
    if not VIDEO_ID.fullmatch(video_id):
        raise _Unreadable(f"video_id “{video_id[:40]}” is not a TikTok video id")
    if any("\0" in cell for cell in row.values()):
        raise _Unreadable("contains a NUL character")
    counts = {name: _count(name, row.get(name, ""), proven[name]) for name in COUNTS}
    return LegacyPost(
        line=line,
        handle=handle,
        followers=counts["followers"],
        tiktok_video_id=video_id,
        caption=row.get("caption", "")[:LONGEST_CAPTION],
        url=_url(row.get("url", ""), handle, video_id),
        posted_at=_moment("posted_at", row.get("posted_at", ""), now)
        or _moment_of_id(video_id, now),
        collected_at=_moment("collected_at", row.get("collected_at", ""), now) or now,
        views=counts["views"],
        likes=counts["likes"],
        comments=counts["comments"],
        shares=counts["shares"],
    )


def _count(name: str, text: str, proven: set[str]) -> int | None:
    """`541.2K` → 541200, `` → None."""
    try:
        return read_count(text, proven) if text else None
    except NotACount as problem:
        raise _Unreadable(f"{name} “{text[:40]}” {problem}") from None


def _moment(name: str, text: str, now: datetime) -> datetime | None:
    """`2025-05-01 12:01:30`, in UTC; empty → None."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text if MOMENT.fullmatch(text) else "")
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _Unreadable(f"{name} “{text[:40]}” is not a time like 2025-05-01 12:01:30") from None
    return _possible(f"{name} “{text[:40]}”", moment, now)


def _moment_of_id(video_id: str, now: datetime) -> datetime:
    """TikTok's ids carry the second of their making in the upper 32 bits."""
    moment = datetime.fromtimestamp(int(video_id) >> 32, tz=UTC)
    return _possible(f"posted_at is empty, and the time in video_id {video_id}", moment, now)


def _possible(what: str, moment: datetime, now: datetime) -> datetime:
    if moment.year < FIRST_TIKTOK_YEAR:
        raise _Unreadable(f"{what} is before TikTok existed")
    if moment > now + timedelta(days=1):  # the export may be of another time zone
        raise _Unreadable(f"{what} lies in the future")
    return moment


def _url(text: str, handle: str, video_id: str) -> str:
    """The post's address, or the one that it must have. An address that names another post or account is refused."""
    if not text:
        _refuse_rounded(video_id)
        return f"https://www.tiktok.com/@{handle}/video/{video_id}"
    account, post = _named_by(text)
    if account not in {None, handle}:
        raise _Unreadable(f"handle “{handle}” and url name two accounts")
    if post is None:
        _refuse_rounded(video_id)
    elif post != video_id:
        raise _Unreadable(f"video_id {video_id} and url name two videos")
    return text


def _named_by(address: str) -> tuple[str | None, str | None]:
    """The handle and the post's id in an address at TikTok, where it has them (a short link has neither)."""
    if len(address) > LONGEST_URL:
        raise _Unreadable(f"url “{address[:60]}” is longer than {LONGEST_URL} characters")
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme != "https"
        or parts.netloc.lower() not in HOSTS
        or not address.isprintable()
        or " " in address
    ):
        raise _Unreadable(f"url “{address[:60]}” is not an address at TikTok")
    path = unquote(parts.path)
    account, post = re.match(r"/@([^/]*)", path), re.search(r"/(?:video|photo|v)/([^/.]*)", path)
    return account and account[1].lower(), post and post[1]


def _refuse_rounded(video_id: str) -> None:
    """A spreadsheet keeps 15 digits of a number. Of true ids one in ten thousand ends so; its address proves it."""
    if len(video_id) > 15 and video_id[15:].strip("0") == "":
        raise _Unreadable(
            f"video_id {video_id} looks rounded by a spreadsheet, and no url says which video it is"
        )
