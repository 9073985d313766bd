"""Moves of participants, and the state that an order brings them to."""

from __future__ import annotations

from campaigns.enums import OrderState, ParticipantState
from tenancy.enums import Verb

# The same of a participant. Somebody may change their mind, and what was entered by mistake is put right step by step.
PARTICIPANT_MOVES: dict[str, frozenset[ParticipantState]] = {
    ParticipantState.PROPOSED: frozenset(
        {ParticipantState.BRIEFED, ParticipantState.AGREED, ParticipantState.DECLINED}
    ),
    ParticipantState.BRIEFED: frozenset(
        {ParticipantState.PROPOSED, ParticipantState.AGREED, ParticipantState.DECLINED}
    ),
    ParticipantState.AGREED: frozenset(
        {ParticipantState.BRIEFED, ParticipantState.DECLINED, ParticipantState.POSTING}
    ),
    ParticipantState.DECLINED: frozenset({ParticipantState.BRIEFED, ParticipantState.AGREED}),
    ParticipantState.POSTING: frozenset({ParticipantState.AGREED, ParticipantState.DONE}),
    ParticipantState.DONE: frozenset({ParticipantState.POSTING}),
}
AGREED_STATES = (ParticipantState.AGREED, ParticipantState.POSTING, ParticipantState.DONE)
COSTING_STATES = tuple(each for each in ParticipantState if each != ParticipantState.DECLINED)
PARTICIPANT_STEPS: dict[str, Verb] = {
    ParticipantState.PROPOSED: Verb.PARTICIPANT_PROPOSED,
    ParticipantState.BRIEFED: Verb.PARTICIPANT_BRIEFED,
    ParticipantState.AGREED: Verb.PARTICIPANT_AGREED,
    ParticipantState.DECLINED: Verb.PARTICIPANT_DECLINED,
    ParticipantState.POSTING: Verb.PARTICIPANT_POSTING,
    ParticipantState.DONE: Verb.PARTICIPANT_DONE,
}

# What the state of an order says of the participant whose it is, and the way that a participant goes.
BY_ORDER: dict[str, ParticipantState] = {
    OrderState.SENT: ParticipantState.BRIEFED,
    OrderState.OPENED: ParticipantState.BRIEFED,
    OrderState.ACCEPTED: ParticipantState.AGREED,
    OrderState.POSTING: ParticipantState.POSTING,
    OrderState.IN_REVIEW: ParticipantState.POSTING,
    OrderState.REJECTED: ParticipantState.POSTING,
    OrderState.FULFILLED: ParticipantState.DONE,
}
_WAY = (
    ParticipantState.PROPOSED, ParticipantState.BRIEFED, ParticipantState.DECLINED, ParticipantState.AGREED,
    ParticipantState.POSTING, ParticipantState.DONE,
)  # fmt: skip


def state_after(
    current: str, order_state: str, *, has_open_orders: bool
) -> ParticipantState | None:
    """The state that an order's move brings its participant to; None: they stay. It never leads back, and one who declined
    is won again by accepting alone. Nobody is done while another order of theirs in the campaign is open."""
    target = BY_ORDER.get(order_state)
    if target == ParticipantState.DONE and has_open_orders:
        target = ParticipantState.POSTING
    return target if target and _WAY.index(target) > _WAY.index(current) else None
