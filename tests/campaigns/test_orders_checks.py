"""The order doctor names the likely cause why there is no post yet, and drafts a message in the creator's language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.enums import OrderState, ReplyKind, ReviewState
from campaigns.models import Campaign, Order
from campaigns.policies.posts import GONE
from campaigns.queries import order_checks, order_timeline, order_with_posts
from campaigns.queries.order_checks import CAUSES, diagnose, needs_check
from campaigns.services.drafts import TEXTS, draft_message
from campaigns.services.orders.contact.replies import say
from crm.models import SocialAccount
from mail.models import Message
from tenancy.models import Event, Organization
from tests.campaigns.test_campaigns_pages import base
from tests.clicking import manager_of
from tests.factories.campaigns import a_campaign, a_post, a_video, an_account, an_order
from tiktok.models import Creator, Video

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _all_videos_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_checks, "visible_videos", Video.objects.all)


@pytest.fixture
def order(campaign: Campaign) -> Order:
    return an_order(campaign, an_account("maya.bakes", email="maya@example.com"))


def cause(order: Order) -> str:
    return diagnose(order_with_posts(order.campaign, order.pk)).cause


def mailed(order: Order, state: str) -> None:
    Message.objects.create(
        intent=f"order_invitation:{order.pk}",
        recipient="maya@example.com",
        message_id=state,
        state=state,
    )


def new_video(account: SocialAccount, number: str = "71") -> Video:
    return a_video(account, number, published_at=timezone.now() + timedelta(minutes=1))


def test_it_is_asked_48_hours_after_the_sending_while_there_is_no_video(order: Order) -> None:
    assert not needs_check(order, order_timeline(order))
    events: list[Event] = order_timeline(order)
    for event in events:
        event.at -= timedelta(hours=49)
    assert needs_check(order, events)
    order.video_count = 1
    assert not needs_check(order, events)
    order.video_count, order.state = 0, OrderState.FULFILLED
    assert not needs_check(order, events)
    order.state, order.created_at = OrderState.CREATED, timezone.now() - timedelta(days=3)
    assert needs_check(order, [])


def test_a_video_that_was_deleted_is_none_that_was_published_without_the_order(
    order: Order, campaign: Campaign
) -> None:
    video = new_video(order.account)
    assert cause(order) == "untied"
    a_post(campaign, video, order=order, published_since=None, review_reason=GONE)
    assert cause(order) == "deleted"
    new_video(order.account, "72")
    checks = diagnose(order_with_posts(campaign, order.pk)).checks
    assert {"deleted", "untied"} <= {check.cause for check in checks}


def test_each_cause_is_found(order: Order, campaign: Campaign) -> None:
    assert cause(order) == "not_opened"
    mailed(order, "bounced")
    assert cause(order) == "mail_lost"
    Message.objects.all().delete()
    Order.objects.update(page_opened_at=timezone.now())
    assert cause(order) == "not_used"
    Order.objects.update(link_used_at=timezone.now())
    assert cause(order) == "waiting"
    for state, found in (("sent", "waiting"), ("queued", "waiting"), ("bounced", "waiting")):
        mailed(order, state)
        assert cause(order) == found
        Message.objects.all().delete()
    other = SocialAccount.objects.create(
        influencer=order.account.influencer,
        network="tiktok",
        account_type="tiktok_creator",
        handle="maya.cooks",
        creator=Creator.objects.create(handle="maya.cooks"),
    )
    new_video(other, "70")
    assert cause(order) == "other_account"
    video = new_video(order.account)
    assert cause(order) == "untied"
    a_post(a_campaign("Spring"), video)
    assert cause(order) == "other_campaign"
    asked = a_post(
        campaign, a_video(order.account, "72"), order=order, review_state=ReviewState.LINK_ASKED
    )
    assert cause(order) == "link_asked"
    asked.review_state = ReviewState.ALL_FAIL
    asked.save()
    assert cause(order) == "rejected"
    say(order, ReplyKind.QUESTION, text="When?")
    assert cause(order) == "asked"
    say(order, ReplyKind.CANNOT)
    assert cause(order) == "cannot"


def test_a_video_that_explains_it_is_named_with_the_way_to_it(
    campaign: Campaign, organization: Organization
) -> None:
    account = an_account("maya.bakes", email="maya@example.com")
    order = an_order(campaign, account, state=OrderState.CREATED)
    Order.objects.update(created_at=timezone.now() - timedelta(days=3))
    video = new_video(order.account)
    Video.objects.update(caption="Two loaves", url="https://www.tiktok.com/@maya.bakes/video/71")
    manager, url = manager_of(organization, 1), f"{base(campaign)}orders/{order.pk}/"

    def page() -> str:
        return " ".join(manager.get(url).content.decode().split())

    way = 'href="https://www.tiktok.com/@maya.bakes/video/71" target="_blank" rel="noopener noreferrer">'
    assert CAUSES["untied"] in page()
    assert page().count(way) == 1
    post = a_post(a_campaign("Spring"), video)
    assert CAUSES["other_campaign"] in page()
    there = f'href="{base(post.campaign)}posts/{post.pk}/"'
    assert there in page()
    assert "In the campaign" in page()
    say(order, ReplyKind.QUESTION, text="When?")
    assert CAUSES["asked"] in page()
    assert page().count(way) == 1  # among what was checked


def test_another_account_is_named_with_its_video(order: Order) -> None:
    other = an_account("maya.cooks")
    SocialAccount.objects.filter(pk=other.pk).update(influencer=order.account.influencer)
    video = new_video(other)
    found = diagnose(order_with_posts(order.campaign, order.pk)).found
    assert found is not None
    assert (found.video, found.account, found.post) == (video, other, None)


@pytest.mark.parametrize("state", [OrderState.ACCEPTED, OrderState.POSTING])
def test_who_has_accepted_in_tiktok_needed_no_page_of_ours(order: Order, state: str) -> None:
    Order.objects.update(state=state)
    found = diagnose(order_with_posts(order.campaign, order.pk))
    assert found.cause == "waiting"
    assert "The creator has accepted the order in TikTok." in [each.text for each in found.checks]


def test_conclusions_from_indirect_evidence_say_so() -> None:
    certain = {"cannot", "asked", "rejected", "link_asked", "waiting"}
    assert {key for key, sentence in CAUSES.items() if "likely" not in sentence} == certain


def test_places_of_the_code_and_an_address_count(order: Order, monkeypatch: Any) -> None:
    order.account.influencer.email = ""
    order.account.influencer.save(update_fields=["email"])
    Order.objects.update(state=OrderState.CREATED)
    assert cause(order) == "no_address"
    Order.objects.update(state=OrderState.SENT, page_opened_at=timezone.now())
    monkeypatch.setattr(order_checks, "PLACES_PER_CODE", 0)
    assert cause(order) == "quota"
    Order.objects.update(campaign_code="")
    assert cause(order) == "not_used"


@pytest.mark.parametrize("key", list(CAUSES))
def test_a_message_is_drafted_for_each_cause_in_the_creators_language(
    order: Order, key: str
) -> None:
    assert draft_message(order, key).startswith("Hello Maya.Bakes,\n\n")
    order.account.influencer.language = "de"
    draft = draft_message(order, key)
    assert draft.startswith("Hallo Maya.Bakes,\n\n")
    assert "http://testserver/i/" in draft
    assert "%(" not in draft
    assert set(TEXTS) <= set(CAUSES)


def test_the_page_of_the_order_says_it(organization: Organization, campaign: Campaign) -> None:
    order = an_order(campaign, an_account("maya.bakes"), state=OrderState.CREATED)
    manager = manager_of(organization, 1)
    url = f"{base(campaign)}orders/{order.pk}/"
    assert "No post yet" not in manager.get(url).content.decode()
    Order.objects.update(created_at=timezone.now() - timedelta(days=3))
    page = manager.get(url).content.decode()
    assert "No post yet" in page
    assert CAUSES["no_address"] in page
    assert "Hello Maya.Bakes," in page


def test_a_video_of_the_other_order_of_the_campaign_is_tied(
    order: Order, campaign: Campaign
) -> None:
    other = an_order(campaign, order.account, tiktok_order_id="2")
    post = a_post(campaign, new_video(order.account), order=other)

    def videos() -> tuple[str, str]:
        check = diagnose(order_with_posts(campaign, order.pk)).checks[-1]
        return check.text, check.cause

    said = "Their new video is tied to another order of theirs in this campaign."
    assert videos() == (said, "")
    assert cause(order) != "untied"
    post.review_state = ReviewState.LINK_ASKED  # it waits for the creator
    post.save(update_fields=["review_state"])
    assert cause(order) == "untied"
    post.review_state = ReviewState.SUCCEED
    post.save(update_fields=["review_state"])
    new_video(order.account, "72")
    assert cause(order) == "untied"


def test_a_rejected_order_holds_its_place_under_the_code(
    order: Order, campaign: Campaign, monkeypatch: Any
) -> None:
    monkeypatch.setattr(order_checks, "PLACES_PER_CODE", 1)
    other = an_order(campaign, an_account("rio"), state="rejected")
    assert cause(order) == "quota"
    Order.objects.filter(pk=other.pk).update(state="sent")
    assert cause(order) != "quota"


def test_the_installation_says_after_how_many_hours(order: Order, settings: Any) -> None:
    events = order_timeline(order)
    settings.ORDER_CHECK_HOURS = 0
    assert needs_check(order, events)
    settings.ORDER_CHECK_HOURS = 1
    assert not needs_check(order, events)
