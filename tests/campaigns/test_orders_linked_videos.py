"""News of a video at TikTok One makes the orders it may belong to due, and no others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.enums import OrderState
from crm.models import SocialAccount
from jobs.services.queue import make_due
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, a_participant, an_order
from tests.signed import CAMPAIGN, delivery, hold, linked, post
from tests.working import all_polls
from tests.working import pump_delivery as pump
from tiktok.enums import PollKind

pytestmark = pytest.mark.django_db
HANDLES = ("maya.bakes", "rio.runs", "lena.lifts")


@pytest.fixture
def orders(organization, campaign) -> dict[str, int]:
    """Three creators' orders of one campaign at TikTok One, the last one cancelled; none is due."""
    made = {}
    for handle in HANDLES:
        account = a_participant(campaign, handle)
        state = OrderState.FAILED if handle == "lena.lifts" else OrderState.SENT
        order = an_order(campaign, account, tiktok_order_id=f"{CAMPAIGN}/{handle}", state=state)
        made[handle] = order.pk
    stranger = an_order(campaign, a_participant(campaign, "yuki.paints"), tiktok_order_id="746/yuki.paints")  # fmt: skip
    make_due(PollKind.ORDER, *made.values(), stranger.pk)
    hold(organization)
    all_polls().update(due_at=timezone.now() + timedelta(hours=1))
    return made


def due() -> set[int]:
    return set(all_polls().filter(due_at__lte=timezone.now()).values_list("subject_id", flat=True))


def test_the_creators_own_order_is_synced_now(orders) -> None:
    post(delivery(10, linked(handle_name="Maya.Bakes")))
    pump()
    assert due() == {orders["maya.bakes"]}


def test_of_a_creator_tiktok_cannot_name_every_living_order_of_the_campaign_is(orders) -> None:
    post(delivery(10, linked(handle_name=None)))
    pump()
    assert due() == {orders["maya.bakes"], orders["rio.runs"]}


def test_news_of_a_creator_who_was_renamed_is_news_of_the_order_made_under_the_former_handle(
    orders,
) -> None:
    SocialAccount.objects.filter(handle="maya.bakes").update(handle="maya.pies")
    post(delivery(10, linked(handle_name="maya.pies")))
    pump()
    assert due() == {orders["maya.bakes"]}


def test_news_under_a_handle_that_nobody_has_here_is_news_of_the_whole_campaign(orders) -> None:
    post(delivery(10, linked(handle_name="maya.unheard.of")))
    pump()
    assert due() == {orders["maya.bakes"], orders["rio.runs"]}


def test_an_order_of_an_organization_without_the_account_is_left_alone(orders, elm) -> None:
    with organization_scope(elm):
        campaign = a_campaign()
        theirs = an_order(
            campaign,
            a_participant(campaign, "maya.bakes"),
            tiktok_order_id=f"{CAMPAIGN}/maya.bakes",
        )
    post(delivery(10, linked()))
    pump()
    assert due() == {orders["maya.bakes"]}
    assert not all_polls().filter(subject_id=theirs.pk).exists()
