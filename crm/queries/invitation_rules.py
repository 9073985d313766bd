"""The filter of the list by invitations to connect TikTok."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from crm.enums import ConnectState
from crm.models import ConnectInvitation
from crm.policies.filters import Condition, Field, Values
from crm.queries.fields import Rule, hung, register_rule
from mail.enums import MessageState
from tiktok.queries import active_consents

DELIVERED = "delivered"
ARRIVED = (MessageState.SENT, MessageState.DELIVERED)
STATES = {**dict(ConnectState.choices), DELIVERED: "Delivered, not opened"}


def _state(condition: Condition) -> Q:
    found = Q(state__in=set(condition.values) - {ConnectState.CONNECTED})
    if ConnectState.CONNECTED in condition.values:  # and has not stopped sharing since
        shared = active_consents().filter(
            creator__handle=OuterRef("handle"), connection__person=OuterRef("influencer__person")
        )
        found |= Q(Exists(shared), state=ConnectState.CONNECTED)
    if DELIVERED in condition.values:
        found |= Q(state=ConnectState.ASKED, message__state__in=ARRIVED)
    return found


def register_invitation_rule() -> None:
    """Make the field known; who was never asked has no value."""
    shape = Field("invitation", "Invitation to connect", Values.CHOICE, STATES)
    register_rule(Rule(shape, *hung(ConnectInvitation.objects.all, _state)))
