"""Predicates and words about accounts, over loaded facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache

from tiktok.availability import NOT_TRACKED
from tiktok.enums import AccountKind, MarketplaceStatus

OUTSIDE = frozenset({MarketplaceStatus.NOT_IN, MarketplaceStatus.UNKNOWN})
INVITE_AGAIN_AFTER = timedelta(days=7)


@dataclass(frozen=True, eq=False)
class Label:
    """A label of an account: its words, the kind of badge, and what it means. Each is one object, found by a list quickly."""

    text: str
    kind: str
    title: str


GRAVITY = ("tiktok", "neutral", "success", "info", "warning", "danger")
MARKETPLACE = Label("Marketplace", "tiktok", "In TikTok's Creator Marketplace.")
NON_TTCM = Label("Non-TTCM", "neutral", "Not in TikTok's Creator Marketplace.")
AUTHENTICATED = Label(
    "Authenticated", "success", "The creator lets your organization see this account's own data."
)
NOT_AUTHENTICATED = Label(
    "Not authenticated", "neutral", "The creator has not connected this account."
)
INVITED = Label("Invited", "info", "Invited to TikTok's Creator Marketplace; looked up daily.")
RECONNECT_NEEDED = Label(
    "Reconnect needed", "warning", "The creator's authorization at TikTok has ended."
)
UNSUPPORTED = Label("Unsupported", "danger", NOT_TRACKED)
OLD_SOURCE = Label(
    "Old data source", "neutral", "These numbers come from the old data source until the cut-over."
)


# What a list says of an account beside its marketplace: the first of these that is true.
STATES = (RECONNECT_NEEDED, AUTHENTICATED, INVITED, UNSUPPORTED, NOT_AUTHENTICATED)
NOT_YET = (INVITED, NOT_AUTHENTICATED)
ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Badge:
    """A label with a dot: full where the account is, or was, connected or refused; a ring where that is to come."""

    text: str
    kind: str
    title: str
    is_half: bool = False


def account_labels(
    kind: AccountKind, status: str, *, invited_at: datetime | None, needs_reconnect: bool
) -> tuple[Label, ...]:
    """The labels of a TikTok account, in the order they are shown."""
    return _labels(kind, status, is_invited(status, invited_at), needs_reconnect)


@cache
def _labels(
    kind: AccountKind, status: str, was_invited: bool, needs_reconnect: bool
) -> tuple[Label, ...]:
    if kind == AccountKind.LEGACY:
        return (OLD_SOURCE,)
    is_authenticated = kind in {
        AccountKind.AUTHENTICATED_TTCM,
        AccountKind.AUTHENTICATED_NON_TTCM,
    }
    shown = (
        (MARKETPLACE, status == MarketplaceStatus.IN),
        (NON_TTCM, status != MarketplaceStatus.IN),
        (AUTHENTICATED, is_authenticated),
        (NOT_AUTHENTICATED, not is_authenticated),
        (INVITED, was_invited),
        (RECONNECT_NEEDED, needs_reconnect),
        (UNSUPPORTED, kind == AccountKind.UNSUPPORTED),
    )
    return tuple(label for label, is_true in shown if is_true)


def account_status(
    labels: Sequence[Label], ends_at: datetime | None, *, is_authenticated: bool
) -> Badge:
    """All labels of an account as one: its kind, its state and the date of what comes next.

    The gravest of the labels gives the kind of badge.
    """
    words = [label.text for label in labels]
    if is_authenticated and ends_at is not None:
        words[words.index(AUTHENTICATED.text)] += f" until {ends_at.day} {ends_at:%b %Y}"
    gravest = max(labels, key=lambda label: GRAVITY.index(label.kind))
    title = " ".join(label.title for label in labels)
    state = next((each for each in STATES if each in labels), None)
    return Badge(" · ".join(words), gravest.kind, title, is_half=state in NOT_YET)


def ends_soon(ends_at: datetime, now: datetime) -> datetime | None:
    """The end of a creator's permission, if it is within a month."""
    return ends_at if ends_at < now + ENDS_SOON else None


@lru_cache(maxsize=500)
def badge_in_list(labels: tuple[Label, ...], ends_at: datetime | None = None) -> Badge:
    """The labels of an account as one badge with two words: is it in the marketplace, and what matters most beside that.

    Its title says all of them. `ends_at`: when an authenticated account's permission ends, if that is soon.
    """
    title = " ".join(label.title for label in labels)
    first, state = labels[0], next((each for each in STATES if each in labels), None)
    if state is None:
        return Badge(first.text, first.kind, title)
    text, kind = state.text, state.kind
    if state is AUTHENTICATED and ends_at is not None:
        text, kind = f"Ends {ends_at.day} {ends_at:%b}", "warning"
    return Badge(f"{first.text} · {text}", kind, title, is_half=state in NOT_YET)


def is_invited(status: str, invited_at: datetime | None) -> bool:
    """Was the account invited, and has not joined? By TikTok's word, or, where it has none for that, by ours."""
    was_asked = invited_at is not None and status in OUTSIDE
    return was_asked or status == MarketplaceStatus.INVITED


def was_invited_lately(invited_at: datetime | None, now: datetime) -> bool:
    """Is it too early to invite the account again?"""
    return invited_at is not None and invited_at > now - INVITE_AGAIN_AFTER


def may_be_invited(
    kind: AccountKind, status: str, invited_at: datetime | None, now: datetime
) -> bool:
    """Is there any use in inviting this account to the marketplace, the first time or after a week again?"""
    is_outside = kind != AccountKind.LEGACY and status in OUTSIDE
    return is_outside and not was_invited_lately(invited_at, now)
