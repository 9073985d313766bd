"""Rows of an installation of the old source, understood or refused: posts with their account's numbers, or accounts alone.

Counts come as the old source showed them (`541.2K`, `1.9M`, `2870`), fields may be empty, text is in any script. A row that
cannot be understood, or that contradicts itself, is refused with its line and reason. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

from tiktok.policies import made_at
from tiktok.services.legacy.columns import HANDLE, NUMBERS, moment_in
from ui.numbers import NotACount, read_count, read_number

VIDEO_ID = re.compile(r"[0-9]{6,19}")
HOSTS = {"www.tiktok.com", "tiktok.com", "m.tiktok.com"}
LONGEST_CAPTION, LONGEST_NAME = 10_000, 200
LONGEST_URL, LONGEST_IMAGE, LONGEST_CAMPAIGN = 500, 1_000, 120
FIRST_TIKTOK_YEAR = 2014
UNKNOWN = datetime(FIRST_TIKTOK_YEAR - 1, 1, 1, tzinfo=UTC)  # before any time that a row can tell
# How far a post's time may lie from its id's: before it by a time zone and a day without its hour, after it where the post
# was planned (up to a month ahead).
EARLIER, LATER = timedelta(days=2), timedelta(days=31)


@dataclass(frozen=True, slots=True)
class LegacyRow:
    """One row: a post, its account, or both, as the old source saw them at `collected_at` (UTC; UNKNOWN for a row that tells no
    time, and so no numbers). Absent is None or empty.

    Without `tiktok_video_id` it is about an account; without `handle`, about a post whose account is known. Rates are
    fractions. `campaign`: None where the file has no such column. `image` and `account_image`: a path or an address.
    """

    line: int
    handle: str
    collected_at: datetime
    display_name: str = ""
    followers: int | None = None
    account_likes: int | None = None
    account_videos: int | None = None
    engagement_rate: float | None = None
    account_image: str = ""
    tiktok_video_id: str = ""
    url: str = ""
    caption: str = ""
    posted_at: datetime | None = None
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    image: str = ""
    campaign: str | None = None

    @property
    def seen_at(self) -> datetime:
        """The time of the row; of a post whose row tells none the time at which it was posted: it was seen no earlier."""
        if self.collected_at == UNKNOWN and self.posted_at is not None:
            return self.posted_at
        return self.collected_at


@dataclass(frozen=True, slots=True)
class RefusedRow:
    line: int
    reason: str


class _Unreadable(ValueError):
    """One row's problem, in words."""


