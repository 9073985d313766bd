"""Predicates about TikTok accounts, over loaded facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from tiktok.enums import AccountKind, Dialect, MarketplaceStatus, PostTie

FIRST_SECOND = datetime(2016, 9, 1, tzinfo=UTC).timestamp()
EXPIRES = re.compile(r"[?&]x-expires=(\d{1,12})(?:&|$)")  # in the addresses of TikTok's pictures
# One market is enough to be in, or to be invited; nobody is unknown to TikTok whom one of its markets knows.
WEIGHTIEST_FIRST = (
    MarketplaceStatus.IN, MarketplaceStatus.INVITED, MarketplaceStatus.NOT_IN, MarketplaceStatus.INVALID,
    MarketplaceStatus.UNKNOWN,
)  # fmt: skip
WARN_DAYS = (14, 7, 1)  # ahead of the day on which TikTok asks the creator again


@cache
def account_kind(status: str, *, is_authenticated: bool, is_released: bool) -> AccountKind:
    """The kind of an account for one organization (`legacy` for all before its cut-over)."""
    if not is_released:
        return AccountKind.LEGACY
    if status == MarketplaceStatus.IN:
        return (
            AccountKind.AUTHENTICATED_TTCM
            if is_authenticated
            else AccountKind.NOT_AUTHENTICATED_TTCM
        )
    return AccountKind.AUTHENTICATED_NON_TTCM if is_authenticated else AccountKind.UNSUPPORTED


def rolled_up(statuses: Iterable[str]) -> MarketplaceStatus:
    """The status of a creator for the organization, from what its marketplace accounts were answered."""
    answers = map(MarketplaceStatus, statuses)
    return min(answers, key=WEIGHTIEST_FIRST.index, default=MarketplaceStatus.UNKNOWN)


def is_supported(kind: AccountKind) -> bool:
    """May this account be tracked?"""
    return kind not in {AccountKind.UNSUPPORTED, AccountKind.LEGACY}


def warning_due(left: timedelta, warned_days: int | None) -> int | None:
    """The warning mail that is due when so much time is left and the last one was sent `warned_days` ahead; the nearest only."""
    if left <= timedelta(0):
        return None
    reached = [days for days in WARN_DAYS if left <= timedelta(days=days)]
    nearest = min(reached, default=None)
    if nearest is None or (warned_days is not None and warned_days <= nearest):
        return None
    return nearest


def may_be_added_by_staff(status: str) -> bool:
    """Only marketplace accounts may be added without their influencer."""
    return status == MarketplaceStatus.IN


def post_tie(*, has_order: bool, is_authenticated: bool) -> PostTie:
    """The column of the post matrix that applies."""
    if has_order:
        return PostTie.ORDER
    return PostTie.AUTHENTICATED if is_authenticated else PostTie.NOT_AUTHENTICATED


def made_at(video_id: str) -> datetime | None:
    """The second that TikTok's ids carry in their upper 32 bits; None where it is no time TikTok existed at."""
    seconds = int(video_id) >> 32 if video_id.isascii() and video_id.isdigit() else 0
    return datetime.fromtimestamp(seconds, UTC) if FIRST_SECOND <= seconds < 2**32 else None


def finds_lost_orders(dialect: str) -> bool:
    """Does TikTok keep a reference of ours, by which orders are found again whose making was never confirmed?

    In `tto` the name of the campaign; in `ttcm` only a person who sees the campaign code at TikTok can tell.
    """
    return dialect == Dialect.TTO


MOST_COUNT = 10**12  # a hundred times what TikTok's most seen video has
# Bounds that nothing true goes beyond; of every other number, MOST_COUNT.
MOST = {
    "completion_rate": 1.001,
    "video_completion_rate": 1.001,
    "average_play_time": 86_400,  # seconds; TikTok's longest video has an hour
    "total_play_time": MOST_COUNT * 3_600,
}


def absurd_numbers(numbers: Mapping[str, float | None]) -> set[str]:
    """Names of those numbers of one sync that cannot be true, whatever happened; not of those that merely surprise.

    A number is absurd below 0 and beyond its bound; likes and reach beyond views, since a like and a viewer need a view
    (counted by different clocks: twice as many and a thousand are let pass); a rate of engagement above 1 unless the
    counts say so, too (three friends may comment ten times).
    """
    known = {name: number for name, number in numbers.items() if number is not None}
    absurd = {n for n, number in known.items() if not 0 <= number <= MOST.get(n, MOST_COUNT)}
    views = known.get("video_views", 0)
    if "video_views" in known:
        absurd |= {n for n in ("likes", "reach") if known.get(n, 0) > 2 * views + 1_000}
    engaged = sum(known.get(n, 0) for n in ("likes", "comments", "shares"))
    if known.get("engagement_rate", 0) > 1.001 and (not views or engaged < views):
        absurd.add("engagement_rate")
    return absurd


def still_answers(address: str, now: datetime) -> bool:
    """Has this address of a picture at TikTok not expired yet? One that does not say so has not."""
    expires = EXPIRES.search(address)
    return expires is None or int(expires[1]) > now.timestamp()
