"""The consequences of a creator's answer to an invitation to connect TikTok."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from crm.enums import ConnectState
from crm.errors import NotToBeAsked

if TYPE_CHECKING:
    from crm.models import ConnectInvitation

OPEN_STATES = frozenset({ConnectState.ASKED, ConnectState.OPENED})
MONTHS_LATER = 3
# Of two invitations about the same account one is kept: a no before all, and one that waits before one that is over.
HEEDED = (
    ConnectState.DECLINED,
    ConnectState.LATER,
    ConnectState.CONNECTED,
    ConnectState.OPENED,
    ConnectState.ASKED,
    ConnectState.STOPPED,
)


def refuse_asking(invitation: ConnectInvitation, today: date) -> None:
    """Raises NotToBeAsked for who said no, and for who wants to be asked on a later day."""
    if invitation.state == ConnectState.DECLINED:
        raise NotToBeAsked(invitation.handle)
    again = invitation.ask_again_on
    if invitation.state == ConnectState.LATER and again is not None and again > today:
        raise NotToBeAsked(invitation.handle, again)


def may_answer(state: str) -> bool:
    """Does it wait for an answer, now or on a later day? An invitation that was stopped asks nothing."""
    return state in OPEN_STATES | {ConnectState.LATER}


def by_heed(invitation: ConnectInvitation) -> tuple[int, bool]:
    """The rank of an invitation among those about the same account, the first of which is kept."""
    return (HEEDED.index(ConnectState(invitation.state)), invitation.reported_at is None)
