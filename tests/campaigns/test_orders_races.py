"""A double click, two workers, a pump beside a person: one intent stays one effect."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from campaigns.enums import OrderState
from campaigns.errors import AccountTakesNoPart
from campaigns.models import Order, OrderRequest, Participant, Post
from campaigns.queries import order_steps
from campaigns.services.campaigns import remove_participants
from campaigns.services.orders.contact.invitations import invite_creators
from campaigns.services.orders.polling import sync_due_orders
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from campaigns.services.orders.syncing import sync_orders
from campaigns.services.posts import add_post_by_hand
from tenancy.enums import Verb
from tenancy.models import Event
from tenancy.scope import organization_scope
from tests.connecting import an_organization
from tests.factories.campaigns import a_campaign, a_participant, a_video, an_account, an_order
from tests.mailing import sent_mail
from tiktok.models import Video

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def at_once(organization, act) -> list:
    """The same act from several threads, each in the organization's scope and on a connection of its own."""

    def work(_: int):
        try:
            with organization_scope(organization):
                return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, range(AT_ONCE)))


def test_a_submission_sent_many_times_at_once_makes_one_order(tiktok) -> None:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        campaign, account = a_campaign(), an_account("maya.bakes", email="maya@example.com")

    def submit():
        request = request_orders(
            campaign, [account], brand_name="N", description="D", actor=None, token="form-1"
        )
        send_order_request(request)
        return request.pk

    assert len(set(at_once(organization, submit))) == 1
    with organization_scope(organization):
        order = Order.objects.get()
        sync_due_orders([order.pk])
        assert OrderRequest.objects.count() == 1
        assert list(order_steps(order.pk).values_list("state", flat=True)) == [
            "creating",
            "created",
            "sent",
        ]
    assert len(tiktok.read("orders")["orders"]) == 1


def test_an_order_synced_by_many_at_once_moves_once(tiktok) -> None:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        campaign, account = a_campaign(), an_account("maya.bakes")
        send_order_request(
            request_orders(
                campaign, [account], brand_name="N", description="D", video_count=1, actor=None
            )
        )
        order = Order.objects.get()
        video_id = tiktok.control("publish", handle="maya.bakes", invite_link=order.invite_link)[
            "video_id"
        ]
        tiktok.control("review", video_id=video_id, result="SUCCEED")

    at_once(organization, lambda: sync_orders(Order.objects.all()))

    with organization_scope(organization):
        states = list(order_steps(order.pk).values_list("state", flat=True))
        assert states == ["creating", "created", "accepted", "fulfilled"]
        assert Post.objects.get().published_since is not None


def test_a_post_added_by_many_at_once_stands_once(db) -> None:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        campaign = a_campaign()
        video = a_video(a_participant(campaign, "maya.bakes"), "1")

    posts = at_once(organization, lambda: add_post_by_hand(campaign, video, actor=None).pk)

    assert len(set(posts)) == 1


def test_an_invitation_sent_by_many_at_once_reaches_each_creator_once(db) -> None:
    organization = an_organization("Oaks")
    handles = ("maya.bakes", "rio.runs")
    with organization_scope(organization):
        campaign = a_campaign()
        for handle in handles:
            account = an_account(handle, email=f"{handle}@example.com")
            an_order(campaign, account, state=OrderState.CREATED)
    all_have_loaded = Barrier(AT_ONCE)

    def invite():
        orders = list(Order.objects.select_related("account__influencer", "request"))
        all_have_loaded.wait(timeout=30)
        invite_creators(orders)

    at_once(organization, invite)

    assert sorted(mail.to[0] for mail in sent_mail()) == [f"{h}@example.com" for h in handles]
    with organization_scope(organization):
        sent = Event.objects.filter(verb=Verb.ORDER_SENT).values_list("object_id", flat=True)
        orders = [Order.objects.select_related("account").get(pk=pk) for pk in sent]
        assert sorted(order.account.handle for order in orders) == sorted(handles)


WORKS = {
    "order": lambda campaign, account: request_orders(
        campaign, [account], brand_name="N", description="D", actor=None
    ),
    "post": lambda campaign, account: add_post_by_hand(
        campaign, Video.objects.get(creator=account.creator), actor=None
    ),
}


@pytest.mark.parametrize("work", WORKS)
def test_whoever_gets_an_order_or_a_post_while_they_are_removed_stays(tiktok, work: str) -> None:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        campaign = a_campaign()
        account = a_participant(campaign, "maya.bakes")
        a_video(account, "1")

    def remove() -> int:
        try:
            with organization_scope(organization):
                return len(
                    remove_participants(campaign, list(Participant.objects.all()), actor=None)
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, organization_scope(organization):
        with transaction.atomic():
            WORKS[work](campaign, account)
            removed = pool.submit(remove)
            time.sleep(0.5)  # they have looked for orders and posts, or wait
        assert removed.result(timeout=20) == 0
        assert Participant.objects.get().account == account


@pytest.mark.parametrize("work", WORKS)
def test_whoever_is_removed_before_their_order_takes_part_again_by_it(tiktok, work: str) -> None:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        campaign = a_campaign()
        account = a_participant(campaign, "maya.bakes")
        a_video(account, "1")

    def make() -> object:
        try:
            with organization_scope(organization):
                return WORKS[work](campaign, account)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, organization_scope(organization):
        with transaction.atomic():
            remove_participants(campaign, list(Participant.objects.all()), actor=None)
            made = pool.submit(make)
            time.sleep(0.5)
        if work == "order":
            made.result(timeout=20)
            assert Participant.objects.get().account == account
        else:
            with pytest.raises(AccountTakesNoPart):
                made.result(timeout=20)
            assert not Post.objects.exists()
