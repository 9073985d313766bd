"""Orders over TikTok One: campaigns with our reference, link requests, posts that stand by TikTok's events."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from msgspec.structs import replace

from campaigns.enums import OrderState, PostOrigin, RequestState, ReviewState
from campaigns.errors import NoOrderToTie, NotAsked, OrderNotValid, ReminderTooEarly
from campaigns.models import Order, OrderRequest, Post
from campaigns.queries import (
    listed_video,
    order_steps,
    post_detail,
    post_row,
    published_posts,
)
from campaigns.services.links import remind_of_tie, request_tie, stop_requesting_tie
from campaigns.services.orders import reconciling, syncing
from campaigns.services.orders.polling import make_orders_due, sync_due_orders
from campaigns.services.orders.reconciling import (
    REPEAT_AFTER,
    reconcile_order_request,
    repeat_order_request,
)
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from campaigns.services.orders.syncing import sync_order, sync_orders
from campaigns.services.posts import add_post_by_hand
from crm.models import SocialAccount
from tenancy.enums import Verb
from tenancy.models import Event
from tests.factories.campaigns import an_account, an_order
from tests.mailing import sent_mail
from tests.sandbox_process import BRAND_TOKEN, TTO_ACCOUNT_ID
from tests.working import all_polls, pump, refreshed
from tiktok.client import TtoMarketplace
from tiktok.enums import AccountState, MarketplaceStatus, PostTie
from tiktok.errors import NotOffered, OutcomeUnknown, TikTokRefused
from tiktok.models import Creator, LinkedVideo, MarketplaceAccount, Video
from tiktok.services.brands.accounts import connect_marketplace_account
from tiktok.services.creators.handles import follow_handle
from tiktok.services.creators.invitations import invite_creators
from tiktok.services.creators.profiles import refresh_profile
from tiktok.services.creators.videos import refresh_videos
from tiktok.services.gateway import marketplace
from tiktok.services.orders.dialects import ask_to_tie
from tiktok.services.orders.orders import OrderAsk
from tiktok.services.orders.tto import TtoOrders

pytestmark = pytest.mark.django_db
DAY = 86_400


@pytest.fixture
def tiktok_one(tiktok, campaign) -> MarketplaceAccount:
    """The organization's calls go through its TikTok One account; the one in the older dialect stays."""
    account = connect_marketplace_account(
        "Oaks on TikTok One", tiktok_account_id=TTO_ACCOUNT_ID, token=BRAND_TOKEN, actor=None
    )
    account.dialect, account.chosen_at = "tto", timezone.now()
    account.save()
    return account


def ask(campaign, accounts, **changes) -> OrderRequest:
    values = {"brand_name": "Northwind", "description": "Two recipes", "video_count": 2}
    request = request_orders(campaign, accounts, actor=None, **{**values, **changes})
    return send_order_request(request)


def ordered(campaign, handle="maya.bakes", **changes) -> Order:
    request = ask(campaign, [an_account(handle, email=f"{handle}@example.com")], **changes)
    return Order.objects.get(request=request)


def campaign_at_tiktok(tiktok) -> dict:
    (found,) = tiktok.read("campaigns")["campaigns"]
    return found


def publish(tiktok, order) -> str:
    """The creator posts through the invite link; TikTok tells us of the upload."""
    handle = order.account.handle
    video = tiktok.control("publish", handle=handle, invite_link=order.invite_link)["video_id"]
    tell(order, video, uploaded_at=timezone.now())
    return video


def approve(tiktok, order, video) -> None:
    tiktok.control("review", video_id=video, result="APPROVED")
    tell(order, video, published_at=timezone.now())


def tell(order, video, **times) -> None:
    """Keep an event as the webhook's receiver does."""
    LinkedVideo.objects.update_or_create(
        tiktok_campaign_id=order.tiktok_order_id.partition("/")[0],
        tiktok_video_id=video,
        defaults={
            "marketplace_account": order.request.marketplace_account,
            "handle": order.account.handle,
            **times,
        },
    )


def a_published_video(tiktok, campaign, order) -> Video:
    """A public video of the order's creator, published in the campaign's window without the link."""
    refresh_videos(order.account.creator)
    videos = Video.objects.filter(creator=order.account.creator, posts=None)
    video = videos.order_by("-published_at").first()
    campaign.starts_on = video.published_at.date()
    campaign.ends_on = video.published_at.date()
    campaign.save()
    return video


