"""Work that brands ask of a person stands on their first page: orders by what is next, contracts to answer, and how posts did."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from campaigns.enums import OrderState, PostOrigin, ReviewState
from campaigns.models import Campaign, Order, Post
from campaigns.services.orders.contact.pages import page_url
from campaigns.services.reviews.drafts import ask_for_draft
from crm.enums import ContractState
from crm.models import Contract, Influencer, SocialAccount
from crm.services.documents.contracts import (
    add_version,
    change_state,
    create_contract,
    take_state_back,
)
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order
from tests.portal.test_dashboard import signed_in, text
from tiktok.models import Video

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF"
TODAY = timezone.now().date()


@pytest.fixture
def campaign(oak: Organization) -> Campaign:
    with organization_scope(oak):
        return a_campaign()


@pytest.fixture
def account(oak: Organization, maya: User, campaign: Campaign) -> SocialAccount:
    """Maya's account; beside it stands another creator's, with an order of the same brand."""
    with organization_scope(oak):
        an_order(campaign, a_participant(campaign, "tom.bakes"), video_limit=7)
        account = a_participant(campaign, "maya.bakes")
        SocialAccount.objects.filter(pk=account.pk).update(
            influencer=Influencer.objects.get(person=maya)
        )
        account.refresh_from_db()
        return account


NUMBERS = count(1)


def own_order(campaign: Campaign, account: SocialAccount, **fields: Any) -> Order:
    """One of several orders of an account."""
    return an_order(campaign, account, **{"tiktok_order_id": f"90{next(NUMBERS)}", **fields})


@pytest.fixture
def olivia(oak: Organization) -> User:
    return a_member(oak, Role.MANAGER)


def first_page(person: User) -> str:
    return text(signed_in(person).get(reverse("portal:home")))


def test_orders_stand_by_what_is_next_with_the_earliest_date_first(
    oak, maya, campaign, account
) -> None:
    with organization_scope(oak):
        orders = {
            state: own_order(campaign, account, state=state, due_on=due)
            for state, due in (
                (OrderState.SENT, TODAY + timedelta(days=9)),
                (OrderState.POSTING, TODAY + timedelta(days=1)),
                (OrderState.IN_REVIEW, TODAY),
                (OrderState.FULFILLED, None),
                (OrderState.CANCELLED, None),
                (OrderState.FAILED, None),
            )
        }
        links = {state: page_url(order) for state, order in orders.items()}
    page = first_page(maya)
    assert "2 things need you. The next date is" in page
    first, second = page.index("Accepted. 0 of 2 videos published"), page.index("Next: accept")
    assert first < second < page.index("In review 1") < page.index("Done") < page.index("Live")
    assert "1 day left" in page
    assert "TikTok is checking" in page
    assert "Cancelled" in page
    assert "Make 7 videos" not in page
    html = signed_in(maya).get(reverse("portal:home")).content.decode()
    for state, link in links.items():
        assert (link in html) is (state != OrderState.FAILED), state


def test_a_video_to_confirm_and_a_draft_to_make_anew_are_to_do_whatever_the_order_is(
    oak, maya, campaign, account, olivia
) -> None:
    with organization_scope(oak):
        order = own_order(campaign, account, state=OrderState.IN_REVIEW)
        post = a_post(campaign, a_video(account, "7401"), order=order)
        Post.objects.filter(pk=post.pk).update(
            review_state=ReviewState.LINK_ASKED,
            origin=PostOrigin.LINK_REQUEST,
            published_since=None,
        )
        other = own_order(campaign, account, state=OrderState.ACCEPTED, video_limit=2)
        ask_for_draft(other, None, actor=olivia)
    page = first_page(maya)
    assert "Confirm a video for Northwind" in page
    assert "Oak waits for your draft." in page


def test_an_order_that_is_late_says_by_how_much(oak, maya, campaign, account) -> None:
    with organization_scope(oak):
        own_order(campaign, account, due_on=TODAY - timedelta(days=3))
    page = first_page(maya)
    assert "3 days late" in page
    assert "The next date" not in page


def test_of_many_that_are_done_the_latest_five_are_shown_first(
    oak, maya, campaign, account
) -> None:
    with organization_scope(oak):
        for _ in range(7):
            own_order(campaign, account, state=OrderState.FULFILLED)
    assert "Show 2 more" in first_page(maya)


@pytest.mark.parametrize("orders", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_orders(
    oak, maya, campaign, account, orders, django_assert_num_queries
) -> None:
    with organization_scope(oak):
        for number in range(orders):
            order = own_order(campaign, account, state=OrderState.FULFILLED)
            a_post(campaign, a_video(account, f"74{number}"), order=order)
    client = signed_in(maya)
    with django_assert_num_queries(16):
        client.get(reverse("portal:home"))


# --- results -----------------------------------------------------------------------------------------------------
def test_a_creator_sees_the_numbers_of_a_post_as_the_brand_does(
    oak, maya, campaign, account
) -> None:
    with organization_scope(oak):
        order = own_order(campaign, account, state=OrderState.FULFILLED)
        post = a_post(campaign, a_video(account, "7401", video_views=48_210), order=order)
        by_hand = a_post(campaign, a_video(account, "7402"))
        Video.objects.filter(pk=post.video_id).update(reach=900, report_fetched_at=timezone.now())
    client = signed_in(maya)
    assert "48,210 views: all numbers" in text(client.get(reverse("portal:home")))
    page = text(client.get(reverse("portal:post", args=["oak", post.pk])))
    assert "Reach 900" in page
    alone = text(client.get(reverse("portal:post", args=["oak", by_hand.pk])))
    assert "TikTok reports this only for posts of an order." in alone
    assert "Send an order" not in alone


def test_what_is_another_creators_or_hidden_is_not_there(
    oak, maya, campaign, account, olivia
) -> None:
    with organization_scope(oak):
        tom = SocialAccount.objects.get(handle="tom.bakes")
        foreign = a_post(campaign, a_video(tom, "7403"))
        hidden = a_post(campaign, a_video(account, "7404"))
        Post.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now())
        contract = create_contract(tom.influencer, "Toms", text="x", actor=olivia)
        change_state(contract, ContractState.SENT, actor=olivia)
    client = signed_in(maya)
    for post in (foreign, hidden):
        assert client.get(reverse("portal:post", args=["oak", post.pk])).status_code == 404
    assert client.get(reverse("portal:contract", args=["oak", contract.pk])).status_code == 404
    answer = reverse("portal:answer_contract", args=["oak", contract.pk])
    assert client.post(answer, {"answer": "accept"}).status_code == 404


# --- contracts ---------------------------------------------------------------------------------------------------
@pytest.fixture
def contract(oak: Organization, maya: User, olivia: User) -> Contract:
    """The second version, sent; the first was declined."""
    with organization_scope(oak):
        influencer = Influencer.objects.get(person=maya)
        first = create_contract(influencer, "Terms of autumn", text="Two videos.", actor=olivia)
        change_state(first, ContractState.SENT, actor=olivia)
        change_state(first, ContractState.DECLINED, actor=olivia)
        second = add_version(first, text="One video.", actor=olivia)
        assert "Terms of autumn" not in first_page(maya)
        change_state(second, ContractState.SENT, actor=olivia)
        return second


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        ("accept", ContractState.ACCEPTED, "You accepted it. The brand sees that now."),
        ("decline", ContractState.DECLINED, "You declined it. The brand sees that now."),
    ],
)
def test_a_contract_that_was_sent_is_read_and_answered_once(
    oak, maya, contract, answer, state, said
) -> None:
    client = signed_in(maya)
    assert "Read “Terms of autumn”" in text(client.get(reverse("portal:home")))
    page = text(client.get(reverse("portal:contract", args=["oak", contract.pk])))
    assert "One video." in page
    assert "Version 1 sent on" in page

    to = reverse("portal:answer_contract", args=["oak", contract.pk])
    done = client.post(to, {"answer": answer}, follow=True)
    assert said in done.content.decode()
    again = client.post(to, {"answer": "accept"}, follow=True)
    assert "This contract is answered already" in again.content.decode()
    with organization_scope(oak):
        contract.refresh_from_db()
        assert contract.state == state
        assert Event.objects.filter(verb=Verb.CONTRACT_CHANGED).latest("pk").actor == maya
    assert "Terms of autumn" not in first_page(maya)


def test_a_version_that_is_sent_replaces_the_one_that_waits(oak, maya, contract, olivia) -> None:
    with organization_scope(oak):
        newer = add_version(contract, text="Three videos.", actor=olivia)
        change_state(newer, ContractState.SENT, actor=olivia)
        said = Event.objects.filter(verb=Verb.CONTRACT_CHANGED).order_by("-pk")[0]
        assert said.detail == {"contract": contract.pk, "state": "replaced"}
    client = signed_in(maya)
    assert "A newer version has replaced this one." in text(
        client.get(reverse("portal:contract", args=["oak", contract.pk]))
    )
    to = reverse("portal:answer_contract", args=["oak", contract.pk])
    late = client.post(to, {"answer": "accept"}, follow=True)
    assert "or was taken back." in late.content.decode()
    with organization_scope(oak):
        states = dict(Contract.objects.values_list("version", "state"))
        assert states == {1: "declined", 2: "replaced", 3: "sent"}
        take_state_back(newer, ContractState.SENT, actor=olivia)
        states = dict(Contract.objects.values_list("version", "state"))
        assert states == {1: "declined", 2: "sent", 3: "draft"}
        take_state_back(contract, ContractState.SENT, actor=olivia)
        assert not Contract.objects.filter(state=ContractState.SENT).exists()


def test_taking_a_version_back_leaves_another_one_that_was_sent(oak, contract, olivia) -> None:
    with organization_scope(oak):
        newer = add_version(contract, text="Three videos.", actor=olivia)
        change_state(newer, ContractState.SENT, actor=olivia)
        Contract.objects.filter(version=1).update(state=ContractState.SENT)  # of earlier days
        take_state_back(newer, ContractState.SENT, actor=olivia)
        states = dict(Contract.objects.values_list("version", "state"))
        assert states == {1: "sent", 2: "replaced", 3: "draft"}


def test_a_draft_of_a_contract_and_an_answer_that_is_none_are_not_there(
    oak, maya, contract, olivia
) -> None:
    client = signed_in(maya)
    to = reverse("portal:answer_contract", args=["oak", contract.pk])
    assert client.post(to, {"answer": "perhaps"}).status_code == 404
    assert client.get(reverse("portal:contract_file", args=["oak", contract.pk])).status_code == 404
    with organization_scope(oak):
        draft = add_version(contract, text="Later.", actor=olivia)
    assert client.get(reverse("portal:contract", args=["oak", draft.pk])).status_code == 404


def test_the_file_of_a_contract_is_saved_by_who_was_sent_it(oak, maya, olivia) -> None:
    with organization_scope(oak):
        influencer = Influencer.objects.get(person=maya)
        sent = create_contract(
            influencer, "Scan", upload=SimpleUploadedFile("scan.pdf", PDF), actor=olivia
        )
        change_state(sent, ContractState.SENT, actor=olivia)
    answer = signed_in(maya).get(reverse("portal:contract_file", args=["oak", sent.pk]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
