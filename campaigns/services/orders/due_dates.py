"""The day by which the videos of an order are to be published."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from campaigns.enums import UNPUBLISHED
from campaigns.errors import CannotRestore, NotToBeDated
from campaigns.models import Order
from tenancy.enums import Verb
from tenancy.models import Event, User
from tenancy.queries.changes import latest_event
from tenancy.services.events import record


def why_not_dated(order: Order) -> str:
    """The reason why an order takes no other due date; empty if it does."""
    if order.state in UNPUBLISHED:
        return ""
    return f"Of an order that is “{order.get_state_display()}” no video is to come."


@transaction.atomic
def change_due(
    order: Order, due_on: date | None, *, actor: User, job: int | None = None
) -> Event | None:
    """Say by when the videos are to be published; None: no date. `job`: that changes many, and may be undone. Returns the event,
    None where the date was the same before. Raises NotToBeDated."""
    locked = _locked(order)
    if reason := why_not_dated(locked):
        raise NotToBeDated(reason)
    return set_due(locked, due_on, actor=actor, job=job)


@transaction.atomic
def give_back_due(order: Order, event: Event, *, actor: User) -> None:
    """Undo this change of the date. Raises CannotRestore when the date was changed again since, or the event is another's;
    NotToBeDated when no video is to come any more."""
    locked = _locked(order)
    if event != latest_due_change(locked):
        raise CannotRestore
    if reason := why_not_dated(locked):
        raise NotToBeDated(reason)
    was = event.detail.get("was")
    set_due(locked, date.fromisoformat(was) if was else None, actor=actor)


def latest_due_change(order: Order) -> Event | None:
    """The event that says since when the order has its date."""
    return latest_event(order, [Verb.ORDER_DUE_CHANGED])


def set_due(
    locked: Order, due_on: date | None, *, actor: User | None, job: int | None = None
) -> Event | None:
    """Say by when the order's videos are to be published. Inside the caller's transaction, under the order's lock."""
    if locked.due_on == due_on:
        return None
    facts: dict[str, Any] = {"due_on": due_on, "was": locked.due_on, "job": job}
    locked.due_on = due_on
    locked.save(update_fields=["due_on"])
    known = {name: value for name, value in facts.items() if value is not None}
    return record(Verb.ORDER_DUE_CHANGED, locked, actor=actor, **known)


def _locked(order: Order) -> Order:
    return Order.objects.select_for_update(of=("self",)).select_related("account").get(pk=order.pk)
