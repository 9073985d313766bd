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


def refuse_asking(invitation: ConnectInvitation, today: date) -> None:
    """Raises NotToBeAsked for who said no, and for who wants to be asked on a later day."""
    if invitation.state == ConnectState.DECLINED:
        raise NotToBeAsked(invitation.handle)
    again = invitation.ask_again_on
    if invitation.state == ConnectState.LATER and again is not None and again > today:
        raise NotToBeAsked(invitation.handle, again)


def may_answer(state: str) -> bool:
    """Can a no be said now? Whoever has connected stops sharing instead; an invitation that was stopped asks nothing."""
    return state in OPEN_STATES | {ConnectState.LATER}
