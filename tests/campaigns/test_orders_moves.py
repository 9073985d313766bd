"""Each move of an order stands in the stream of events under its own verb, with its evidence."""

from __future__ import annotations

import pytest

from campaigns.enums import OrderState
from campaigns.errors import MoveNotAllowed
from campaigns.models import Campaign
from campaigns.policies.posts import Progress
from campaigns.queries.timeline import order_steps
from campaigns.services.orders.transitions import follow_videos, move
from tenancy.enums import Verb
from tenancy.models import Event
from tests.factories.campaigns import an_account, an_order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("before", "after", "verb"),
    [
        ("failed", OrderState.CREATING, Verb.ORDER_CREATING),
        ("creating", OrderState.CREATED, Verb.ORDER_CREATED),
        ("creating", OrderState.FAILED, Verb.ORDER_FAILED),
        ("created", OrderState.SENT, Verb.ORDER_SENT),
        ("sent", OrderState.OPENED, Verb.ORDER_OPENED),
        ("opened", OrderState.ACCEPTED, Verb.ORDER_ACCEPTED),
        ("accepted", OrderState.POSTING, Verb.ORDER_POSTING),
        ("posting", OrderState.IN_REVIEW, Verb.ORDER_IN_REVIEW),
        ("in_review", OrderState.REJECTED, Verb.ORDER_REJECTED),
        ("rejected", OrderState.FULFILLED, Verb.ORDER_FULFILLED),
        ("sent", OrderState.CANCELLED, Verb.ORDER_CANCELLED),
    ],
)
def test_a_move_is_an_event(campaign: Campaign, before: str, after: OrderState, verb: Verb) -> None:
    order = an_order(campaign, an_account("maya.bakes"), state=before)
    move(order, after, evidence="TikTok says so.")
    event = Event.objects.select_related("text").order_by("pk").last()
    assert event is not None
    assert (event.verb, event.object_id, event.detail) == (verb, order.pk, {"state": after})
    assert event.texts["evidence"] == "TikTok says so."


@pytest.mark.parametrize(("before", "after"), [("cancelled", "sent"), ("failed", "fulfilled")])
def test_what_is_no_move_changes_and_records_nothing(
    campaign: Campaign, before: str, after: str
) -> None:
    order = an_order(campaign, an_account("maya.bakes"), state=before)
    events = Event.objects.count()
    with pytest.raises(MoveNotAllowed):
        move(order, OrderState(after), evidence="TikTok says so.")
    order.refresh_from_db()
    assert (order.state, Event.objects.count()) == (before, events)


@pytest.mark.parametrize("before", ["posting", "in_review", "rejected", "fulfilled"])
def test_a_video_that_is_gone_is_said_as_such(campaign: Campaign, before: str) -> None:
    order = an_order(campaign, an_account("maya.bakes"), state=before, video_count=1)
    follow_videos(order, Progress(0, 0, 2))
    step = order_steps(order.pk).last()
    assert (step.verb, step.get_verb_display()) == (Verb.ORDER_VIDEO_GONE, "Video of an order gone")
    assert (step.detail, step.evidence) == (
        {"state": "accepted"},
        "TikTok no longer lists a video for this order.",
    )
    assert not Event.objects.filter(verb=Verb.ORDER_ACCEPTED).exists()
    follow_videos(order, Progress(0, 0, 2))
    assert Event.objects.filter(verb=Verb.ORDER_VIDEO_GONE).count() == 1