# --- one intent, one effect ---------------------------------------------------------------------------------------
def test_a_request_is_one_campaign_at_tiktok_and_every_creator_has_the_link(
    tiktok, campaign, tiktok_one
) -> None:
    tiktok.control("creator", handle="rio.runs", membership="IN")
    accounts = [an_account("maya.bakes", email="maya@example.com"), an_account("rio.runs")]

    request = ask(campaign, accounts)

    there = campaign_at_tiktok(tiktok)
    assert (request.state, request.tiktok_campaign_id) == (RequestState.DONE, there["campaign_id"])
    assert there["campaign_name"] == f"{campaign.name} · {request.reference}"
    assert (there["brand_name"], there["campaign_description"]) == ("Northwind", "Two recipes")
    orders = list(Order.objects.order_by("account__handle"))
    assert [order.tiktok_order_id for order in orders] == [
        f"{there['campaign_id']}/maya.bakes",
        f"{there['campaign_id']}/rio.runs",
    ]
    assert {order.invite_link for order in orders} == {there["invite_link"]}
    assert [order.campaign_code for order in orders] == ["", ""]
    assert [order.state for order in orders] == [OrderState.SENT, OrderState.CREATED]


def test_the_invitation_names_the_link_and_no_code(tiktok, campaign, tiktok_one) -> None:
    order = ordered(campaign)
    (message,) = sent_mail()
    for body in (message.body, message.alternatives[0].content):
        assert order.invite_link in body
        assert "campaign code" not in body


def test_whom_tiktok_does_not_accept_fails_and_the_others_go_through(
    tiktok, campaign, tiktok_one
) -> None:
    request = ask(campaign, [an_account("maya.bakes"), an_account("tom_trails")])

    states = dict(request.orders.values_list("account__handle", "state"))
    assert states == {"maya.bakes": "created", "tom_trails": "failed"}


def test_a_long_description_fits_and_a_longer_one_is_refused(tiktok, campaign, tiktok_one) -> None:
    ordered(campaign, description="x" * 1000)
    assert campaign_at_tiktok(tiktok)["campaign_description"] == "x" * 1000
    with pytest.raises(OrderNotValid, match="in 1 to 1,000 characters"):
        ask(campaign, [an_account("rio.runs")], description="x" * 1001)


def test_more_than_a_hundred_creators_join_one_campaign_over_two_calls(
    tiktok, campaign, tiktok_one
) -> None:
    accounts = [an_account(f"creator_{n}") for n in range(101)]
    for account in accounts:
        tiktok.control("creator", handle=account.handle, membership="IN")

    request = ask(campaign, accounts)

    there = campaign_at_tiktok(tiktok)
    assert len(there["invitees"]) == 101
    assert [part.state for part in request.continuations.all()] == ["done"]
    assert {
        o.partition("/")[0] for o in Order.objects.values_list("tiktok_order_id", flat=True)
    } == {there["campaign_id"]}


def lose_answer(tiktok, *, applied: bool, path="/campaign/create/") -> None:
    tiktok.control("fail", times=1, path=path, applied=applied, garbage="truncated")


def test_a_lost_answer_is_found_again_by_the_mark_and_never_made_twice(
    tiktok, campaign, tiktok_one
) -> None:
    lose_answer(tiktok, applied=True)
    order = ordered(campaign)
    assert order.request.state == RequestState.UNCERTAIN
    tiktok.control("clock", advance_seconds=60)

    sync_due_orders([order.pk])

    order.refresh_from_db()
    assert (order.state, order.request.refresh_from_db()) == (OrderState.SENT, None)
    assert order.request.state == RequestState.DONE
    assert order.invite_link == campaign_at_tiktok(tiktok)["invite_link"]
    assert order_steps(order.pk).filter(evidence="Found at TikTok by our reference.").count() == 1
    assert len(sent_mail()) == 1


def test_what_was_never_made_is_asked_for_again_once_tiktok_must_have_listed_it(
    tiktok, campaign, tiktok_one
) -> None:
    lose_answer(tiktok, applied=False)
    order = ordered(campaign)

    assert sync_due_orders([order.pk])[order.pk] == REPEAT_AFTER
    assert tiktok.read("campaigns")["campaigns"] == []
    request = OrderRequest.objects.get()
    assert request.problem == "TikTok lists none of these orders. They can be created again."

    OrderRequest.objects.update(sending_at=timezone.now() - REPEAT_AFTER - timedelta(seconds=1))
    sync_due_orders([order.pk])

    order.refresh_from_db()
    assert order.state == OrderState.SENT
    assert order.tiktok_order_id.startswith(campaign_at_tiktok(tiktok)["campaign_id"])


def test_what_tiktok_made_though_it_answered_with_an_unknown_code_is_not_made_again(
    tiktok, campaign, tiktok_one
) -> None:
    tiktok.control("fail", times=1, path="/campaign/create/", applied=True, code=69999)
    order = ordered(campaign)
    assert (order.state, order.request.state) == (OrderState.FAILED, RequestState.FAILED)
    tiktok.control("clock", advance_seconds=60)

    request = repeat_order_request(order.request, actor=None)

    order.refresh_from_db()
    assert (request.state, order.state) == (RequestState.DONE, OrderState.SENT)
    assert order.tiktok_order_id.startswith(campaign_at_tiktok(tiktok)["campaign_id"])  # the one


