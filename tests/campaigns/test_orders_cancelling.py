"""Cancelling an order stops our mail and closes its page; what is published all the same is tracked and flagged."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from campaigns.enums import OrderState, ReviewState
from campaigns.errors import CannotCancel, CannotRestore
from campaigns.models import Campaign, Order
from campaigns.policies.orders import PUBLISHED_ALL_THE_SAME
from campaigns.policies.posts import Progress
from campaigns.queries.timeline import order_steps
from campaigns.services.order_bulk import _done, why_not_cancelled
from campaigns.services.orders import syncing, transitions
from campaigns.services.orders.cancelling import cancel_order, latest_cancelling, restore_order
from campaigns.services.orders.contact.reminders import remind, send_again
from campaigns.services.orders.polling import sync_due_orders
from jobs.models import Job
from mail.models import Message
from tenancy.enums import Verb
from tenancy.models import Event, Organization, User
from tests.connecting import a_person
from tests.factories.campaigns import a_post, a_video, an_account, an_order
from tests.mailing import sent_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def olivia(organization: Organization) -> User:
    return a_person("olivia@example.com")


@pytest.fixture
def order(campaign: Campaign) -> Order:
    return an_order(campaign, an_account("maya.bakes", email="maya@example.com"))


def test_a_cancelled_order_says_why_and_by_whom(order: Order, olivia: User) -> None:
    event = cancel_order(order, reason="The launch moved.", actor=olivia)
    order.refresh_from_db()
    assert (order.state, order.cancel_reason) == (OrderState.CANCELLED, "The launch moved.")
    assert (event.verb, event.actor, event.detail) == (
        Verb.ORDER_CANCELLED,
        olivia,
        {"state": "cancelled", "was": "sent"},
    )
    assert latest_cancelling(order) == event


def test_mail_that_is_queued_is_taken_back(order: Order, olivia: User) -> None:
    send_again(order, actor=olivia)
    remind(order, actor=olivia)
    assert Message.objects.count() == 2
    cancel_order(order, actor=olivia)
    assert Message.objects.count() == 0
    assert sent_mail() == []


def test_requests_to_link_a_video_are_taken_back(order: Order, olivia: User) -> None:
    a_post(
        order.campaign,
        a_video(order.account, "71"),
        order=order,
        review_state=ReviewState.LINK_ASKED,
    )
    a_post(order.campaign, a_video(order.account, "72"), order=order)
    cancel_order(order, actor=olivia)
    assert [job.kind for job in Job.objects.all()] == ["campaigns.stop_tie"]


@pytest.mark.parametrize("state", ["creating", "failed", "fulfilled", "cancelled"])
def test_what_is_over_or_not_made_yet_is_not_cancelled(
    order: Order, olivia: User, state: str
) -> None:
    Order.objects.update(state=state)
    with pytest.raises(CannotCancel):
        cancel_order(order, actor=olivia)


def test_undoing_puts_it_back_to_where_it_stood(order: Order, olivia: User) -> None:
    Order.objects.update(state=OrderState.ACCEPTED)
    event = cancel_order(order, reason="No budget", actor=olivia)
    assert restore_order(order, event, actor=olivia) == OrderState.ACCEPTED
    order.refresh_from_db()
    assert (order.state, order.cancel_reason) == (OrderState.ACCEPTED, "")
    latest = Event.objects.latest("pk")
    assert (latest.verb, latest.actor) == (Verb.ORDER_RESTORED, olivia)
    assert order_steps(order.pk).last().verb == Verb.ORDER_RESTORED
    with pytest.raises(CannotRestore):
        restore_order(order, event, actor=olivia)


def test_undoing_an_earlier_cancelling_leaves_the_later_one(order: Order, olivia: User) -> None:
    first = cancel_order(order, actor=olivia)
    restore_order(order, first, actor=olivia)
    cancel_order(order, actor=olivia)
    with pytest.raises(CannotRestore):
        restore_order(order, first, actor=olivia)


def test_a_video_published_all_the_same_is_flagged(order: Order, olivia: User) -> None:
    cancel_order(order, actor=olivia)
    order.refresh_from_db()
    for uploaded, problem in ((1, PUBLISHED_ALL_THE_SAME), (0, "")):
        transitions.flag_published(order, Progress(uploaded, 0, 2))
        assert (order.video_count, order.problem) == (uploaded, problem)


def test_tiktok_is_asked_about_a_cancelled_order_once_a_day(order: Order) -> None:
    Order.objects.update(state=OrderState.CANCELLED, tiktok_order_id="")
    [again] = sync_due_orders([order.pk]).values()
    assert again.days == 1


def test_a_sync_flags_a_cancelled_order_and_moves_it_nowhere(order: Order, olivia: User) -> None:
    cancel_order(order, actor=olivia)
    order.refresh_from_db()
    syncing._follow(order, SimpleNamespace(reviews=[]))
    assert (order.state, order.problem) == (OrderState.CANCELLED, "")


def test_in_bulk_an_order_that_is_over_says_why_it_stays(order: Order) -> None:
    assert why_not_cancelled(order) == ""
    order.state = OrderState.FULFILLED
    assert why_not_cancelled(order) == "An order that is “Fulfilled” cannot be cancelled."
    assert _done(order, Job(actor=None)) == "refused"
