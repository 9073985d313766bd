"""The next step of an order: what somebody of the team is to do now, in a sentence and with a button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from campaigns.enums import UNPUBLISHED, OrderState, ReplyKind
from campaigns.models import Order
from campaigns.policies.orders import MOST_REMINDERS

MAILS = {"again", "remind"}


@dataclass(frozen=True)
class NextStep:
    """The sentence of a row, and the action that its button offers: review, answer, sent, again, remind, check or none."""

    text: str
    action: str = ""


_WAITING = {
    OrderState.DRAFT: NextStep("Not sent to TikTok yet"),
    OrderState.CREATING: NextStep("TikTok is making the order"),
    OrderState.SENT: NextStep("Sent, its page is not opened yet", "again"),
    OrderState.OPENED: NextStep("Page opened, not accepted in TikTok yet", "check"),
    OrderState.IN_REVIEW: NextStep("TikTok reviews the video"),
    OrderState.FULFILLED: NextStep("Nothing to do"),
    OrderState.CANCELLED: NextStep("Cancelled"),
}


_CANNOT = NextStep("The creator cannot do it. Cancel the order, or allow mail again")
_QUIET = NextStep("The creator wants no reminders, so none is sent")


def next_step(order: Order) -> NextStep:
    """The next step of an order of `with_pending`: what its creator waits for comes before all else."""
    return _for_its_creator(order) or _by_what_holds(order) or _to_its_end(order)


def _for_its_creator(order: Order) -> NextStep | None:
    said = next((ReplyKind(kind) for kind in order.said if kind != ReplyKind.QUIET), None)  # type: ignore[attr-defined]
    if said is not None:
        return NextStep(f"The creator: {str(said.label).lower()}", "answer")
    if order.draft_id:  # type: ignore[attr-defined]
        return NextStep("Review the draft", "review")
    return None


def _by_what_holds(order: Order) -> NextStep | None:
    """A reply that holds, answered or not, stops what would be mailed next."""
    in_force = {*order.said, *order.held}  # type: ignore[attr-defined]
    if ReplyKind.CANNOT in in_force and order.state in UNPUBLISHED:
        return _CANNOT
    return _QUIET if ReplyKind.QUIET in in_force and _to_its_end(order).action in MAILS else None


def _to_its_end(order: Order) -> NextStep:
    if order.problem:
        return NextStep(order.problem, "sent" if order.state == OrderState.CREATED else "check")
    if order.state == OrderState.CREATED:
        return NextStep("Not sent yet", "sent")
    if order.is_overdue:
        return NextStep(f"Overdue since {_day(order.due_on)}. {_reminded(order)}", "remind")
    if order.state in {OrderState.ACCEPTED, OrderState.POSTING}:
        return NextStep(f"Videos missing. {_reminded(order)}", "remind")
    return _WAITING.get(OrderState(order.state), NextStep(order.get_state_display(), "check"))


def _day(day: date | None) -> str:
    return f"{day:%-d %b}" if day else ""


def _reminded(order: Order) -> str:
    if not order.reminder_count:
        return "Not reminded yet"
    return f"Reminded {order.reminder_count} of {MOST_REMINDERS} times"
