"""All mail to a creator goes to one address: the one they sign in with, else the one that the team knows."""

from __future__ import annotations

import pytest

from campaigns.enums import OrderState, ReplyKind
from campaigns.forms.orders import AddressesForm
from campaigns.models import Campaign, Order
from campaigns.queries.order_list import without_address
from campaigns.services.orders.contact.invitations import NO_ADDRESS, invite_creators
from campaigns.services.orders.contact.reminders import remind, why_not_sent
from campaigns.services.orders.contact.replies import say, settle
from campaigns.services.reviews.drafts import Draft, submit_draft
from campaigns.services.reviews.verdicts import approve
from crm.models import Influencer, SocialAccount
from crm.queries.mailings import addressees
from mail.models import Message
from tenancy.models import Organization, User
from tests.connecting import a_person
from tests.factories.campaigns import an_account, an_order

pytestmark = pytest.mark.django_db
OWN, TEAMS = "maya@private.example", "maya@agency.example"


@pytest.fixture
def olivia(organization: Organization) -> User:
    return a_person("olivia@example.com")


@pytest.fixture
def maya(organization: Organization) -> SocialAccount:
    return an_account("maya.bakes", email=TEAMS)


def signs_in(account: SocialAccount) -> None:
    account.influencer.person = a_person(OWN)
    account.influencer.save(update_fields=["person"])


def recipients() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("recipient", flat=True))


def everything_is_mailed(order: Order, olivia: User) -> list[str]:
    """The recipients of the invitation, a reminder, an answer and a verdict."""
    invite_creators([order])
    order = Order.objects.get(pk=order.pk)
    remind(order, actor=olivia)
    say(order, ReplyKind.QUESTION, text="Which pan?")
    settle(order.replies.get(), answer="The red one.", actor=olivia)
    approve(submit_draft(order, 1, Draft("First cut")), actor=olivia)
    return recipients()


def test_mail_about_orders_goes_where_the_creator_signs_in(
    campaign: Campaign, maya: SocialAccount, olivia: User
) -> None:
    signs_in(maya)
    order = an_order(campaign, maya, state=OrderState.CREATED)
    assert everything_is_mailed(order, olivia) == [OWN] * 4
    assert [each.address for each in addressees([maya.influencer_id])] == [OWN]


def test_mail_goes_to_the_teams_address_until_they_can_sign_in(
    campaign: Campaign, maya: SocialAccount, olivia: User
) -> None:
    order = an_order(campaign, maya, state=OrderState.CREATED)
    assert everything_is_mailed(order, olivia) == [TEAMS] * 4
    assert [each.address for each in addressees([maya.influencer_id])] == [TEAMS]


def test_who_can_sign_in_has_an_address_and_is_not_asked_for_one(
    campaign: Campaign, maya: SocialAccount, organization: Organization
) -> None:
    Influencer.objects.update(email="")
    maya.influencer.refresh_from_db()
    order = an_order(campaign, maya, state=OrderState.CREATED)
    invite_creators([order])
    assert order.problem == why_not_sent(order) == NO_ADDRESS
    assert list(without_address(Order.objects.all())) == [order]
    assert list(AddressesForm([maya]).fields) == [f"email-{maya.influencer_id}"]

    signs_in(maya)

    order = Order.objects.get()
    assert (why_not_sent(order), list(without_address(Order.objects.all()))) == ("", [])
    assert not AddressesForm([order.account]).fields
    invite_creators([order])
    assert recipients() == [OWN]