@dataclass(frozen=True)
class Reading:
    """How rows are read: as of which moment, the decimal marks that each column of counts proves, and handles by the file's.

    `collected_at`: the time of rows that tell none, if the mapping names one. `has_percentages`: rates without a sign above 1
    stand in the file.
    """

    now: datetime
    proven: Mapping[str, set[str]]
    handles: Mapping[str, str]
    collected_at: str = ""
    has_percentages: bool = False

    def understand(self, line: int, row: Mapping[str, str]) -> LegacyRow | RefusedRow:
        """A row, given as text by field, understood or refused."""
        try:
            for name, text in row.items():
                _check_text(name, text)
            return self._understood(line, row)
        except _Unreadable as problem:
            return RefusedRow(line, str(problem))

    def _understood(self, line: int, row: Mapping[str, str]) -> LegacyRow:
        handle, video_id, url = self._identity(row)
        if not (handle or video_id):
            raise _Unreadable("names neither an account nor a post")
        followers, account_likes, account_videos = (
            self._count(name, row) for name in ("followers", "account_likes", "account_videos")
        )
        views, likes, comments, shares = (
            self._count(name, row) for name in ("views", "likes", "comments", "shares")
        )
        rate = self._rate(row)
        return LegacyRow(
            line=line,
            handle=handle,
            collected_at=self._collected_at(row),
            display_name=row.get("display_name", "")[:LONGEST_NAME],
            followers=followers,
            account_likes=account_likes,
            account_videos=account_videos,
            engagement_rate=rate,
            account_image=_image("account_image", row),
            tiktok_video_id=video_id,
            url=url,
            caption=row.get("caption", "")[:LONGEST_CAPTION],
            posted_at=self._posted_at(row, video_id),
            views=views,
            likes=likes,
            comments=comments,
            shares=shares,
            image=_image("image", row),
            campaign=_campaign(row),
        )

    def _identity(self, row: Mapping[str, str]) -> tuple[str, str, str]:
        """Handle, video id and address: what one of them leaves out, another may tell. Refused where they contradict each other."""
        handle, video_id, url = (row.get(name, "") for name in ("handle", "video_id", "url"))
        handle = handle.removeprefix("@")
        if handle and not HANDLE.fullmatch(handle):
            raise _Unreadable(f"handle “{handle[:40]}” is not a TikTok handle")
        if video_id and not VIDEO_ID.fullmatch(video_id):
            raise _Unreadable(f"video_id “{video_id[:40]}” is not a TikTok video id")
        handle, (account, post) = handle.lower(), _named_by(url) if url else (None, None)
        if handle and account not in {None, handle}:
            raise _Unreadable(f"handle “{handle}” and url name two accounts")
        if video_id and post not in {None, video_id}:
            raise _Unreadable(f"video_id {video_id} and url name two videos")
        if video_id and post is None:
            _refuse_rounded(video_id)
        handle, video_id = handle or account or "", video_id or post or ""
        if not (
            HANDLE.fullmatch(handle or "of_a_known_post")
            and VIDEO_ID.fullmatch(video_id or "0" * 6)
        ):
            raise _Unreadable(f"url “{url[:60]}” names no account or video that TikTok could have")
        handle = self.handles.get(handle, handle)
        if video_id and handle and not url:
            url = f"https://www.tiktok.com/@{handle}/video/{video_id}"
        return handle, video_id, url

    def _count(self, name: str, row: Mapping[str, str]) -> int | None:
        """`541.2K` → 541200, `` → None."""
        text = row.get(name, "")
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) < 16:
            return int(text)
        try:
            return read_count(text, self.proven.get(name, set()))
        except NotACount as problem:
            raise _Unreadable(f"{name} “{text[:40]}” {problem}") from None

    def _rate(self, row: Mapping[str, str]) -> float | None:
        """`4.2%` → 0.042, `0.042` → 0.042. Above 1, and beside such rates, it must say that it is a percentage."""
        text = row.get("engagement_rate", "")
        if not text:
            return None
        plain = text.removesuffix("%").strip()
        try:
            rate = float(read_number(plain, self.proven.get("engagement_rate", set())))
        except NotACount as problem:
            raise _Unreadable(f"engagement_rate “{text[:40]}” {problem}") from None
        if plain != text:
            return rate / 100
        if not 0 <= rate <= 1:
            raise _Unreadable(f"engagement_rate “{text[:40]}” is no fraction. Write 4.2% or 0.042")
        if rate and self.has_percentages:
            raise _Unreadable(
                f"engagement_rate “{text[:40]}” may be a percentage, as others of its column are. Write 4.2% or 0.042"
            )
        return rate

    def _collected_at(self, row: Mapping[str, str]) -> datetime:
        """Numbers without a time are no reading; of texts it need not be known, so that any row with a time counts before them."""
        given = row.get("collected_at") or self.collected_at
        if moment := self._moment("collected_at", {"collected_at": given}):
            return moment
        if any(row.get(name) for name in NUMBERS):
            raise _Unreadable(
                "has numbers, and no collected_at says when they were seen. Fill it in, or name one time for the whole file in the "
                'mapping file: "collected_at": "2025-05-22"'
            )
        return UNKNOWN

    def _moment(self, name: str, row: Mapping[str, str]) -> datetime | None:
        """`2025-05-01 12:01:30`, in UTC, or seconds since 1970; empty → None."""
        text = row.get(name, "")
        if not text:
            return None
        try:
            moment = moment_in(text)
        except (ValueError, OverflowError):
            raise _Unreadable(
                f"{name} “{text[:40]}” is not a time like 2025-05-01 12:01:30"
            ) from None
        return self._possible(f"{name} “{text[:40]}”", moment)

    def _posted_at(self, row: Mapping[str, str], video_id: str) -> datetime | None:
        """As the row says, else as the id: TikTok's ids carry the second of their making in the upper 32 bits."""
        if not video_id:
            return None
        made = made_at(video_id)
        if said := self._moment("posted_at", row):
            if made and not made - EARLIER <= said <= made + LATER:
                raise _Unreadable(
                    f"posted_at “{row['posted_at'][:40]}” lies far from {made:%Y-%m-%d}, the day in video_id {video_id}. Where it is the "
                    "time of the numbers, call the column collected_at"
                )
            return said
        moment = datetime.fromtimestamp(int(video_id) >> 32, tz=UTC)
        return self._possible(f"posted_at is empty, and the time in video_id {video_id}", moment)

    def _possible(self, what: str, moment: datetime) -> datetime:
        if moment.year < FIRST_TIKTOK_YEAR:
            raise _Unreadable(f"{what} is before TikTok existed")
        if moment > self.now + timedelta(days=1):  # the export may be of another time zone
            raise _Unreadable(f"{what} lies in the future")
        return moment


def is_percentage(rate: str) -> bool:
    """Must a rate that is written like this, without a sign, be in percentage points?"""
    try:
        return read_number(rate, {"."}) > 1
    except NotACount:
        return False


def _check_text(name: str, text: str) -> None:
    if text.isascii():
        if "\0" in text:
            raise _Unreadable(f"{name} contains a NUL character")
        return
    try:
        is_whole = "\0" not in text and bool(text.encode())
    except UnicodeEncodeError:
        is_whole = False
    if not is_whole:
        raise _Unreadable(f"{name} contains a NUL or half a character")


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


def _image(name: str, row: Mapping[str, str]) -> str:
    text = row.get(name, "")
    if len(text) > LONGEST_IMAGE:
        raise _Unreadable(f"{name} “{text[:60]}” is longer than {LONGEST_IMAGE:,} characters")
    return text


def _campaign(row: Mapping[str, str]) -> str | None:
    text = row.get("campaign")
    if text and len(text) > LONGEST_CAMPAIGN:
        raise _Unreadable(f"campaign “{text[:60]}” is longer than {LONGEST_CAMPAIGN} characters")
    return text
