"""Moves of participants, and the state that an order brings them to."""

from __future__ import annotations

from collections.abc import Collection

from campaigns.enums import OrderState, ParticipantState
from campaigns.policies.orders import OPEN_STATES, SETTLED_STATES
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
# Work is left to do for such an order.
UNFINISHED = frozenset({*OPEN_STATES, OrderState.REJECTED})
_WAY = (
    ParticipantState.PROPOSED, ParticipantState.BRIEFED, ParticipantState.DECLINED, ParticipantState.AGREED,
    ParticipantState.POSTING, ParticipantState.DONE,
)  # fmt: skip


def state_after(
    current: str, order_state: str, *, others: Collection[str], leads_back: bool = False
) -> ParticipantState | None:
    """The state that an order's move brings its participant to; None: they stay. `others`: the states of their other orders in
    the campaign.

    Nobody is done while an order of theirs is unfinished, and whoever has done one is done when the last of the others is
    called off. It leads back from done alone: when a video is rejected, or an order begins anew (`leads_back`). One who
    declined is won again by accepting alone.
    """
    is_unfinished = not UNFINISHED.isdisjoint(others)
    if current == ParticipantState.DONE and order_state in UNFINISHED:
        is_back = leads_back or order_state == OrderState.REJECTED
        return ParticipantState.POSTING if is_back else None
    target = BY_ORDER.get(order_state)
    if order_state in SETTLED_STATES and OrderState.FULFILLED in others:
        target = ParticipantState.DONE
    if target == ParticipantState.DONE and is_unfinished:
        target = ParticipantState.POSTING
    return target if target and _WAY.index(target) > _WAY.index(current) else None
