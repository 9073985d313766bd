"""The campaign pages: who may, what they say, what they cost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.enums import OrderState, PostOrigin, RequestState
from campaigns.models import Campaign, Order, OrderRequest, Participant, Post
from campaigns.queries import order_steps, order_timeline
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from jobs.models import Work
from jobs.services.queue import JUST_NOW
from tenancy.enums import Verb
from tenancy.models import EventText, Organization
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tests.factories.campaigns import (
    a_campaign,
    a_participant,
    a_post,
    a_video,
    an_account,
    an_order,
)
from tests.sandbox_process import Sandbox
from tests.submitting import submit, token
from tiktok.enums import PollKind, Source
from tiktok.models import Video
from tiktok.services.facts.snapshots import record_video_snapshots

pytestmark = pytest.mark.django_db
FORM = {"brand_name": "Northwind", "description": "Two recipes", "video_count": "2"}


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def base(campaign: Campaign) -> str:
    return f"/o/oaks/campaigns/{campaign.pk}/"


def filled(campaign: Campaign) -> tuple[Order, Post, Any]:
    """One of everything: an order with a post, and a listed video."""
    account = a_participant(campaign, "maya.bakes")
    order = an_order(campaign, account)
    post = a_post(campaign, a_video(account, "1"), order=order)
    return order, post, a_video(account, "2")


def pages(campaign: Campaign) -> list[str]:
    order, post, _ = filled(campaign)
    root = base(campaign)
    return [
        "/o/oaks/campaigns/",
        root,
        f"{root}posts/",
        f"{root}posts/all/",
        f"{root}influencers/",
        f"{root}orders/{order.pk}/",
        f"{root}requests/{order.request_id}/",
        f"{root}posts/{post.pk}/",
    ]


def actions(campaign: Campaign) -> list[str]:
    order, post, video = filled(campaign)
    root = base(campaign)
    return [
        "/o/oaks/campaigns/new/",
        f"{root}edit/",
        f"{root}orders/new/",
        f"{root}orders/accounts/",
        f"{root}orders/refresh/",
        f"{root}orders/{order.pk}/sent/",
        f"{root}requests/{order.request_id}/check/",
        f"{root}requests/{order.request_id}/repeat/",
        f"{root}influencers/add/",
        f"{root}posts/add/{video.pk}/",
        f"{root}posts/{post.pk}/refresh/",
    ]


def test_a_viewer_reads_every_page_and_is_offered_no_action(viewer, campaign) -> None:
    for address in pages(campaign):
        answer = viewer.get(address)
        assert answer.status_code == 200, address
        for word in ("New order", "New campaign", "Refresh", "Add influencers", "Add to campaign"):
            assert word not in text(answer), (address, word)


def test_a_viewer_may_do_nothing(viewer, campaign) -> None:
    for address in actions(campaign):
        assert viewer.post(address).status_code == 403, address
    assert Order.objects.count() == 1


def test_another_organizations_campaign_is_as_absent_as_one_that_never_was(
    manager, organization
) -> None:
    elm = Organization.objects.create(name="Elm", slug="elm")
    with organization_scope(elm):
        theirs = a_campaign("Theirs")
        absent = [*pages(theirs)[1:], *actions_of(theirs)]
    for address in absent:
        foreign = manager.get(address)
        missing = manager.get(address.replace(f"/{theirs.pk}/", "/999999/", 1))
        assert (foreign.status_code, missing.status_code) == (404, 404), address
        assert "Theirs" not in text(foreign)


def actions_of(campaign: Campaign) -> list[str]:
    root = base(campaign)
    return [f"{root}edit/", f"{root}orders/new/", f"{root}influencers/add/"]


def test_objects_of_another_campaign_are_not_under_this_one(manager, campaign) -> None:
    other = a_campaign("Other")
    order, post, video = filled(other)
    Participant.objects.filter(campaign=campaign).delete()
    root = base(campaign)
    for address in (
        f"{root}orders/{order.pk}/",
        f"{root}posts/{post.pk}/",
        f"{root}requests/{order.request_id}/",
        f"{root}posts/add/{video.pk}/",
    ):
        assert manager.get(address).status_code == 404, address


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len([q for q in captured if "SAVEPOINT" not in q["sql"]])


def test_a_list_costs_the_same_few_queries_whatever_it_shows(viewer, campaign) -> None:
    root = base(campaign)
    lists = [
        "/o/oaks/campaigns/",
        f"{root}orders/",
        f"{root}posts/",
        f"{root}posts/all/",
        f"{root}influencers/",
    ]
    filled(campaign)
    viewer.get(root)
    few = {address: queries(viewer, address) for address in lists}
    for handle in ("rio.runs", "lena.lifts", "tom_trails"):
        account = a_participant(campaign, handle, status="not_in" if handle[0] == "t" else "in")
        order = an_order(campaign, account)
        a_post(campaign, a_video(account, f"{handle}-1"), order=order)
        a_post(campaign, a_video(account, f"{handle}-2"))
        a_video(account, f"{handle}-3")
        a_campaign(handle)

    many = {address: queries(viewer, address) for address in lists}

    assert few == many
    assert max(many.values()) <= 10, many


def test_a_campaign_is_made_and_changed(manager, campaign) -> None:
    fields = {"name": "Winter", "client": "Contoso", "starts_on": "2026-12-01", "token": "form-1"}
    answer = manager.post("/o/oaks/campaigns/new/", {**fields, "ends_on": "2026-12-31"})
    made = Campaign.objects.get(name="Winter")
    assert answer.headers["Location"] == base(made)
    assert made.state == "draft"

    changed = {**fields, "ends_on": "2026-12-24", "state": "active"}
    submit(manager, f"{base(made)}edit/", changed)
    made.refresh_from_db()
    assert (str(made.ends_on), made.state) == ("2026-12-24", "active")


def test_a_campaign_that_ends_before_it_starts_is_refused_and_what_was_typed_kept(manager) -> None:
    answer = manager.post(
        "/o/oaks/campaigns/new/",
        {"name": "Winter", "client": "Contoso", "starts_on": "2026-12-02", "ends_on": "2026-12-01"},
    )
    assert answer.status_code == 422
    assert "The last day is before the first" in text(answer)
    assert 'value="Contoso"' in text(answer)
    assert Campaign.objects.count() == 0


@pytest.mark.parametrize(
    ("first", "last", "asked"),
    [
        ("2026-12-01", "9999-12-31", 9999),
        ("2026-12-01", "2101-01-01", 2101),
        ("2015-12-31", "2026-12-01", 2015),
        ("0001-01-01", "2026-12-01", 1),
        ("2016-01-01", "2100-12-31", None),
    ],
)
def test_a_date_that_is_no_campaigns_is_asked_about(manager, first, last, asked) -> None:
    fields = {"name": "Winter", "client": "Contoso", "token": "form-1"}
    fields |= {"starts_on": first, "ends_on": last}
    answer = manager.post("/o/oaks/campaigns/new/", fields)
    if asked is None:
        assert Campaign.objects.filter(name="Winter").exists()
    else:
        assert answer.status_code == 422
        assert f"Is the year {asked} right? Choose a date from 2016 to 2100." in text(answer)


def test_all_posts_shows_a_window_as_wide_as_the_calendar_to_its_last_moment(
    manager, campaign
) -> None:
    account = a_participant(campaign, "maya.bakes")
    moments = [datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    for number, moment in enumerate(moments):
        video = a_video(account, str(number))
        Video.objects.filter(pk=video.pk).update(published_at=moment, caption=f"Edge {number}")
    for first, last, shown in [
        ("0001-01-01", "9999-12-31", [True, True]),
        ("0001-01-02", "9999-12-30", [False, False]),
    ]:
        Campaign.objects.filter(pk=campaign.pk).update(starts_on=first, ends_on=last)
        answer = manager.get(f"{base(campaign)}posts/all/")
        assert answer.status_code == 200
        assert [f"Edge {number}" in text(answer) for number in (0, 1)] == shown


# --- the way to an order --------------------------------------------------------------------------------------------
def test_an_order_for_many_takes_four_actions(tiktok: Sandbox, manager, campaign) -> None:
    maya, tom = a_participant(campaign, "maya.bakes"), an_account("tom_trails", status="not_in")
    address = f"{base(campaign)}orders/new/"
    form = text(manager.get(address))
    assert "@maya.bakes · takes part" in form
    assert 'value="Northwind"' in form

    chosen = {**FORM, "accounts": [maya.pk, tom.pk]}
    preview = manager.post(address, {**chosen, "step": "preview"})
    assert "Send 2 orders" in text(preview)
    assert Order.objects.count() == 0

    send = {**chosen, "step": "send", "token": token(preview)}
    answer = manager.post(address, send, follow=True)

    assert text(answer).count("Copy the campaign code") == 2
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.CREATED}
    assert campaign.participants.count() == 2

    again = manager.post(address, send, follow=True)
    assert again.redirect_chain == answer.redirect_chain
    assert Order.objects.count() == len(tiktok.read("orders")["orders"]) == 2


def test_a_new_order_asks_for_one_video_and_counts_instead_of_cutting(manager, campaign) -> None:
    address = f"{base(campaign)}orders/new/"
    form = text(manager.get(address))
    assert 'name="video_count" value="1"' in form
    assert "9 of 60" in form
    assert "maxlength" not in form[form.index('id="id_brand_name"') - 200 :]
    maya = a_participant(campaign, "maya.bakes")
    answer = manager.post(address, {**FORM, "brand_name": "N" * 61, "accounts": [maya.pk]})
    assert answer.status_code == 422
    assert "N" * 61 in text(answer)
    assert "61 of 60" in text(answer)


def test_an_order_form_without_its_token_is_refused_and_keeps_the_input(
    tiktok: Sandbox, manager, campaign
) -> None:
    account = a_participant(campaign, "maya.bakes")
    sent = {**FORM, "accounts": [account.pk], "step": "send"}
    for sent_token in ({}, {"token": ""}, {"token": "\0"}):
        answer = manager.post(f"{base(campaign)}orders/new/", {**sent, **sent_token})
        assert answer.status_code == 422
        assert "This form came without its token, so nothing was done" in text(answer)
        assert 'value="Northwind"' in text(answer)
        assert "Two recipes" in text(answer)
        assert answer.context["chosen"] == {account.pk}
    assert not OrderRequest.objects.exists()
    assert tiktok.read("orders")["orders"] == []


def test_the_preview_says_who_has_an_order_already(manager, campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    an_order(campaign, account)
    preview = manager.post(f"{base(campaign)}orders/new/", {**FORM, "accounts": [account.pk]})
    assert "Has an order already" in text(preview)


def test_a_wrong_order_form_keeps_what_was_typed_and_ticked(manager, campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    answer = manager.post(
        f"{base(campaign)}orders/new/",
        {"accounts": [account.pk], "brand_name": "Northwind", "description": "", "video_count": 11},
    )
    page = text(answer)
    assert answer.status_code == 422
    assert f'value="{account.pk}" checked' in page
    assert 'value="Northwind"' in page
    assert "At most 10." in page


def test_searching_keeps_the_ticks_and_finds_by_name_and_handle(manager, campaign) -> None:
    maya, rio = an_account("maya.bakes"), an_account("rio.runs")
    an_account("lena.lifts")
    answer = manager.post(
        f"{base(campaign)}orders/accounts/", {"accounts": [maya.pk], "search": "RIO"}
    )
    page = text(answer)
    assert f'value="{maya.pk}" checked' in page
    assert f'value="{rio.pk}" >' in page
    assert "lena.lifts" not in page


@pytest.mark.parametrize("ticked", ["x", "99999999999999999999999", "0"])
def test_an_account_that_is_not_there_is_refused(manager, campaign, ticked) -> None:
    answer = manager.post(f"{base(campaign)}orders/new/", {**FORM, "accounts": [ticked]})
    assert answer.status_code == 422
    assert "no longer there" in text(answer)


def test_a_search_that_no_text_can_hold_finds_nothing(manager, campaign) -> None:
    found = manager.get(f"{base(campaign)}influencers/add/?search=a%00b")
    picked = manager.post(f"{base(campaign)}orders/accounts/", {"search": "a\x00b"})
    assert (found.status_code, picked.status_code) == (200, 200)


def test_an_uncertain_request_offers_to_sync_and_to_create_anew(
    tiktok: Sandbox, manager, campaign
) -> None:
    tiktok.control("fail", times=1, path="/tcm/order/create/", applied=True, garbage="truncated")
    request = send_order_request(
        request_orders(
            campaign, [an_account("maya.bakes")], brand_name="N", description="D", actor=None
        )
    )
    page = text(manager.get(f"{base(campaign)}orders/"))
    assert "It is not known whether 1 order for N exists at TikTok." in page

    check = f"{base(campaign)}requests/{request.pk}/check/"
    assert "enter its campaign code here" in text(manager.post(check, follow=True))
    code = tiktok.read("orders")["codes"][0]["code"]
    answer = text(manager.post(check, {"campaign_code": code}, follow=True))

    assert "All orders of this request were created at TikTok." in answer
    request.refresh_from_db()
    assert request.state == RequestState.DONE
    assert "is finished" in text(manager.post(check, {"campaign_code": code}, follow=True))


def test_creating_anew_from_the_page(tiktok: Sandbox, manager, campaign) -> None:
    tiktok.control("fail", times=1, path="/tcm/order/create/", http_status=502)
    request = send_order_request(
        request_orders(
            campaign, [an_account("maya.bakes")], brand_name="N", description="D", actor=None
        )
    )
    manager.post(f"{base(campaign)}requests/{request.pk}/repeat/")
    assert OrderRequest.objects.get().state == RequestState.DONE
    assert Order.objects.get().state == OrderState.CREATED


def test_refresh_says_what_happened_and_what_did_not(
    tiktok: Sandbox, manager, campaign, settings
) -> None:
    send_order_request(
        request_orders(
            campaign, [an_account("maya.bakes")], brand_name="N", description="D", actor=None
        )
    )
    refresh = f"{base(campaign)}orders/refresh/"
    assert "1 order updated from TikTok." in text(manager.post(refresh, follow=True))
    Work.objects.update(due_at=timezone.now() + timedelta(hours=1))
    again = manager.post(refresh, follow=True)
    assert re.search(r"Checked \d s ago. You can refresh again in \d+ s.", text(again))
    assert [message.level_tag for message in again.context["messages"]] == ["info"]
    order, work = Order.objects.get(), Work.objects.get(kind=PollKind.ORDER)
    assert order.checked_at is not None
    assert work.due_at == order.checked_at + JUST_NOW  # TikTok is asked once more then
    Order.objects.update(checked_at=timezone.now() - timedelta(minutes=2))
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    page = text(manager.post(refresh, follow=True))
    assert "TikTok cannot answer at the moment." in page
    assert "it is tried again" in page
    assert "data-live-eager" in page


def test_an_order_that_was_sent_by_other_means_is_marked_once(manager, campaign) -> None:
    order = an_order(campaign, a_participant(campaign, "maya.bakes"), state=OrderState.CREATED)
    for _ in range(2):
        manager.post(f"{base(campaign)}orders/{order.pk}/sent/")
    order.refresh_from_db()
    assert order.state == OrderState.SENT
    assert order_steps(order.pk).filter(state="sent").count() == 1


def test_the_timeline_is_of_the_order_and_its_request_newest_first(viewer, campaign) -> None:
    order, other = filled(campaign)[0], an_order(campaign, a_participant(campaign, "rio"))
    record(Verb.ORDER_MARKED_SENT, order, actor=None)
    record(Verb.ORDER_REPEATED, order.request, actor=None)
    record(Verb.ORDER_CANCELLED, other, actor=None)

    assert [event.verb for event in order_timeline(order)] == [
        Verb.ORDER_REPEATED,
        Verb.ORDER_MARKED_SENT,
        Verb.ORDER_SENT,
    ]
    page = " ".join(viewer.get(f"{base(campaign)}orders/{order.pk}/").content.decode().split())
    assert page.index("Orders requested again") < page.index("Invitation sent")
    assert '<p class="note">Made up.</p>' in page


def test_steps_stay_and_their_evidence_is_empty_once_the_texts_are_gone(campaign) -> None:
    order = filled(campaign)[0]
    assert list(order_steps(order.pk).values_list("state", "evidence")) == [("sent", "Made up.")]
    EventText.objects.all().delete()
    assert list(order_steps(order.pk).values_list("state", "evidence")) == [("sent", "")]


def test_the_timeline_opens_in_a_dialog_and_as_a_page(viewer, campaign) -> None:
    order, _, _ = filled(campaign)
    address = f"{base(campaign)}orders/{order.pk}/"
    page, panel = viewer.get(address), viewer.get(address, headers={"HX-Request": "true"})
    assert "<html" in text(page)
    assert "<html" not in text(panel)
    for answer in (page, panel):
        assert "Made up." in text(answer)


# --- posts ----------------------------------------------------------------------------------------------------------
def test_before_adding_by_hand_the_page_names_what_will_be_missing(manager, campaign) -> None:
    video = a_video(a_participant(campaign, "maya.bakes"), "1")
    address = f"{base(campaign)}posts/add/{video.pk}/"
    asked = text(manager.get(address, headers={"HX-Request": "true"}))
    for name in ("Reach", "Engagement rate", "Audience country"):
        assert f"<li>{name}</li>" in asked
    assert "An order would bring them all" in asked
    assert Post.objects.count() == 0

    for _ in range(2):
        answer = manager.post(address, follow=True)
    assert "The post is now under Published Posts." in text(answer)
    assert Post.objects.get().origin == PostOrigin.BY_HAND


def test_a_video_of_an_unsupported_account_is_listed_and_cannot_be_added(manager, campaign) -> None:
    video = a_video(a_participant(campaign, "tom_trails", status="not_in"), "1")
    assert "This account cannot be tracked" in text(manager.get(f"{base(campaign)}posts/all/"))
    answer = manager.post(f"{base(campaign)}posts/add/{video.pk}/", follow=True)
    assert "TikTok no longer lets us track @tom_trails" in text(answer)
    assert Post.objects.count() == 0


def test_an_unsupported_participant_stays_listed_with_both_remedies(
    manager, viewer, campaign
) -> None:
    account = a_participant(campaign, "tom_trails", status="not_in")
    address = f"{base(campaign)}influencers/"
    page = text(manager.get(address))
    assert "TikTok no longer lets us track this account." in page
    profile = f"/o/oaks/influencers/{account.influencer_id}/"
    for remedy in ("", f"accounts/{account.pk}/invite/", f"accounts/{account.pk}/ask/"):
        assert f'href="{profile}{remedy}"' in page
        assert manager.get(profile + remedy).status_code == 200
    shown = text(viewer.get(address))
    assert "TikTok no longer lets us track this account." in shown
    assert "Ask to connect" not in shown


def test_a_post_page_shows_sixteen_metrics_with_source_or_reason(viewer, campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    by_hand = a_post(campaign, a_video(account, "1"))
    page = text(viewer.get(f"{base(campaign)}posts/{by_hand.pk}/"))
    assert page.count("Send an order: TikTok reports this only for posts tied to one.") == 12
    assert "Ask the influencer to authenticate this account, or send an order." in page
    assert page.count("TikTok Creator Marketplace ·") == 1
    assert ">0<" not in page.replace(" ", "")


def test_odd_numbers_carry_a_quiet_mark_and_the_posts_page_says_what_is_odd(
    viewer, campaign
) -> None:
    video = a_video(a_participant(campaign, "maya.bakes"), "1", video_views=None)
    post = a_post(campaign, video)
    for day, views in ((3, 12_400), (4, 11_900)):
        read = Video(pk=video.pk, video_views=views, likes=-1, comments=0, shares=0)
        at = datetime(2027, 11, day, 9, tzinfo=UTC)
        record_video_snapshots([read], source=Source.PUBLIC, fetched_at=at)

    page = text(viewer.get(f"{base(campaign)}posts/{post.pk}/"))
    assert "TikTok reported 12,400 on 3 Nov 2027, now 11,900." in page
    assert page.count("TikTok's number cannot be right.".replace("'", "&#x27;")) == 1
    for tab in ("posts/", "posts/all/"):
        listed = text(viewer.get(f"{base(campaign)}{tab}"))
        assert 'aria-label="TikTok reported more before."' in listed
    assert 'aria-label="TikTok&#x27;s number cannot be right."' in text(
        viewer.get(f"{base(campaign)}posts/")
    )


def test_a_post_in_review_says_when_its_numbers_come(viewer, campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    post = Post.objects.create(
        campaign=campaign,
        account=account,
        network="tiktok",
        network_post_id="9",
        url="https://www.tiktok.com/@maya.bakes/video/9",
        origin=PostOrigin.ORDER,
        order=an_order(campaign, account),
        review_state="CONTENT_REVIEWING",
    )
    assert "The review is pending." in text(viewer.get(f"{base(campaign)}posts/{post.pk}/"))
    listed = text(viewer.get(f"{base(campaign)}posts/"))
    assert "Not published by TikTok yet" in listed
    assert "No posts yet" in listed


def test_hidden_posts_are_counted_calmly_and_shown_nowhere(viewer, campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    hidden = a_post(
        campaign,
        a_video(account, "7", caption="Old words", source="legacy"),
        origin=PostOrigin.LEGACY,
        hidden_at=timezone.now(),
    )
    for page in ("", "posts/", "posts/all/", "influencers/"):
        answer = text(viewer.get(f"{base(campaign)}{page}"))
        assert "1 earlier post from the old data source is hidden." in answer
        assert "Old words" not in answer
    assert viewer.get(f"{base(campaign)}posts/{hidden.pk}/").status_code == 404


def test_influencers_are_added_from_the_page(manager, campaign) -> None:
    account = an_account("maya.bakes")
    address = f"{base(campaign)}influencers/add/"
    assert "@maya.bakes" in text(manager.get(address))
    assert manager.post(address, {}).status_code == 422
    manager.post(address, {"accounts": [account.pk]})
    assert [row.account for row in Participant.objects.all()] == [account]
    assert "No account to choose from" in text(manager.get(address))


def test_a_campaign_form_sent_twice_makes_one_campaign(manager) -> None:
    page = manager.get("/o/oaks/campaigns/new/")
    fields = {
        "client": "Oakmill", "name": "Once", "starts_on": "2026-01-01", "ends_on": "2026-02-01",
        "token": token(page),
    }  # fmt: skip

    first = manager.post("/o/oaks/campaigns/new/", fields)
    second = manager.post("/o/oaks/campaigns/new/", fields)

    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Campaign.objects.filter(name="Once").count() == 1


def test_a_campaign_form_without_its_token_is_refused_and_keeps_the_input(manager) -> None:
    fields = {
        "client": "Oakmill", "name": "Once", "starts_on": "2026-01-01", "ends_on": "2026-02-01"
    }  # fmt: skip
    answer = manager.post("/o/oaks/campaigns/new/", fields)
    assert answer.status_code == 422
    assert "This form came without its token" in text(answer)
    assert 'value="Oakmill"' in text(answer)
    assert not Campaign.objects.exists()
    again = manager.post("/o/oaks/campaigns/new/", {**fields, "token": token(answer)})
    assert again.status_code == 302
