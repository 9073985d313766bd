"""An organization's pages of its e-mail."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crm.models import Influencer
from mail.enums import MessageState
from mail.models import Address, Message
from mail.services.delivery import settle
from mail.services.marks import mark
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.mail.conftest import queue
from tests.mailing import sent_mail
from tests.submitting import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(oak: Organization) -> Client:
    person = User.objects.create_user("ada@example.com", name="Ada")
    add_member(oak, person, role=Role.ADMIN, actor=person)
    client = Client()
    client.force_login(person)
    return client


def test_a_failed_mail_is_shown_with_its_reason_and_sent_again(
    admin: Client, oak: Organization
) -> None:
    with organization_scope(oak):
        message = queue()
        settle(message, MessageState.FAILED, "550 No.")
    page = admin.get("/o/oak/mail/").content.decode()
    assert "tom@example.com" in page
    assert "550 No." in page

    again = f"/o/oak/mail/{message.pk}/send-again/"
    assert "is queued again" in admin.post(again, follow=True).content.decode()
    assert "Only an e-mail that failed" in admin.post(again, follow=True).content.decode()
    assert [mail.to for mail in sent_mail()] == [["tom@example.com"]]
    with organization_scope(oak):
        assert Message.objects.get().state == MessageState.SENT
        assert Event.objects.filter(verb=Verb.MAIL_SENT_AGAIN).count() == 1


def test_a_secret_mail_cannot_be_sent_again(admin: Client, oak: Organization) -> None:
    with organization_scope(oak):
        message = queue(is_secret=True)
        settle(message, MessageState.FAILED, "550 No.")
    assert "Send again" not in admin.get("/o/oak/mail/").content.decode()
    answer = admin.post(f"/o/oak/mail/{message.pk}/send-again/", follow=True)
    assert "Only an e-mail that failed" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("bounced_at", "E-mail came back"),
        ("unsubscribed_at", "Unsubscribed"),
        ("complained_at", "Marked as spam"),
    ],
)
def test_the_profile_shows_the_mark_of_the_address(
    admin: Client, oak: Organization, field: str, words: str
) -> None:
    with organization_scope(oak):
        tom = Influencer.objects.create(name="Tom", email="tom@example.com")
        assert words not in admin.get(f"/o/oak/influencers/{tom.pk}/").content.decode()
        mark("tom@example.com", field)
    assert words in admin.get(f"/o/oak/influencers/{tom.pk}/").content.decode()


def test_an_address_that_bounced_can_be_allowed_again(admin: Client, oak: Organization) -> None:
    with organization_scope(oak):
        mark("tom@example.com", "bounced_at")
        known = Address.objects.get()
    admin.post(f"/o/oak/mail/addresses/{known.pk}/allow/")
    with organization_scope(oak):
        assert Address.objects.get().bounced_at is None
        assert Event.objects.get(verb="mail.address_allowed").object_id == known.pk
        assert queue().state == MessageState.QUEUED


def test_the_sender_is_set_on_its_page(admin: Client, oak: Organization) -> None:
    def save(**fields: Any) -> int:
        return submit(admin, "/o/oak/settings/mail/", fields).status_code

    assert save(mail_sender_name="Ada", mail_reply_to="no address") == 422
    assert save(mail_sender_name="Ada from Oak", mail_reply_to="Team@Oak.example") == 302
    with organization_scope(oak):
        queue()
    (message,) = sent_mail()
    assert message.from_email == "Ada from Oak <hello@influence.example>"
    assert message.reply_to == ["team@oak.example"]
