"""Cancelling an order. TikTok has no such call: our mail stops, the order's page says so, requests to link a video are
taken back. A video that is published all the same is tracked as before, and flagged (`syncing`)."""

from __future__ import annotations

from django.db import transaction

from campaigns.enums import OrderState, ReviewState
from campaigns.errors import CannotCancel, CannotRestore
from campaigns.models import Order
from campaigns.policies.orders import CANCELLABLE, may_restore
from campaigns.services.errands import start_stopping
from campaigns.services.orders import transitions
from campaigns.services.orders.contact.invitations import withdraw_mail
from campaigns.services.publishing.asking import UNWANTED, stop_waiting
from tenancy.enums import Verb
from tenancy.models import Event, User
from tenancy.queries.changes import latest_event

REASON_LENGTH = 300


@transaction.atomic
def cancel_order(order: Order, *, reason: str = "", actor: User, job: int | None = None) -> Event:
    """Cancel an order; the creator reads the reason on its page. `job`: that cancels many, and may be undone. Raises
    CannotCancel."""
    locked = _locked(order)
    if locked.state not in CANCELLABLE:
        raise CannotCancel(locked.get_state_display())
    locked.cancel_reason = reason[:REASON_LENGTH]
    event = transitions.mark_cancelled(locked, actor=actor, job=job)
    withdraw_mail(locked)
    stop_waiting(locked.publications.all(), UNWANTED)
    for post in locked.posts.filter(review_state=ReviewState.LINK_ASKED):
        start_stopping(post, actor=actor)
    return event


@transaction.atomic
def restore_order(order: Order, event: Event, *, actor: User) -> OrderState:
    """Undo this cancelling: the order is where it was, and what TikTok says of it since counts with the next sync. Requests to
    link a video stay taken back. Raises CannotRestore when the order was restored meanwhile, or the event is another's."""
    locked = _locked(order)
    if not may_restore(locked.state, locked.invite_link) or event != latest_cancelling(locked):
        raise CannotRestore
    state = OrderState(event.detail["was"])
    locked.cancel_reason = ""
    transitions.restore(locked, state, actor=actor)
    return state


def latest_cancelling(order: Order) -> Event | None:
    """The event that says how the order came to be cancelled."""
    return latest_event(order, [Verb.ORDER_CANCELLED])


def _locked(order: Order) -> Order:
    rows = Order.objects.select_for_update(of=("self",))
    return rows.select_related("account__influencer", "campaign").get(pk=order.pk)