def test_a_person_may_sync_again_without_any_code(tiktok, campaign, tiktok_one) -> None:
    lose_answer(tiktok, applied=True)
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)

    request = reconcile_order_request(order.request, actor=None)

    assert request.state == RequestState.DONE
    assert Order.objects.get().state == OrderState.SENT


def test_what_creators_see_of_our_mark_is_a_reference_that_a_person_would_write(
    tiktok, campaign, tiktok_one
) -> None:
    ordered(campaign)
    name = campaign_at_tiktok(tiktok)["campaign_name"]
    assert re.fullmatch(re.escape(campaign.name) + r" · No\. [0-9]{9}", name)


@pytest.mark.parametrize(
    "switches",
    [
        {"oddities": ["live_campaigns"]},
        {"oddities": ["live_campaigns", "omit_empty"]},
        {"spoilt_fields": {"campaign_name": "Spring recipes", "handle_names": None}},
    ],
    ids=["no creators", "nothing empty", "no reference"],
)
def test_a_campaign_that_names_no_creators_is_found_and_nobody_is_notified_twice(
    tiktok, campaign, tiktok_one, switches
) -> None:
    campaign.name = "Spring recipes"
    campaign.save()
    lose_answer(tiktok, applied=True)
    order = ordered(campaign)
    tiktok.control("switches", **switches)

    assert sync_due_orders([order.pk])[order.pk] == REPEAT_AFTER
    request = OrderRequest.objects.get()
    assert (request.state, request.tiktok_campaign_id) == (
        RequestState.UNCERTAIN,
        campaign_at_tiktok(tiktok)["campaign_id"],
    )

    OrderRequest.objects.update(sending_at=timezone.now() - REPEAT_AFTER - timedelta(seconds=1))
    sync_due_orders([order.pk])

    order.refresh_from_db()
    assert order.state == OrderState.SENT
    assert campaign_at_tiktok(tiktok)["notifications"] == {"maya.bakes": 1}
    assert len(sent_mail()) == 1


def test_of_two_campaigns_of_the_same_name_and_time_neither_is_taken(
    tiktok, campaign, tiktok_one
) -> None:
    lose_answer(tiktok, applied=True)
    order = ordered(campaign)
    twin = TtoOrders(marketplace(), order.request.marketplace_account)
    twin.place(OrderAsk(campaign.name, "Oak", "Loaf", 1, reference="by hand"), ["maya.bakes"])
    tiktok.control("switches", spoilt_fields={"campaign_name": campaign.name})

    sync_due_orders([order.pk])

    assert OrderRequest.objects.get().tiktok_campaign_id == ""


def test_a_campaign_of_which_tiktok_does_not_tell_when_it_was_made_is_not_taken_for_ours(
    tiktok, campaign, tiktok_one
) -> None:
    lose_answer(tiktok, applied=True)
    order = ordered(campaign)
    spoilt = {"campaign_name": campaign.name, "create_time": None}
    tiktok.control("switches", spoilt_fields=spoilt)

    sync_due_orders([order.pk])

    request = OrderRequest.objects.get()
    assert (request.state, request.tiktok_campaign_id) == (RequestState.UNCERTAIN, "")


def test_a_request_that_a_person_settles_while_the_pump_looks_is_left_as_it_is(
    tiktok, campaign, tiktok_one, monkeypatch
) -> None:
    lose_answer(tiktok, applied=True)
    order, find = ordered(campaign), reconciling.find_orders
    tiktok.control("clock", advance_seconds=60)

    def slow(*lost):
        found = find(*lost)
        monkeypatch.setattr(reconciling, "find_orders", find)
        reconcile_order_request(OrderRequest.objects.get(), actor=None)
        return found

    monkeypatch.setattr(reconciling, "find_orders", slow)
    sync_due_orders([order.pk])

    order.refresh_from_db()
    assert (order.state, OrderRequest.objects.get().state) == (OrderState.SENT, RequestState.DONE)
    assert Event.objects.filter(verb="order.reconciled").count() == 1


def test_a_lost_answer_to_the_second_hundred_adds_each_creator_once(
    tiktok, campaign, tiktok_one
) -> None:
    accounts = [an_account(f"creator_{n}") for n in range(101)]
    for account in accounts:
        tiktok.control("creator", handle=account.handle, membership="IN")
    lose_answer(tiktok, applied=True, path="/campaign/update/")
    request = ask(campaign, accounts)
    last = request.continuations.get()
    assert last.state == RequestState.UNCERTAIN
    tiktok.control("clock", advance_seconds=60)

    sync_due_orders([last.orders.get().pk])

    last.refresh_from_db()
    assert (last.state, last.orders.get().state) == (RequestState.DONE, OrderState.CREATED)
    assert tiktok.read("stats")["calls"]["/tto/tcm/campaign/update/"] == 1


