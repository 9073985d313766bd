"""The way to new orders: what each creator will get stands on the page, and an address that was missing is saved with them."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.enums import OrderState
from campaigns.errors import OrderNotValid
from campaigns.models import Order, OrderRequest
from campaigns.services.orders.contact.invitations import PAGE_TO_COME, follow_mail
from campaigns.services.orders.contact.pages import page_url
from campaigns.services.orders.requests import request_orders
from crm.errors import AddressTaken
from crm.models import Influencer
from crm.queries.mail import mail_to
from crm.services.influencers import delete_influencer
from mail.models import Address, Message
from mail.services.marks import mark
from tenancy.enums import Verb
from tenancy.models import Event, User
from tests.campaigns.test_campaigns_pages import FORM, base, text
from tests.factories.campaigns import a_participant, an_account, an_order
from tests.mailing import sent_mail
from tests.sandbox_process import Sandbox
from tests.submitting import token
from tiktok.enums import MarketplaceStatus
from tiktok.models import Creator, MarketplaceAccount
from tiktok.services.brands.accounts import connect_marketplace_account

pytestmark = pytest.mark.django_db


def preview(client: Any, campaign: Any, *accounts: Any, **more: str) -> Any:
    chosen = {**FORM, "accounts": [account.pk for account in accounts], **more}
    return client.post(f"{base(campaign)}orders/new/", chosen)


def with_address(account: Any, email: str) -> Any:
    Influencer.objects.filter(pk=account.influencer_id).update(email=email)
    account.influencer.refresh_from_db()
    return account


def test_the_preview_shows_the_very_mail_that_the_creator_gets(
    tiktok: Sandbox, manager, campaign
) -> None:
    maya = with_address(a_participant(campaign, "maya.bakes"), "maya@bakes.example")
    answer = preview(manager, campaign, maya)
    shown = html.unescape(text(answer))
    assert 'srcdoc="<!DOCTYPE html>' in shown
    assert answer.context["mail"].recipient == "maya@bakes.example"
    send = {**FORM, "accounts": [maya.pk], "step": "send", "token": token(answer)}
    manager.post(f"{base(campaign)}orders/new/", send)

    order, (mail,) = Order.objects.get(), sent_mail()
    was_shown = answer.context["mail"]
    assert mail.subject == was_shown.subject
    sent_words = mail.body.partition("\n\n--\n")[0]
    filled_in = was_shown.words.replace("•••-•••", order.campaign_code)
    filled_in = filled_in.replace(PAGE_TO_COME, page_url(order))
    assert filled_in.replace("https://www.tiktok.com/…", order.invite_link) == sent_words


def test_only_the_page_that_shows_mails_lets_elements_bring_styles(manager, campaign) -> None:
    answer = preview(manager, campaign, a_participant(campaign, "maya.bakes"))
    policy = answer.headers["Content-Security-Policy"]
    assert "style-src-attr 'unsafe-inline'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe-inline" not in manager.get(base(campaign)).headers["Content-Security-Policy"]


@pytest.mark.parametrize("dialect", ["ttcm", "tto"])
def test_the_preview_expects_a_refusal_only_where_tiktok_one_is_asked_about_an_outsider(
    organization, manager, campaign, dialect: str
) -> None:
    connect_marketplace_account("Northwind", tiktok_account_id="7", token="brand", actor=None)
    MarketplaceAccount.objects.update(dialect=dialect)
    maya, rio, zoe = (a_participant(campaign, name) for name in ("maya", "rio", "zoe"))
    for account, status in ((rio, MarketplaceStatus.INVITED), (zoe, MarketplaceStatus.NOT_IN)):
        Creator.objects.filter(pk=account.creator_id).update(marketplace_status=status)
    shown = text(preview(manager, campaign, maya, rio, zoe))
    is_expected = dialect == "tto"
    assert ("2 are not in the market of the marketplace account" in shown) is is_expected
    assert ("Invited, not joined yet" in shown) is is_expected
    assert ("Not in this marketplace" in shown) is is_expected
    assert "to be refused" in text(preview(manager, campaign, zoe)) or not is_expected
    Creator.objects.update(marketplace_status=MarketplaceStatus.IN)
    assert "refused" not in text(preview(manager, campaign, maya, rio, zoe))


def test_the_preview_says_that_tiktok_knows_no_such_account(manager, campaign) -> None:
    maya = a_participant(campaign, "maya")
    assert "TikTok knows no such account" not in text(preview(manager, campaign, maya))
    Creator.objects.update(marketplace_status=MarketplaceStatus.INVALID)
    shown = text(preview(manager, campaign, maya))
    assert "TikTok knows no such account: 1" in shown
    assert "Not known to TikTok" in shown


def test_spark_days_are_chosen_seen_and_carried_to_tiktok(
    tiktok: Sandbox, manager, campaign
) -> None:
    maya = with_address(a_participant(campaign, "maya.bakes"), "maya@bakes.example")
    form = text(manager.get(f"{base(campaign)}orders/new/"))
    assert all(f"{days} days</option>" in form for days in (7, 30, 60, 365))
    assert "180 days</option>" not in form, "the Creator Marketplace does not take it"
    answer = preview(manager, campaign, maya, spark_days="60")
    assert "Permission for 60 days with each video" in text(answer)
    words = "With each video you allow Northwind to advertise with it for 60 days (Spark Ads)."
    assert words in answer.context["mail"].words.translate(MARKS)
    chosen = {**FORM, "accounts": [maya.pk], "step": "send", "spark_days": "60"}
    manager.post(f"{base(campaign)}orders/new/", {**chosen, "token": token(answer)})
    order = Order.objects.get()
    assert order.request.spark_days == 60
    assert set(tiktok.read("orders")["orders"][0]["spark_days"]) == {60}
    assert words in text(Client().get(page_url(order))).translate(MARKS)
    assert "60 days with each video" in text(manager.get(f"{base(campaign)}orders/{order.pk}/"))


@pytest.mark.parametrize("days", ["180", "31", "x"])
def test_days_that_tiktok_does_not_take_are_refused(manager, campaign, days) -> None:
    maya = a_participant(campaign, "maya.bakes")
    assert preview(manager, campaign, maya, spark_days=days).status_code == 422
    with pytest.raises(OrderNotValid, match="this number of days"):
        request_orders(
            campaign, [maya], brand_name="N", description="D", spark_days=180, actor=None
        )


def test_any_number_of_participants_is_picked_by_one_press(manager, campaign) -> None:
    for number in range(60):  # more than the list shows
        a_participant(campaign, f"creator.{number}")
    outside = an_account("rio.runs")
    url = f"{base(campaign)}orders/new/"
    assert "Select 60 without an order" in text(manager.get(url))
    typed = {**FORM, "accounts": [outside.pk], "description": "Typed already", "spark_days": "30"}
    page = manager.post(url, {**typed, "step": "everybody"})
    assert len(page.context["chosen"]) == 61
    shown = text(page)
    assert shown.count('name="accounts"') == 61
    assert "61</span> selected" in shown
    assert "Typed already" in shown
    assert "without an order" not in shown
    assert page.context["form"]["spark_days"].value() == "30"
    seen = manager.post(url, {**FORM, "accounts": sorted(page.context["chosen"])})
    assert "61 orders" in text(seen)


def test_each_creators_mail_can_be_looked_at(manager, campaign) -> None:
    maya, rio = a_participant(campaign, "maya.bakes"), an_account("rio.runs")
    first = preview(manager, campaign, maya, rio)
    assert "1 of 2" in text(first)
    name = token(first)
    second = preview(manager, campaign, maya, rio, shown=str(rio.pk), token=name)
    assert "2 of 2" in text(second)
    assert second.context["shown"].account == rio
    assert "Hello " + rio.influencer.name in second.context["mail"].words.translate(MARKS)
    assert token(second) == name


def test_the_shown_invitation_is_sent_to_oneself_and_nothing_is_ordered(manager, campaign) -> None:
    maya = with_address(a_participant(campaign, "maya.bakes"), "maya@bakes.example")
    rio = an_account("rio.runs")
    first = preview(manager, campaign, maya, rio)
    assert f'name="test" value="{maya.pk}"' in text(first)
    for _ in range(2):  # the second one so soon is a double click
        answer = preview(manager, campaign, maya, rio, test=str(rio.pk), token=token(first))
    member = User.objects.get(pk=manager.session["_auth_user_id"])
    assert f"The test is on its way to {member.email}." in text(answer)
    assert answer.context["shown"].account == rio
    [mail] = sent_mail()
    assert (mail.to, mail.subject) == ([member.email], f"Test: {answer.context['mail'].subject}")
    assert mail.body.partition("\n\n--\n")[0] == answer.context["mail"].words
    assert (Order.objects.count(), OrderRequest.objects.count()) == (0, 0)
    with_email = Influencer.objects.filter(pk=rio.influencer_id)
    with_email.update(email=member.email)
    assert list(mail_to(with_email.get(), 10)) == []  # it is no mail to the creator
    delete_influencer(with_email.get(), actor=None)
    assert not Message.objects.exists()


def test_a_test_that_bounces_leaves_orders_alone(manager, campaign) -> None:
    maya = a_participant(campaign, "maya.bakes")
    order = an_order(campaign, maya, state="sent")
    preview(manager, campaign, maya, test=str(maya.pk))
    message = Message.objects.get()
    message.state, message.reason = "bounced", "No such mailbox."
    follow_mail(message)
    order.refresh_from_db()
    assert order.problem == ""


def test_a_test_to_an_address_that_bounced_is_refused_in_words(manager, campaign) -> None:
    maya = a_participant(campaign, "maya.bakes")
    member = User.objects.get(pk=manager.session["_auth_user_id"])
    mark(member.email, "bounced_at")
    answer = preview(manager, campaign, maya, test=str(maya.pk))
    assert answer.status_code == 200
    assert f"E-mail to {member.email} came back" in text(answer)
    assert "The test is on its way" not in text(answer)
    assert sent_mail() == []


MARKS = {ord(mark): None for mark in "\u2066\u2067\u2068\u2069"}


def test_an_address_typed_beside_the_preview_is_saved_with_the_orders(
    tiktok: Sandbox, manager, campaign
) -> None:
    maya = a_participant(campaign, "maya.bakes")
    name = f"email-{maya.influencer_id}"
    before = preview(manager, campaign, maya)
    assert f'name="{name}"' in text(before)
    assert "1 of 1 gets no e-mail" in text(before)

    after = preview(manager, campaign, maya, **{name: "Maya@Bakes.example"})
    assert after.context["mail"].recipient == "maya@bakes.example"
    assert Influencer.objects.get(pk=maya.influencer_id).email == ""

    name_of_submission = token(after)
    preview(
        manager,
        campaign,
        maya,
        step="send",
        token=name_of_submission,
        **{name: "Maya@Bakes.example"},
    )
    assert Influencer.objects.get(pk=maya.influencer_id).email == "maya@bakes.example"
    assert Event.objects.filter(verb=Verb.INFLUENCER_EDITED).count() == 1
    assert Order.objects.get().state == OrderState.SENT
    assert [mail.to for mail in sent_mail()] == [["maya@bakes.example"]]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("maya", "This is not an e-mail address."),
        ("lena@lifts.example", "This address already belongs to the creator"),
    ],
)
def test_a_wrong_or_taken_address_is_said_beside_its_field_and_nothing_is_sent(
    manager, campaign, typed, sentence
) -> None:
    with_address(an_account("lena.lifts"), "lena@lifts.example")
    maya = a_participant(campaign, "maya.bakes")
    name = f"email-{maya.influencer_id}"
    answer = preview(manager, campaign, maya, step="send", token="t", **{name: typed})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert f'value="{typed}"' in text(answer)
    assert OrderRequest.objects.count() == 0
    assert Influencer.objects.get(pk=maya.influencer_id).email == ""


def test_one_address_typed_for_two_is_refused(manager, campaign) -> None:
    accounts = [an_account("maya.bakes"), an_account("rio.runs")]
    typed = {f"email-{account.influencer_id}": "one@example.com" for account in accounts}
    answer = preview(manager, campaign, *accounts, step="send", token="t", **typed)
    assert answer.status_code == 422
    assert "already belongs to the creator" in text(answer)
    assert OrderRequest.objects.count() == 0


def test_an_address_that_is_taken_meanwhile_leaves_nothing_written(
    tiktok: Sandbox, campaign
) -> None:
    with_address(an_account("lena.lifts"), "lena@lifts.example")
    maya = an_account("maya.bakes")
    with pytest.raises(AddressTaken):
        request_orders(
            campaign,
            [maya],
            brand_name="N",
            description="D",
            addresses={maya.influencer_id: "lena@lifts.example"},
            actor=None,
        )
    assert OrderRequest.objects.count() == 0


def test_an_address_that_is_known_meanwhile_stays_and_strangers_get_none(
    tiktok: Sandbox, campaign
) -> None:
    maya, rio = an_account("maya.bakes"), an_account("rio.runs")
    Influencer.objects.filter(pk=maya.influencer_id).update(email="known@example.com")
    addresses = {maya.influencer_id: "typed@example.com", rio.influencer_id: "rio@example.com"}
    request = request_orders(
        campaign, [maya], brand_name="N", description="D", addresses=addresses, actor=None
    )
    assert request.video_count == 1
    emails = dict(Influencer.objects.values_list("pk", "email"))
    assert emails == {maya.influencer_id: "known@example.com", rio.influencer_id: ""}


def test_the_preview_says_whose_address_gets_no_outreach(manager, campaign) -> None:
    maya = with_address(a_participant(campaign, "maya.bakes"), "maya@bakes.example")
    Address.objects.create(address="maya@bakes.example", unsubscribed_at=timezone.now())
    page = text(preview(manager, campaign, maya))
    assert "maya@bakes.example has unsubscribed from your e-mail." in page
    assert "1 of 1 gets no e-mail" in page


def test_the_preview_counts_the_places_of_a_code(
    tiktok: Sandbox, manager, campaign, monkeypatch
) -> None:
    maya, rio = an_account("maya.bakes"), an_account("rio.runs")
    assert "2 of 200 taken when all accept" in text(preview(manager, campaign, maya, rio))
    monkeypatch.setattr("campaigns.views.new_orders.PLACES_PER_CODE", 1)
    assert "A campaign code has 1 place<" in text(preview(manager, campaign, maya, rio))


def test_going_back_keeps_what_was_typed(manager, campaign) -> None:
    maya = a_participant(campaign, "maya.bakes")
    name = f"email-{maya.influencer_id}"
    form = text(preview(manager, campaign, maya, step="edit", **{name: "maya@bakes.example"}))
    assert f'name="{name}" value="maya@bakes.example"' in form
    assert 'value="Two recipes"' in form
    assert f'value="{maya.pk}" checked' in form


def test_who_will_never_have_an_address_gets_the_invitation_as_a_text(manager, campaign) -> None:
    order = an_order(
        campaign,
        a_participant(campaign, "maya.bakes"),
        state=OrderState.CREATED,
        campaign_code="8D3-ASF",
        invite_link="https://www.tiktok.com/t/ZSbx14VJ/",
    )
    page = html.unescape(manager.get(f"{base(campaign)}orders/").content.decode())
    copied = page.partition('data-copy="Hello ')[2].partition('"')[0]
    assert "https://www.tiktok.com/t/ZSbx14VJ/" in copied
    assert "Campaign code: 8D3-ASF" in copied
    assert "Unsubscribe" not in copied
    assert "I have sent it" in page
    assert "Copy invitation" in text(manager.get(f"{base(campaign)}orders/{order.pk}/"))
    Order.objects.update(state=OrderState.SENT)
    assert "Copy invitation" not in text(manager.get(f"{base(campaign)}orders/"))
