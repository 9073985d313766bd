"""Asking TikTok for orders: one intent, one effect, a result for every creator."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from campaigns.enums import OrderState, RequestState
from campaigns.errors import CampaignCodeNeeded, OrderNotValid, RequestSettled, RequestUnderWay
from campaigns.models import Campaign, Order, OrderRequest
from campaigns.queries import order_steps
from campaigns.services.orders import reconciling, sending
from campaigns.services.orders.contact.invitations import invite_creators
from campaigns.services.orders.polling import sync_due_orders
from campaigns.services.orders.reconciling import reconcile_order_request, repeat_order_request
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from jobs.enums import Lane
from jobs.models import Work
from jobs.services.queue import make_due
from mail.enums import MessageState
from mail.models import Message
from mail.services.delivery import settle
from mail.services.marks import mark
from mail.services.outbox import send_again
from tenancy.models import Event
from tests.factories.campaigns import a_campaign, an_account, an_order
from tests.mailing import sent_mail
from tests.working import all_polls, pump
from tiktok.errors import NoMarketplaceAccount, TikTokUnavailable
from tiktok.models import MarketplaceAccount
from tiktok.services.creators.handles import follow_handle

pytestmark = pytest.mark.django_db


def ask(campaign, accounts, **changes):
    values = {"brand_name": "Northwind", "description": "Two recipes", "video_count": 2}
    return request_orders(campaign, accounts, actor=None, **{**values, **changes})


def states(request):
    return dict(Order.objects.filter(request=request).values_list("account__handle", "state"))


def test_every_creator_gets_an_order_with_link_and_code(tiktok, campaign) -> None:
    accounts = [an_account("maya.bakes", email="maya@example.com"), an_account("tom_trails")]

    request = send_order_request(ask(campaign, accounts))

    assert request.state == RequestState.DONE
    orders = list(Order.objects.order_by("account__handle"))
    assert [order.state for order in orders] == [OrderState.SENT, OrderState.CREATED]
    at_tiktok = tiktok.read("orders")
    assert [o.campaign_code for o in orders] == [at_tiktok["codes"][0]["code"]] * 2
    assert [o.invite_link for o in orders] == [at_tiktok["codes"][0]["invite_link"]] * 2
    assert {o.tiktok_order_id for o in orders} == {o["order_id"] for o in at_tiktok["orders"]}
    assert at_tiktok["codes"][0]["video_number"] == 2
    assert list(order_steps(orders[0].pk).values_list("state", "evidence")) == [
        ("creating", "Order requested."),
        ("created", f"TikTok created the order under code {orders[0].campaign_code}."),
        ("sent", "Invitation queued as an e-mail to the creator."),
    ]
    assert orders[1].problem.startswith("No e-mail address is known.")
    assert campaign.participants.count() == 2
    campaign.refresh_from_db()
    assert campaign.state == "active"
    assert all_polls().filter(kind="order").count() == 2


@pytest.mark.parametrize(("state", "then"), [("draft", "active"), ("completed", "completed")])
def test_an_order_makes_a_draft_active_and_no_other_campaign(campaign, state, then) -> None:
    Campaign.objects.update(state=state)
    other = a_campaign("Another draft")
    ask(campaign, [an_account("maya.bakes")])
    found = dict(Campaign.objects.values_list("pk", "state"))
    assert found == {campaign.pk: then, other.pk: "draft"}


def test_the_invitation_says_link_and_code(tiktok, campaign) -> None:
    send_order_request(ask(campaign, [an_account("maya.bakes", email="maya@example.com")]))

    order = Order.objects.get()
    (message,) = sent_mail()
    assert message.to == ["maya@example.com"]
    for body in (message.body, message.alternatives[0].content):
        assert order.invite_link in body
        assert order.campaign_code in body


def test_an_address_that_bounced_keeps_one_invitation_back_and_no_other(tiktok, campaign) -> None:
    handles = ("maya.bakes", "rio.runs", "tom_trails")
    mark("rio.runs@example.com", "bounced_at")

    request = send_order_request(
        ask(campaign, [an_account(handle, email=f"{handle}@example.com") for handle in handles])
    )

    assert states(request) == {"maya.bakes": "sent", "rio.runs": "created", "tom_trails": "sent"}
    kept_back = Order.objects.get(state="created")
    assert "came back" in kept_back.problem
    assert "Send the invitation to the creator yourself." in kept_back.problem
    assert len(sent_mail()) == 2


def test_the_order_says_what_became_of_its_invitation(tiktok, campaign) -> None:
    send_order_request(ask(campaign, [an_account("maya.bakes", email="maya@example.com")]))
    message = Message.objects.get()
    settle(message, MessageState.FAILED, "550 No.")
    order = Order.objects.get()
    assert order.state == OrderState.SENT
    assert order.problem.startswith("The invitation did not go out by e-mail (550 No).")

    send_again(message, actor=None)
    assert [mail.to for mail in sent_mail()] == [["maya@example.com"]]
    assert Order.objects.get().problem == ""


def test_a_mail_that_failed_is_said_on_its_own_order_alone(tiktok, campaign) -> None:
    accounts = [
        an_account(name, email=f"{name}@example.com") for name in ("maya.bakes", "rio.runs")
    ]
    send_order_request(ask(campaign, accounts))
    settle(Message.objects.get(recipient="maya.bakes@example.com"), MessageState.FAILED, "550 No.")
    problems = dict(Order.objects.values_list("account__handle", "problem"))
    assert problems["maya.bakes"].startswith("The invitation did not go out")
    assert problems["rio.runs"] == ""


def test_a_sync_invites_whom_its_own_orders_forgot_and_nobody_else(tiktok, campaign) -> None:
    for name in ("maya.bakes", "rio.runs"):
        send_order_request(ask(campaign, [an_account(name, email=f"{name}@example.com")]))
    Order.objects.update(state=OrderState.CREATED)
    one, other = Order.objects.order_by("pk")
    sync_due_orders([one.pk])
    states = dict(Order.objects.values_list("pk", "state"))
    assert states == {one.pk: OrderState.SENT, other.pk: OrderState.CREATED}


def test_54_invitations_are_queued_at_once_and_none_is_sent(tiktok, campaign, settings) -> None:
    settings.EMAIL_BACKEND = "tests.mailing.RefusingBackend"
    accounts = [an_account(f"creator_{n}", email=f"{n}@example.com") for n in range(55)]
    first, *others = [an_order(campaign, a, state=OrderState.CREATED) for a in accounts]
    invite_creators([first])  # loads what is loaded once

    began_at = time.process_time()
    invite_creators(others)

    # About 0.4 s on a quiet machine; this one may be busy, and count lines.
    assert time.process_time() - began_at < 2.0
    assert Message.objects.filter(state=MessageState.QUEUED).count() == 55


def test_one_refused_creator_does_not_stop_the_others(tiktok, campaign) -> None:
    accounts = [an_account("maya.bakes"), an_account("nosuch"), an_account("rio.runs")]

    request = send_order_request(ask(campaign, accounts))

    assert request.state == RequestState.DONE
    assert states(request) == {"maya.bakes": "created", "nosuch": "failed", "rio.runs": "created"}
    failed = Order.objects.get(state="failed")
    assert failed.problem == "TikTok did not accept this creator for the order and gave no reason."
    assert order_steps(failed.pk).last().evidence == failed.problem


def test_a_refusal_of_all_fails_with_tiktoks_words(tiktok, campaign) -> None:
    request = send_order_request(ask(campaign, [an_account("nosuch")]))

    assert request.state == RequestState.FAILED
    assert Order.objects.get().problem == "TikTok refused: Creators: None of the handles exists."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"brand_name": ""}, "brand_name"),
        ({"brand_name": "x" * 61}, "brand_name"),
        ({"description": "x" * 61}, "description"),
        ({"video_count": 0}, "video_count"),
        ({"video_count": 11}, "video_count"),
    ],
)
def test_what_tiktok_would_refuse_is_refused_before_anything_is_written(
    campaign, changes, field
) -> None:
    with pytest.raises(OrderNotValid) as refused:
        ask(campaign, [an_account("maya.bakes")], **changes)

    assert refused.value.field == field
    assert OrderRequest.objects.count() == Order.objects.count() == 0


def test_an_order_needs_an_account_on_tiktok(campaign) -> None:
    with pytest.raises(OrderNotValid, match="Choose at least one"):
        ask(campaign, [])
    account = an_account("maya.bakes")
    account.network = "instagram"
    with pytest.raises(OrderNotValid, match="is not one"):
        ask(campaign, [account])


def test_without_a_marketplace_account_nothing_is_written(campaign) -> None:
    MarketplaceAccount.objects.update(state="disconnected")
    with pytest.raises(NoMarketplaceAccount):
        ask(campaign, [an_account("maya.bakes")])
    assert OrderRequest.objects.count() == 0


def test_the_same_submission_twice_makes_one_request(tiktok, campaign) -> None:
    account = an_account("maya.bakes")
    first = send_order_request(ask(campaign, [account], token="form-1"))
    again = send_order_request(ask(campaign, [account], token="form-1"))

    assert first == again
    assert Order.objects.count() == 1
    assert len(tiktok.read("orders")["orders"]) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("token", ["", "form-1"])
def test_what_the_database_refuses_is_no_double_click(campaign, token) -> None:
    account = an_account("maya.bakes")
    Campaign.objects.all().delete()  # meanwhile
    with pytest.raises(IntegrityError):
        ask(campaign, [account], token=token)
    assert OrderRequest.objects.count() == Order.objects.count() == 0


def test_a_refusal_fails_the_orders_that_were_asked_for_and_no_other(tiktok, campaign) -> None:
    earlier = send_order_request(ask(campaign, [an_account("rio.runs")]))
    request = ask(campaign, [an_account("maya.bakes"), an_account("tom_trails")])
    request.orders.filter(account__handle="maya.bakes").update(state=OrderState.CREATED)
    tiktok.control("fail", times=1, path="/tcm/order/create/", code=40002)

    assert send_order_request(request).state == RequestState.FAILED

    assert states(request) == {"maya.bakes": "created", "tom_trails": "failed"}
    earlier.refresh_from_db()
    assert (earlier.state, states(earlier)) == (RequestState.DONE, {"rio.runs": "created"})


def test_a_lost_answer_makes_no_other_request_uncertain(tiktok, campaign) -> None:
    waiting = ask(campaign, [an_account("rio.runs")])
    OrderRequest.objects.update(state=RequestState.SENDING)
    lose_answer(tiktok)
    send_order_request(ask(campaign, [an_account("maya.bakes")]))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.was_uncertain) == (RequestState.SENDING, False)


def test_an_invitation_that_could_not_go_out_waits_for_a_person(tiktok, campaign) -> None:
    account = an_account("maya.bakes")
    send_order_request(ask(campaign, [account]))
    order = Order.objects.get()
    assert order.problem.startswith("No e-mail address is known.")
    account.influencer.email = "maya@example.com"
    account.influencer.save()

    sync_due_orders([order.pk])

    assert (sent_mail(), Order.objects.get().state) == ([], OrderState.CREATED)


def test_the_events_of_a_request_say_how_many_orders_and_videos_were_asked_for(campaign) -> None:
    request = ask(campaign, [an_account("maya.bakes"), an_account("rio.runs")])
    events = Event.objects.filter(verb__startswith="order.").order_by("pk")
    assert [(event.verb, event.detail) for event in events] == [
        ("order.creating", {"state": "creating"}),
        ("order.creating", {"state": "creating"}),
        ("order.requested", {"orders": 2, "videos": request.video_count}),
    ]


def test_another_submission_makes_another_order(tiktok, campaign) -> None:
    account = an_account("maya.bakes")
    send_order_request(ask(campaign, [account], token="form-1"))
    send_order_request(ask(campaign, [account], token="form-2"))
    assert len(tiktok.read("orders")["orders"]) == 2


def test_more_than_a_hundred_creators_share_one_code_over_two_calls(tiktok, campaign) -> None:
    accounts = [an_account(f"creator_{n}") for n in range(101)]
    for account in accounts:
        tiktok.control("creator", handle=account.handle, membership="IN")

    request = send_order_request(ask(campaign, accounts))

    codes = tiktok.read("orders")["codes"]
    assert [len(code["order_ids"]) for code in codes] == [101]
    assert set(Order.objects.values_list("campaign_code", flat=True)) == {codes[0]["code"]}
    assert tiktok.read("stats")["calls"]["/tcm/order/create/v2/"] == 2
    assert [part.state for part in request.continuations.all()] == ["done"]


def lose_answer(tiktok, **fault) -> None:
    """The next creating call takes effect at TikTok; its answer does not arrive whole."""
    tiktok.control(
        "fail", times=1, path="/tcm/order/create/", applied=True, garbage="truncated", **fault
    )


def test_a_lost_answer_leaves_the_outcome_open_and_is_never_repeated_by_itself(
    tiktok, campaign
) -> None:
    lose_answer(tiktok)
    request = send_order_request(ask(campaign, [an_account("maya.bakes")]))

    assert request.state == RequestState.UNCERTAIN
    order = Order.objects.get()
    assert order.state == OrderState.CREATING
    assert order.problem.startswith("TikTok did not answer in time")
    send_order_request(request)
    sync_due_orders([order.pk])
    assert len(tiktok.read("orders")["orders"]) == 1


def test_check_again_without_any_code_asks_for_the_one_tiktok_shows(tiktok, campaign) -> None:
    lose_answer(tiktok)
    request = send_order_request(
        ask(campaign, [an_account("maya.bakes", email="maya@example.com")])
    )

    with pytest.raises(CampaignCodeNeeded):
        reconcile_order_request(request, actor=None)
    code = tiktok.read("orders")["codes"][0]["code"]
    request = reconcile_order_request(request, actor=None, campaign_code=code)

    assert request.state == RequestState.DONE
    order = Order.objects.get()
    assert (order.state, order.campaign_code) == (OrderState.SENT, code)
    assert order.tiktok_order_id == tiktok.read("orders")["orders"][0]["order_id"]
    assert len(sent_mail()) == 1
    with pytest.raises(RequestSettled):
        reconcile_order_request(request, actor=None, campaign_code=code)


def test_a_request_that_somebody_settles_meanwhile_is_reconciled_once(
    tiktok, campaign, monkeypatch
) -> None:
    lose_answer(tiktok)
    request = send_order_request(ask(campaign, [an_account("maya.bakes")]))
    code, find = tiktok.read("orders")["codes"][0]["code"], reconciling.find_orders

    def slow(*lost):
        found = find(*lost)
        monkeypatch.setattr(reconciling, "find_orders", find)
        reconcile_order_request(OrderRequest.objects.get(), actor=None, campaign_code=code)
        return found

    monkeypatch.setattr(reconciling, "find_orders", slow)
    with pytest.raises(RequestSettled):
        reconcile_order_request(request, actor=None, campaign_code=code)

    assert states(request) == {"maya.bakes": "created"}
    assert Event.objects.filter(verb="order.reconciled").count() == 1


def test_a_code_that_tiktok_does_not_know_finds_nothing_and_says_so(tiktok, campaign) -> None:
    lose_answer(tiktok)
    request = send_order_request(ask(campaign, [an_account("maya.bakes")]))
    request = reconcile_order_request(request, actor=None, campaign_code="NOT-SUCH")
    assert (request.state, request.problem) == (
        RequestState.UNCERTAIN,
        "TikTok lists none of these orders. They can be created again.",
    )


@pytest.mark.parametrize("state", [RequestState.DUE, RequestState.SENDING])
def test_a_request_that_is_on_its_way_is_not_repeated(tiktok, campaign, state) -> None:
    request = ask(campaign, [an_account("maya.bakes")])
    OrderRequest.objects.update(state=state)
    with pytest.raises(RequestUnderWay):
        repeat_order_request(request, actor=None)
    assert tiktok.read("orders")["orders"] == []


def test_create_anew_is_a_persons_choice(tiktok, campaign) -> None:
    tiktok.control("fail", times=1, path="/tcm/order/create/", http_status=502)
    request = send_order_request(ask(campaign, [an_account("maya.bakes")]))
    assert request.state == RequestState.UNCERTAIN

    request = repeat_order_request(request, actor=None)

    assert request.state == RequestState.DONE
    assert states(request) == {"maya.bakes": "created"}
    assert len(tiktok.read("orders")["orders"]) == 1
    assert Event.objects.filter(verb="order.repeated", object_id=request.pk).count() == 1


def test_with_a_known_code_a_repetition_syncs_first_and_makes_no_order_twice(
    tiktok, campaign
) -> None:
    first = send_order_request(ask(campaign, [an_account("maya.bakes")]))
    account = an_account("rio.runs")
    part = OrderRequest.objects.create(
        campaign=campaign,
        brand_name=first.brand_name,
        description=first.description,
        video_count=first.video_count,
        continues=first,
    )
    Order.objects.create(
        request=part,
        campaign=campaign,
        account=account,
        state=OrderState.CREATING,
        state_at=timezone.now(),
    )
    lose_answer(tiktok)
    send_order_request(part)
    part.refresh_from_db()
    assert part.state == RequestState.UNCERTAIN

    repeat_order_request(part, actor=None)

    part.refresh_from_db()
    assert part.state == RequestState.DONE
    assert states(part) == {"rio.runs": "created"}
    assert len(tiktok.read("orders")["orders"]) == 2


def test_check_again_says_which_orders_do_not_exist(tiktok, campaign) -> None:
    known = send_order_request(ask(campaign, [an_account("maya.bakes")]))
    tiktok.control("fail", times=1, path="/tcm/order/create/", http_status=502)
    request = send_order_request(ask(campaign, [an_account("rio.runs")]))

    request = reconcile_order_request(request, actor=None, campaign_code=known.campaign_code)

    assert request.state == RequestState.UNCERTAIN
    assert "can be created again" in request.problem


def test_when_tiktok_cannot_be_reached_the_pump_tries_again(tiktok, campaign, settings) -> None:
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    request = send_order_request(ask(campaign, [an_account("maya.bakes")]))
    assert request.state == RequestState.DUE
    assert "Nothing was created" in request.problem
    order = Order.objects.get()
    with pytest.raises(TikTokUnavailable):
        sync_due_orders([order.pk])

    settings.TIKTOK_BASE_URL = tiktok.url
    sync_due_orders([order.pk])

    request.refresh_from_db()
    assert request.state == RequestState.DONE
    assert len(tiktok.read("orders")["orders"]) == 1


def under_way(request: OrderRequest, *, lease_until: datetime) -> None:
    """Somebody has begun to send this request, and was not heard of since."""
    OrderRequest.objects.filter(pk=request.pk).update(
        state=RequestState.SENDING, sending_at=timezone.now()
    )
    make_due(sending.WORK_KIND, request.pk)
    Work.objects.filter(kind=sending.WORK_KIND).update(lease_until=lease_until)


def test_a_worker_settles_the_request_of_a_sender_that_never_came_back(tiktok, campaign) -> None:
    request = ask(campaign, [an_account("maya.bakes")])
    under_way(request, lease_until=timezone.now() - timedelta(seconds=1))

    assert pump(Lane.PERSON) == 1

    request.refresh_from_db()
    assert (request.state, request.problem) == (RequestState.UNCERTAIN, sending.LOST)
    assert tiktok.read("orders")["orders"] == []
    assert not Work.objects.filter(kind=sending.WORK_KIND).exists()


def test_a_sender_that_breaks_leaves_the_outcome_open(tiktok, campaign, monkeypatch) -> None:
    def broken(*asked: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sending, "place_orders", broken)
    request = ask(campaign, [an_account("maya.bakes")])
    with pytest.raises(ZeroDivisionError):
        send_order_request(request)
    monkeypatch.undo()

    assert send_order_request(request).state == RequestState.UNCERTAIN
    assert tiktok.read("orders")["orders"] == []


def test_a_request_that_is_settled_leaves_no_work_and_is_not_touched_again(
    tiktok, campaign
) -> None:
    request = ask(campaign, [an_account("maya.bakes")])
    OrderRequest.objects.update(state=RequestState.UNCERTAIN)
    Order.objects.update(problem="Look at TikTok.")

    send_order_request(request)

    assert Order.objects.get().problem == "Look at TikTok."
    assert not Work.objects.filter(kind=sending.WORK_KIND).exists()


def test_a_sender_that_never_came_back_leaves_the_outcome_open(tiktok, campaign) -> None:
    request = ask(campaign, [an_account("maya.bakes")])
    under_way(request, lease_until=timezone.now() - timedelta(seconds=1))

    sync_due_orders([Order.objects.get().pk])

    request.refresh_from_db()
    assert (request.state, request.problem) == (RequestState.UNCERTAIN, sending.LOST)
    assert tiktok.read("orders")["orders"] == []


def test_a_creator_who_is_renamed_while_tiktok_is_asked_has_the_order_all_the_same(
    tiktok, campaign, monkeypatch
) -> None:
    account = an_account("maya.bakes")
    place = sending.place_orders

    def slow(*asked):
        answer = place(*asked)
        follow_handle(account.creator, "maya.pies")
        return answer

    monkeypatch.setattr(sending, "place_orders", slow)
    request = send_order_request(ask(campaign, [account]))

    assert states(request) == {"maya.pies": OrderState.CREATED}


def test_an_invitation_that_a_killed_process_left_unmailed_is_mailed_by_the_pump_once(
    tiktok, campaign, monkeypatch
) -> None:
    request = ask(campaign, [an_account("maya.bakes", email="maya@example.com")])
    with monkeypatch.context() as killed:
        killed.setattr("campaigns.services.orders.sending.invite_creators", lambda orders: None)
        send_order_request(request)
    order = Order.objects.get()
    assert (order.state, sent_mail()) == (OrderState.CREATED, [])

    sync_due_orders([order.pk])
    sync_due_orders([order.pk])

    assert [message.to for message in sent_mail()] == [["maya@example.com"]]
    assert states(request) == {"maya.bakes": OrderState.SENT}


def test_the_second_hundred_is_tried_again_as_soon_as_the_first_would_be(tiktok, campaign) -> None:
    accounts = [an_account(f"creator_{n}") for n in range(101)]
    request = send_order_request(ask(campaign, accounts))
    last = request.continuations.get()
    OrderRequest.objects.filter(pk=last.pk).update(state=RequestState.DUE)
    order = last.orders.get()
    Order.objects.filter(pk=order.pk).update(state=OrderState.CREATING, tiktok_order_id="")
    tiktok.control("fail", times=1, code=40100, path="/tcm/order/create/v2/")

    with pytest.raises(TikTokUnavailable):
        sync_due_orders([order.pk])

    OrderRequest.objects.filter(pk=request.pk).update(state=RequestState.UNCERTAIN)
    sync_due_orders([order.pk])  # a person must look first


def test_a_request_being_sent_by_somebody_else_is_left_alone(tiktok, campaign) -> None:
    request = ask(campaign, [an_account("maya.bakes")])
    under_way(request, lease_until=timezone.now() + timedelta(minutes=1))

    assert send_order_request(request).state == RequestState.SENDING
    with pytest.raises(TikTokUnavailable):  # so that the pump looks soon what became of it
        sync_due_orders([Order.objects.get().pk])
    assert tiktok.read("orders")["orders"] == []


def test_ended_marketplace_access_fails_the_orders_and_may_be_tried_again(tiktok, campaign) -> None:
    tiktok.control("fail", times=1, path="/tcm/order/create/", code=40105)
    request = send_order_request(ask(campaign, [an_account("maya.bakes")]))
    assert request.state == RequestState.FAILED
    assert "renew it in Settings" in Order.objects.get().problem

    request = repeat_order_request(request, actor=None)

    assert request.state == RequestState.DONE
    assert list(order_steps(request.orders.get().pk).values_list("state", flat=True)) == [
        "creating",
        "failed",
        "creating",
        "created",
    ]


def test_a_repetition_that_tiktok_puts_off_is_tried_again_by_the_pump(
    tiktok, campaign, settings
) -> None:
    tiktok.control("fail", times=1, path="/tcm/order/create/", code=40105)
    request = send_order_request(ask(campaign, [an_account("maya.bakes")]))
    pump()
    assert all_polls().get(kind="order").stopped_reason == "The order is settled."
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"

    request = repeat_order_request(request, actor=None)
    assert "tried again automatically" in request.problem
    settings.TIKTOK_BASE_URL = tiktok.url
    pump()

    assert states(request) == {"maya.bakes": "created"}


def test_an_order_that_is_known_already_is_never_taken_for_the_one_that_is_looked_for(
    tiktok, campaign
) -> None:
    account = an_account("maya.bakes")
    first = send_order_request(ask(campaign, [account]))
    again = OrderRequest.objects.create(
        campaign=campaign,
        brand_name=first.brand_name,
        description=first.description,
        video_count=first.video_count,
        continues=first,
        state=RequestState.UNCERTAIN,
    )
    Order.objects.create(
        request=again,
        campaign=campaign,
        account=account,
        state=OrderState.CREATING,
        state_at=timezone.now(),
    )

    reconcile_order_request(again, actor=None)

    assert again.state == RequestState.UNCERTAIN
    assert "1 of these orders are not listed at TikTok" in again.problem
    assert states(again) == {"maya.bakes": "creating"}
    assert again.orders.get().tiktok_order_id == ""