# --- videos, review, numbers --------------------------------------------------------------------------------------
def test_the_whole_way_of_an_order(tiktok, campaign, tiktok_one) -> None:
    order = ordered(campaign)
    first = publish(tiktok, order)
    assert sync_order(order).state == OrderState.POSTING
    second = publish(tiktok, order)
    assert sync_order(order).state == OrderState.IN_REVIEW
    approve(tiktok, order, first)
    assert sync_order(order).state == OrderState.IN_REVIEW
    approve(tiktok, order, second)

    order = sync_order(order)

    assert order.state == OrderState.FULFILLED
    assert list(order_steps(order.pk).values_list("state", "evidence"))[3:] == [
        ("accepted", "TikTok lists the first video for this order."),
        ("posting", "TikTok lists 1 of 2 videos."),
        ("in_review", "All 2 videos are uploaded, 0 approved so far."),
        ("fulfilled", "TikTok has approved all 2 videos."),
    ]


def test_a_report_row_alone_lets_no_post_stand(tiktok, campaign, tiktok_one) -> None:
    order = ordered(campaign)
    video = publish(tiktok, order)
    tiktok.control("clock", advance_seconds=DAY)
    sync_order(order)
    assert list(published_posts(campaign)) == []
    assert Post.objects.get().review_state == ReviewState.CONTENT_REVIEWING

    approve(tiktok, order, video)
    sync_order(order)

    post = published_posts(campaign).get()
    assert (post.network_post_id, post.origin, post.order) == (video, PostOrigin.ORDER, order)


