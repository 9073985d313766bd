"""Moves of orders, and what may be said and mailed about one, over loaded facts."""

from __future__ import annotations

from collections.abc import Collection

from campaigns.enums import UNPUBLISHED, OrderState, ReplyKind
from tenancy.enums import Verb

PLACES_PER_CODE = 200  # creators who may accept under one campaign code
OPEN_STATES = (
    OrderState.CREATING, OrderState.CREATED, OrderState.SENT, OrderState.OPENED, OrderState.ACCEPTED,
    OrderState.POSTING, OrderState.IN_REVIEW,
)  # fmt: skip
SETTLED_STATES = frozenset({OrderState.FAILED, OrderState.CANCELLED})
# TikTok is not asked about these. A cancelled order lives on there: its creator may publish all the same.
UNTRACKED_STATES = frozenset({OrderState.FAILED})
PUBLISHED_ALL_THE_SAME = (
    "A video was published although the order is cancelled. Its numbers are tracked."
)
BEFORE_VIDEOS = frozenset({OrderState.CREATED, OrderState.SENT, OrderState.OPENED})
_WITH_VIDEOS = frozenset(
    {OrderState.POSTING, OrderState.IN_REVIEW, OrderState.FULFILLED, OrderState.REJECTED}
)
_FROM_VIDEOS = _WITH_VIDEOS | {OrderState.ACCEPTED}

# From a state to the states an order may go to. Videos come, go and are reviewed again, so their states lead to each
# other; nothing leads back to before TikTok knew the order.
MOVES: dict[str, frozenset[OrderState]] = {
    OrderState.DRAFT: frozenset({OrderState.CREATING, OrderState.CANCELLED}),
    OrderState.CREATING: frozenset({OrderState.CREATED, OrderState.FAILED, OrderState.CANCELLED}),
    OrderState.CREATED: frozenset(
        {OrderState.SENT, OrderState.OPENED, OrderState.ACCEPTED, OrderState.CANCELLED}
    ),
    OrderState.SENT: frozenset({OrderState.OPENED, OrderState.ACCEPTED, OrderState.CANCELLED}),
    OrderState.OPENED: frozenset({OrderState.ACCEPTED, OrderState.CANCELLED}),
    OrderState.ACCEPTED: _WITH_VIDEOS | {OrderState.CANCELLED},
    OrderState.POSTING: _FROM_VIDEOS | {OrderState.CANCELLED},
    OrderState.IN_REVIEW: _FROM_VIDEOS | {OrderState.CANCELLED},
    OrderState.FULFILLED: _FROM_VIDEOS,
    OrderState.REJECTED: _FROM_VIDEOS | {OrderState.CANCELLED},
    OrderState.FAILED: frozenset({OrderState.CREATING}),
    OrderState.CANCELLED: frozenset(),
}

# What a move is called in the stream of events.
STEPS: dict[str, Verb] = {
    OrderState.CREATING: Verb.ORDER_CREATING,
    OrderState.CREATED: Verb.ORDER_CREATED,
    OrderState.SENT: Verb.ORDER_SENT,
    OrderState.OPENED: Verb.ORDER_OPENED,
    OrderState.ACCEPTED: Verb.ORDER_ACCEPTED,
    OrderState.POSTING: Verb.ORDER_POSTING,
    OrderState.IN_REVIEW: Verb.ORDER_IN_REVIEW,
    OrderState.FULFILLED: Verb.ORDER_FULFILLED,
    OrderState.FAILED: Verb.ORDER_FAILED,
    OrderState.REJECTED: Verb.ORDER_REJECTED,
    OrderState.CANCELLED: Verb.ORDER_CANCELLED,
}


CANCELLABLE = (*UNPUBLISHED, OrderState.IN_REVIEW, OrderState.REJECTED)
# Its drafts are taken and judged; an order that is over closes them.
REVIEWABLE = CANCELLABLE
# Days from the due date on which the rule reminds, and the most reminders of an order in all.
REMIND_ON, MOST_REMINDERS = (-3, 0, 2), 3


def mail_refusal(said: Collection[str], *, is_reply: bool = False) -> str:
    """The reason why nothing is mailed about an order whose creator stands by this (`Order.in_force`); empty if it may be. The
    one place that says so. `is_reply`: the mail replies to what the creator has sent, which is no reminder."""
    if ReplyKind.CANNOT in said:
        return "The creator cannot do this order, so nothing was sent."
    if ReplyKind.QUIET in said and not is_reply:
        return "The creator wants no reminders, so nothing was sent."
    return ""


def may_say(state: str, kind: ReplyKind) -> bool:
    """May the creator of an order in this state say this?"""
    if kind == ReplyKind.QUESTION:
        return state not in {OrderState.DRAFT, OrderState.CREATING, OrderState.FAILED}
    return state in UNPUBLISHED or (kind == ReplyKind.PUBLISHED and state == OrderState.REJECTED)


def may_restore(state: str, invite_link: str) -> bool:
    """May the cancelling of an order in this state be undone? Not when its creator was deleted meanwhile: then its link is gone."""
    return state == OrderState.CANCELLED and bool(invite_link)


def may_move(current: str, target: OrderState) -> bool:
    """May an order in this state go to that one?"""
    return target in MOVES[current]
