"""The one thing to do next about an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tiktok.availability import ASK_TO_AUTHENTICATE, INVITE_TO_MARKETPLACE, NOT_TRACKED

ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True)
class NextAction:
    """The next thing to do and why, in a sentence; `may_ask`, `may_invite`: the ways to do it."""

    title: str
    text: str = ""
    is_urgent: bool = False
    may_ask: bool = False
    may_invite: bool = False


def next_action(
    missing: Mapping[str, Sequence[str]],
    *,
    is_unsupported: bool,
    needs_reconnect: bool,
    ends_at: datetime | None,
    now: datetime,
) -> NextAction | None:
    """The most urgent of what can be done; None where nothing would bring more.

    `missing`: names of numbers that are not there, by the reason why.
    """
    if is_unsupported:
        return NextAction("Tracking has stopped.", NOT_TRACKED, True, may_ask=True, may_invite=True)
    if needs_reconnect:
        text = "The creator's authorization at TikTok has ended. Ask the creator to connect the account again."
        return NextAction("Reconnect needed.", text, True, may_ask=True)
    if ends_at is not None and now < ends_at < now + ENDS_SOON:
        title = f"The permission ends on {ends_at.day} {ends_at:%b}."
        text = "The numbers that need it stop then. Ask the creator to connect the account again."
        return NextAction(title, text, True, may_ask=True)
    return _for_more(missing.get(ASK_TO_AUTHENTICATE, ()), "Connect", may_ask=True) or _for_more(
        missing.get(INVITE_TO_MARKETPLACE, ()),
        "Invite to the Creator Marketplace",
        may_invite=True,
    )


def _for_more(
    names: Sequence[str], verb: str, *, may_ask: bool = False, may_invite: bool = False
) -> NextAction | None:
    if not names:
        return None
    count = f"{len(names)} more number{'s' if len(names) > 1 else ''}"
    listed = ", ".join(names[:-1]) + (" and " if names[:-1] else "") + names[-1]
    return NextAction(
        f"{verb} to see {count}:", f"{listed}.", may_ask=may_ask, may_invite=may_invite
    )