def test_a_video_counts_though_its_event_was_lost_and_stands_when_the_next_one_comes(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    handle, link = order.account.handle, order.invite_link
    video = tiktok.control("publish", handle=handle, invite_link=link)["video_id"]
    order = sync_order(order)
    assert (order.state, order.video_count) == (OrderState.POSTING, 1)
    approve(tiktok, order, video)
    sync_order(order)
    assert published_posts(campaign).get().network_post_id == video


def test_a_fulfilled_post_has_every_number_of_the_report_of_its_creators_country(
    tiktok, campaign, tiktok_one
) -> None:
    tiktok.control("creator", handle="rio.runs", membership="IN")
    request = ask(campaign, [an_account("maya.bakes"), an_account("rio.runs")], video_count=1)
    videos = {}
    for order in request.orders.select_related("account", "request__marketplace_account"):
        videos[order.account.handle] = publish(tiktok, order)
        approve(tiktok, order, videos[order.account.handle])
    tiktok.control("clock", advance_seconds=3 * DAY)
    tiktok.control("stats")

    sync_orders(request.orders.all())

    for handle, video_id in videos.items():
        video = Video.objects.get(tiktok_video_id=video_id)
        assert video.creator.handle == handle
        assert None not in (video.reach, video.total_play_time, video.retention)
        assert video.total_engagements == video.likes + video.comments + video.shares
        assert video.audience_age
    calls = tiktok.read("stats")["calls"]
    countries = {tiktok.read("creator", handle=handle)["country"] for handle in videos}
    assert calls["/tto/tcm/report/"] == len(countries) == 2
    assert calls["/tto/tcm/campaign/"] == calls["/tto/tcm/campaign/link/status/"] == 1


def test_a_page_that_tiktok_repeats_is_read_twice_and_no_more(
    tiktok, campaign, tiktok_one, monkeypatch
) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    request_tie(campaign, a_published_video(tiktok, campaign, order), actor=None)
    publish(tiktok, order)
    monkeypatch.setattr("tiktok.services.orders.tto.REPORT_PAGE", 1)
    monkeypatch.setattr("tiktok.services.orders.tto.LINK_PAGE", 1)
    for name in ("report", "link_requests"):
        asked = getattr(TtoMarketplace, name)
        monkeypatch.setattr(
            TtoMarketplace, name, lambda *at, asked=asked, **by: asked(*at, **{**by, "page": 1})
        )
    tiktok.control("stats")

    assert sync_order(order).video_count == 1

    calls = tiktok.read("stats")["calls"]
    assert calls["/tto/tcm/report/"] == calls["/tto/tcm/campaign/link/status/"] == 2


def test_an_order_is_read_through_the_account_it_was_made_with(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    MarketplaceAccount.objects.exclude(pk=tiktok_one.pk).update(chosen_at=timezone.now())
    older = ordered(campaign, "zoe.zen")
    assert older.campaign_code
    tiktok.control("stats")

    sync_orders([order, older])

    calls = tiktok.read("stats")["calls"]
    assert calls["/tto/tcm/campaign/"] == calls["/tcm/order/get/v2/"] == 1


def test_one_look_at_a_campaign_serves_all_its_orders(tiktok, campaign, tiktok_one) -> None:
    for handle in ("rio.runs", "lena.lifts"):
        tiktok.control("creator", handle=handle, membership="IN")
    handles = ("maya.bakes", "rio.runs", "lena.lifts")
    request = ask(campaign, [an_account(handle) for handle in handles], video_count=1)
    first, second, third = request.orders.order_by("pk")
    video = publish(tiktok, second)
    approve(tiktok, second, video)
    all_polls().update(due_at=timezone.now())
    tiktok.control("stats")

    sync_due_orders([first.pk])

    calls = tiktok.read("stats")["calls"]
    assert calls["/tto/tcm/campaign/"] == calls["/tto/tcm/campaign/link/status/"] == 1
    second.refresh_from_db()
    assert second.state == OrderState.FULFILLED
    waits = {
        poll.subject_id: poll.due_at - poll.last_finished_at
        for poll in all_polls().filter(kind="order", last_finished_at__isnull=False)
    }
    assert waits == {second.pk: timedelta(hours=1), third.pk: timedelta(hours=1)}


def test_a_campaigns_report_is_read_when_one_of_its_posts_is_due_or_something_new_is_tied(
    tiktok, campaign, tiktok_one
) -> None:
    tiktok.control("creator", handle="rio.runs", membership="IN")
    request = ask(campaign, [an_account("maya.bakes"), an_account("rio.runs")], video_count=2)
    maya, rio = request.orders.order_by("pk")
    for order in (maya, rio):
        approve(tiktok, order, publish(tiktok, order))
    tiktok.control("clock", advance_seconds=2 * DAY)
    sync_orders([maya, rio])
    now = timezone.now()

    def reports(*, of_maya: timedelta, of_rio: timedelta) -> int:
        Post.objects.update(published_at=now - timedelta(days=8))
        for order, ago in ((maya, of_maya), (rio, of_rio)):
            Video.objects.filter(posts__order=order).update(report_fetched_at=now - ago)
        tiktok.control("stats")
        sync_due_orders([maya.pk])
        return tiktok.read("stats")["calls"].get("/tto/tcm/report/", 0)

    hours, day = timedelta(hours=2), timedelta(days=1)
    assert reports(of_maya=hours, of_rio=hours) == 0
    assert reports(of_maya=hours, of_rio=day) == 2  # one a country
    publish(tiktok, rio)
    assert reports(of_maya=hours, of_rio=hours) == 2
    rio.refresh_from_db()
    assert rio.video_count == 2


def test_a_video_whose_creator_is_asked_is_looked_after_though_all_reports_are_fresh(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign, video_count=2)
    approve(tiktok, order, publish(tiktok, order))
    tiktok.control("clock", advance_seconds=2 * DAY)
    sync_order(order)
    now = timezone.now()
    Post.objects.update(published_at=now - timedelta(days=8))
    Video.objects.update(report_fetched_at=now)
    post = request_tie(campaign, a_published_video(tiktok, campaign, order), actor=None)

    tiktok.control("link/answer", video_id=post.network_post_id, action="REJECT")
    sync_due_orders([order.pk])

    post.refresh_from_db()
    assert post.review_state == ReviewState.LINK_REFUSED


def test_news_of_a_sibling_that_come_during_a_sync_are_looked_into(
    tiktok, campaign, tiktok_one, monkeypatch
) -> None:
    tiktok.control("creator", handle="rio.runs", membership="IN")
    request = ask(campaign, [an_account("maya.bakes"), an_account("rio.runs")])
    first, second = request.orders.order_by("pk")
    all_polls().update(due_at=timezone.now() + timedelta(hours=1))
    read = syncing.read_orders

    def slow(account, orders):
        seen = read(account, orders)
        make_orders_due(request.tiktok_campaign_id, "rio.runs")
        return seen

    monkeypatch.setattr(syncing, "read_orders", slow)
    sync_due_orders([first.pk])

    assert all_polls().get(subject_id=second.pk).due_at <= timezone.now()


def test_an_order_that_is_not_made_yet_waits_no_longer_because_others_of_its_campaign_are_synced(
    tiktok, campaign, tiktok_one
) -> None:
    request = ask(campaign, [an_account("maya.bakes"), an_account("tom_trails")])
    made, lost = request.orders.order_by("pk")
    Order.objects.filter(pk=lost.pk).update(state=OrderState.CREATING)
    OrderRequest.objects.update(state=RequestState.UNCERTAIN)
    due_at = timezone.now() + timedelta(minutes=2)
    all_polls().filter(subject_id=lost.pk).update(due_at=due_at)

    sync_due_orders([made.pk])

    assert all_polls().get(kind="order", subject_id=lost.pk).due_at == due_at


def test_orders_of_an_account_that_was_disconnected_keep_the_others_from_nothing(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    older_account = MarketplaceAccount.objects.exclude(pk=tiktok_one.pk).get()
    older_account.chosen_at = timezone.now()
    older_account.save()
    older = ordered(campaign, "zoe.zen")
    MarketplaceAccount.objects.filter(pk=older_account.pk).update(state="disconnected")
    Order.objects.update(checked_at=None)
    all_polls().filter(kind="order").update(due_at=timezone.now())

    pump()

    order.refresh_from_db()
    older.refresh_from_db()
    assert (order.checked_at is not None, older.checked_at) == (True, None)
    Order.objects.update(checked_at=None)
    assert sorted(refreshed(campaign)) == [("refreshed", 1), ("refused", 1)]


# --- published before: the creator is asked -----------------------------------------------------------------------
def test_a_creator_who_agrees_ties_a_published_video_and_it_stands_with_its_numbers(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign, video_count=1)
    tiktok.control("clock", advance_seconds=60)
    video = a_published_video(tiktok, campaign, order)
    row = listed_video(campaign, video.pk, released=True)
    assert (row.may_be_tied, row.may_be_added) == (True, True)

    post = request_tie(campaign, video, actor=None)

    assert (post.review_state, post.asked_count) == (ReviewState.LINK_ASKED, 1)
    assert post_row(post_detail(campaign, post.pk)).tie == PostTie.NOT_AUTHENTICATED
    assert list(published_posts(campaign)) == []
    assert not listed_video(campaign, video.pk, released=True).may_be_tied
    sync_order(order)
    assert list(published_posts(campaign)) == []

    tiktok.control("link/answer", video_id=video.tiktok_video_id, action="APPROVE")
    tiktok.control("clock", advance_seconds=2 * DAY)
    order = sync_order(order)

    assert order.state == OrderState.FULFILLED
    published = published_posts(campaign).get()
    assert (published.pk, published.order, published.review_state) == (
        post.pk,
        order,
        ReviewState.SUCCEED,
    )
    assert published.video.report_fetched_at is not None


def test_asking_twice_asks_once(tiktok, campaign, tiktok_one) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    video = a_published_video(tiktok, campaign, order)
    later = timezone.now() + timedelta(hours=9)
    all_polls().filter(kind="order").update(due_at=later)
    request_tie(campaign, video, actor=None)
    assert all_polls().get(kind="order").due_at < later  # the answer is looked for soon
    post = request_tie(campaign, video, actor=None)
    (asked,) = tiktok.read("campaigns")["link_requests"]
    assert (asked["requests"], post.asked_count) == (1, 1)


def test_a_lost_answer_to_asking_is_found_out_by_the_next_sync(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    video = a_published_video(tiktok, campaign, order)
    tiktok.control("fail", times=1, path="/campaign/link/status/")  # the sync before goes well
    lose_answer(tiktok, applied=True, path="/campaign/link/")

    later = timezone.now() + timedelta(hours=9)
    all_polls().filter(kind="order").update(due_at=later)

    with pytest.raises(OutcomeUnknown):
        request_tie(campaign, video, actor=None)
    assert Post.objects.count() == 0
    assert all_polls().get(kind="order").due_at < later
    sync_order(order)

    assert Post.objects.get().review_state == ReviewState.LINK_ASKED
    assert tiktok.read("campaigns")["link_requests"][0]["requests"] == 1


def test_a_creator_who_says_no_is_said_so_and_may_be_asked_again(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    video = a_published_video(tiktok, campaign, order)
    request_tie(campaign, video, actor=None)
    tiktok.control("link/answer", video_id=video.tiktok_video_id, action="REJECT")

    order = sync_order(order)

    assert order.state == OrderState.SENT
    assert Post.objects.get().review_state == ReviewState.LINK_REFUSED
    tiktok.control("stats")
    for act in (remind_of_tie, stop_requesting_tie):
        with pytest.raises(NotAsked):
            act(Post.objects.get(), actor=None)
    assert tiktok.read("stats")["total"] == 0
    row = listed_video(campaign, video.pk, released=True)
    assert (row.may_be_tied, row.may_be_added) == (True, True)
    add_post_by_hand(campaign, video, actor=None)
    sync_order(order)
    assert published_posts(campaign).get().origin == PostOrigin.BY_HAND


def test_a_reminder_waits_a_day_and_there_are_two(tiktok, campaign, tiktok_one) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    post = request_tie(campaign, a_published_video(tiktok, campaign, order), actor=None)
    with pytest.raises(ReminderTooEarly, match="The next one may go out after"):
        remind_of_tie(post, actor=None)

    for count in (2, 3):
        tiktok.control("clock", advance_seconds=DAY + 60)
        Post.objects.update(asked_at=timezone.now() - timedelta(hours=25))
        post.refresh_from_db()
        post = remind_of_tie(post, actor=None)
        assert post.asked_count == count

    with pytest.raises(ReminderTooEarly, match="Both reminders"):
        remind_of_tie(post, actor=None)
    events = Event.objects.filter(object_type="campaigns.post").order_by("pk")
    asked = ["post.tie_requested", "post.tie_reminded", "post.tie_reminded"]
    assert list(events.values_list("verb", flat=True)) == asked


def test_a_request_is_taken_back_while_it_waits_and_not_after(tiktok, campaign, tiktok_one) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    video = a_published_video(tiktok, campaign, order)
    post = request_tie(campaign, video, actor=None)
    post = stop_requesting_tie(post, actor=None)
    assert Event.objects.filter(verb=Verb.POST_TIE_REQUEST_TAKEN_BACK).count() == 1
    assert post.review_state == ReviewState.LINK_TAKEN_BACK
    with pytest.raises(NotAsked):
        stop_requesting_tie(post, actor=None)
    assert sync_order(order).state == OrderState.SENT


def test_an_answer_that_came_first_wins_over_taking_back(tiktok, campaign, tiktok_one) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    video = a_published_video(tiktok, campaign, order)
    post = request_tie(campaign, video, actor=None)
    tiktok.control("link/answer", video_id=video.tiktok_video_id, action="APPROVE")
    with pytest.raises(NotAsked):
        stop_requesting_tie(post, actor=None)
    sync_order(order)
    assert published_posts(campaign).get().pk == post.pk


def test_a_post_that_stands_by_hand_goes_on_standing_while_its_creator_is_asked(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    video = a_published_video(tiktok, campaign, order)
    by_hand = add_post_by_hand(campaign, video, actor=None)

    request_tie(campaign, video, actor=None)
    sync_order(order)
    published = published_posts(campaign).get()
    assert (published.pk, published.order, published.origin) == (
        by_hand.pk,
        None,
        PostOrigin.BY_HAND,
    )

    tiktok.control("link/answer", video_id=video.tiktok_video_id, action="APPROVE")
    sync_order(order)
    published = published_posts(campaign).get()
    assert (published.pk, published.order, published.origin) == (
        by_hand.pk,
        order,
        PostOrigin.LINK_REQUEST,
    )


def test_without_an_order_of_tiktok_one_nobody_can_be_asked(tiktok, campaign, tiktok_one) -> None:
    MarketplaceAccount.objects.filter(pk=tiktok_one.pk).update(state="disconnected")
    order = ordered(campaign)
    video = a_published_video(tiktok, campaign, order)
    assert not listed_video(campaign, video.pk, released=True).may_be_tied
    with pytest.raises(NoOrderToTie, match="has no open TikTok One order"):
        request_tie(campaign, video, actor=None)


def test_in_the_older_dialect_the_creator_ties_by_code_and_nobody_can_be_asked(
    tiktok, campaign
) -> None:
    with pytest.raises(NotOffered, match="by the campaign code, in TikTok"):
        ask_to_tie(None, an_order(campaign, an_account("maya.bakes")).tiktok_order_id, "1")
    assert tiktok.read("stats")["total"] == 0


def test_a_link_request_of_another_campaign_is_read_past(
    tiktok, campaign, tiktok_one, monkeypatch
) -> None:
    order = ordered(campaign)
    video = a_published_video(tiktok, campaign, order)
    request_tie(campaign, video, actor=None)
    link_requests = TtoMarketplace.link_requests

    def of_another(self, **asked):
        page = link_requests(self, **asked)
        return replace(page, requests=tuple(replace(r, campaign_id="4711") for r in page.requests))

    monkeypatch.setattr(TtoMarketplace, "link_requests", of_another)
    before = Post.objects.values().get()
    sync_order(order)
    assert Post.objects.values().get() == before


def test_a_video_of_somebody_whom_nobody_here_knows_is_no_orders(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    LinkedVideo.objects.create(
        marketplace_account=tiktok_one,
        tiktok_campaign_id=order.request.tiktok_campaign_id,
        tiktok_video_id="7450000000000000099",
        handle="nobody.here",
        uploaded_at=timezone.now(),
    )
    assert sync_order(order).video_count == 0
    assert not Post.objects.exists()
    assert Creator.objects.count() == 1


def test_what_tiktok_refuses_is_said_in_its_words_and_nothing_is_written(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    tiktok.control("clock", advance_seconds=60)
    video = a_published_video(tiktok, campaign, order)
    tiktok.control("privacy", video_id=video.tiktok_video_id, private=True)
    with pytest.raises(TikTokRefused, match="not public"):
        request_tie(campaign, video, actor=None)
    assert Post.objects.count() == 0


def test_tiktok_one_alone_invites_nobody_to_the_marketplace(tiktok, campaign, tiktok_one) -> None:
    others = MarketplaceAccount.objects.exclude(pk=tiktok_one.pk)
    others.update(state=AccountState.DISCONNECTED)
    creator = an_account("tom_trails").creator
    creator.marketplace_status = MarketplaceStatus.NOT_IN
    creator.save()
    with pytest.raises(NotOffered):
        invite_creators([creator], actor=None)


# --- a creator who changes their handle while the campaign runs ---------------------------------------------------
def was_made_as(earlier: str, order: Order) -> Order:
    """Go back to before the creator of this order was renamed at TikTok."""
    account = order.account
    Creator.objects.filter(pk=account.creator_id).update(handle=earlier)
    SocialAccount.objects.filter(pk=account.pk).update(handle=earlier)
    order.tiktok_order_id = f"{order.request.tiktok_campaign_id}/{earlier}"
    order.save()
    return Order.objects.get(pk=order.pk)


def published_at_tiktok(tiktok, order) -> str:
    """A video that came through the link and passed review, of which no event told."""
    handle, link = "maya.bakes", order.invite_link
    video = tiktok.control("publish", handle=handle, invite_link=link)["video_id"]
    tiktok.control("review", video_id=video, result="APPROVED")
    return video


def test_an_order_keeps_finding_the_videos_of_a_creator_who_was_renamed(
    tiktok, campaign, tiktok_one
) -> None:
    order = was_made_as("maya.cakes", ordered(campaign))
    by_report = published_at_tiktok(tiktok, order)
    follow_handle(order.account.creator, "maya.bakes")

    order = sync_order(order)
    assert (order.state, order.video_count) == (OrderState.POSTING, 1)

    by_event = publish(tiktok, Order.objects.get())
    for video in (by_report, by_event):
        approve(tiktok, Order.objects.get(), video)
    order = sync_order(order)

    assert order.state == OrderState.FULFILLED
    published = published_posts(campaign)
    assert {post.network_post_id for post in published} == {by_report, by_event}
    assert {post.order for post in published} == {order}
    assert sync_order(order).state == OrderState.FULFILLED


def test_an_event_that_names_a_creator_as_they_were_called_between_is_theirs(
    tiktok, campaign, tiktok_one, monkeypatch
) -> None:
    order = was_made_as("maya.cakes", ordered(campaign))
    video = published_at_tiktok(tiktok, order)
    follow_handle(order.account.creator, "maya.pies")
    tell(Order.objects.get(), video, uploaded_at=timezone.now())
    follow_handle(Creator.objects.get(), "maya.bakes")
    monkeypatch.setattr(TtoOrders, "_report", lambda self, campaign: iter(()))

    assert LinkedVideo.objects.get().handle == "maya.pies"
    assert sync_order(order).video_count == 1


def test_a_video_under_a_new_handle_finds_the_account_that_was_lost_sight_of(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    refresh_profile(order.account.creator)
    order = was_made_as("maya.cakes", order)
    Creator.objects.update(marketplace_status=MarketplaceStatus.INVALID)
    published_at_tiktok(tiktok, order)

    order = sync_order(order)

    assert order.video_count == 1
    creator = Creator.objects.get()
    assert (creator.handle, creator.marketplace_status) == ("maya.bakes", "in")
    assert Order.objects.get().account.handle == "maya.bakes"
    assert all_polls().filter(kind="profile", due_at__lte=timezone.now()).exists()


def test_a_video_whose_creator_tiktok_stops_naming_is_not_said_to_be_untied(
    tiktok, campaign, tiktok_one, monkeypatch
) -> None:
    order = ordered(campaign)
    tiktok.control("publish", handle="maya.bakes", invite_link=order.invite_link)
    sync_order(order)
    monkeypatch.setattr(TtoOrders, "_report", lambda self, campaign: iter(()))
    sync_order(order)
    post = Post.objects.get()
    assert (post.review_state, post.review_reason) == (ReviewState.CONTENT_REVIEWING, "")


def test_a_video_that_was_listed_under_a_second_creator_of_the_account_is_the_orders(
    tiktok, campaign, tiktok_one
) -> None:
    order = ordered(campaign)
    video = published_at_tiktok(tiktok, order)
    Video.objects.create(
        creator=an_account("maya.cakes").creator,
        tiktok_video_id=video,
        source="ttcm_public",
        counts_source="ttcm_public",
        counts_fetched_at=timezone.now(),
        published_at=timezone.now(),
    )
    assert sync_order(order).video_count == 1


def test_who_takes_over_a_creators_former_handle_takes_over_none_of_their_orders(
    tiktok, campaign, tiktok_one
) -> None:
    order = was_made_as("rio.runs", ordered(campaign))
    follow_handle(order.account.creator, "maya.bakes")
    an_account("rio.runs")
    tiktok.control("creator", handle="rio.runs", membership="IN")
    tiktok.control("publish", handle="maya.bakes", invite_link=order.invite_link)
    strange = "7450000000000000099"
    LinkedVideo.objects.create(
        marketplace_account=tiktok_one,
        tiktok_campaign_id=order.request.tiktok_campaign_id,
        tiktok_video_id=strange,
        handle="rio.runs",
        uploaded_at=timezone.now(),
    )

    assert sync_order(order).video_count == 1
    assert not Post.objects.filter(network_post_id=strange).exists()
