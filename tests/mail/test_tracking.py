"""A provider's news about a mail, through its webhook."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from mail.enums import MessageState
from mail.errors import AddressBounced, AddressComplained, AddressUnsubscribed
from mail.models import Address, Message
from mail.policies import is_soft_bounce
from mail.services.delivery import reference, settle
from mail.services.marks import mark
from tenancy.models import Organization, User
from tenancy.scope import organization_scope, person_scope
from tests.mail.conftest import queue
from tests.mailing import deliver_queued, sent_mail

pytestmark = pytest.mark.django_db
SECRET = "provider:correct horse"


@pytest.fixture
def reported(settings: Any) -> Callable[..., int]:
    """Post Postmark's news of a mail; the status of the answer."""
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "postmark", SECRET
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}

    def act(message: Message, kind: str, secret: str = SECRET, **changed: Any) -> int:
        about = {"RecordType": kind, "MessageID": "x", "Recipient": message.recipient}
        body = {**about, "Email": message.recipient, "Metadata": {"message": reference(message)}}
        credentials = base64.b64encode(secret.encode()).decode()
        return (
            Client()
            .post(
                "/hooks/mail/",
                json.dumps(body | changed),
                content_type="application/json",
                headers={"Authorization": f"Basic {credentials}"},
            )
            .status_code
        )

    return act


@pytest.fixture
def sent(oak: Organization) -> Message:
    with organization_scope(oak):
        message = queue()
    deliver_queued()
    with organization_scope(oak):
        return Message.objects.get(pk=message.pk)


def state_of(message: Message) -> str:
    with organization_scope(message.organization_id):
        return Message.objects.get(pk=message.pk).state


def test_a_mail_names_itself_to_the_provider(sent: Message) -> None:
    assert sent_mail()[0].metadata == {"message": f"o{sent.organization_id}-{sent.pk}"}


def test_delivered_is_noted(reported: Callable[..., int], sent: Message) -> None:
    assert reported(sent, "Delivery") == 200
    assert state_of(sent) == MessageState.DELIVERED


def test_a_hard_bounce_marks_the_address_and_it_is_written_to_no_more(
    reported: Callable[..., int], sent: Message
) -> None:
    assert (
        reported(sent, "Bounce", Type="HardBounce", TypeCode=1, Description="No such user") == 200
    )
    assert state_of(sent) == MessageState.BOUNCED
    reported(sent, "Delivery")  # news that come late
    assert state_of(sent) == MessageState.BOUNCED
    with organization_scope(sent.organization_id):
        assert Message.objects.get().reason == "No such user"
        assert Address.objects.get(address=sent.recipient).bounced_at is not None
        with pytest.raises(AddressBounced):
            queue("connect:2")


def test_a_complaint_ends_outreach_and_nothing_else(
    reported: Callable[..., int], sent: Message
) -> None:
    assert reported(sent, "SpamComplaint", Type="SpamComplaint", TypeCode=100001) == 200
    assert state_of(sent) == MessageState.COMPLAINED
    with organization_scope(sent.organization_id):
        with pytest.raises(AddressComplained):
            queue("connect:2", is_bulk=True)
        assert queue("connect:3").state == MessageState.QUEUED


def test_news_that_say_nothing_new_change_nothing(
    reported: Callable[..., int], sent: Message
) -> None:
    reported(sent, "Delivery")
    with organization_scope(sent.organization_id):
        delivered = Message.objects.values().get()
    for kind in ("Open", "Delivery"):
        assert reported(sent, kind) == 200
    with organization_scope(sent.organization_id):
        assert Message.objects.values().get() == delivered


def test_a_complaint_counts_after_a_bounce_too(reported: Callable[..., int], sent: Message) -> None:
    reported(sent, "Bounce", Type="HardBounce", TypeCode=1)
    reported(sent, "SpamComplaint", Type="SpamComplaint", TypeCode=100001)
    assert state_of(sent) == MessageState.COMPLAINED


def test_whoever_unsubscribes_at_the_provider_gets_no_more_outreach(
    reported: Callable[..., int], sent: Message
) -> None:
    assert reported(sent, "SubscriptionChange", SuppressSending=True) == 200
    assert state_of(sent) == MessageState.SENT
    with organization_scope(sent.organization_id):
        with pytest.raises(AddressUnsubscribed):
            queue("connect:2", is_bulk=True)
        assert queue("connect:3").state == MessageState.QUEUED


@pytest.mark.parametrize("secret", ["", "provider:wrong", "correct horse"])
def test_news_without_the_secret_are_refused(
    reported: Callable[..., int], sent: Message, secret: str
) -> None:
    assert reported(sent, "Delivery", secret=secret) == 401
    assert state_of(sent) == MessageState.SENT


@pytest.mark.parametrize("credentials", ["Basic \xe9", "Basic ?", "Basic", "Bearer eA=="])
def test_credentials_that_nobody_can_read_are_refused(
    reported: Callable[..., int], credentials: str
) -> None:
    answer = Client().post("/hooks/mail/", HTTP_AUTHORIZATION=credentials)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("news", "state"), [("Delivery", MessageState.DELIVERED), ("Bounce", MessageState.BOUNCED)]
)
def test_news_that_are_faster_than_the_provider_s_answer_stay(
    reported: Callable[..., int], oak: Organization, monkeypatch: Any, news: str, state: str
) -> None:
    with organization_scope(oak):
        message = queue()
    monkeypatch.setattr(
        "mail.services.delivery.MailServer.send",
        lambda *_: reported(message, news, Type="HardBounce", TypeCode=1),
    )
    deliver_queued()
    assert state_of(message) == state
    with organization_scope(oak):
        assert Message.objects.get().sent_at is not None


def test_news_are_refused_while_no_secret_or_no_provider_is_set(
    reported: Callable[..., int], sent: Message, settings: Any
) -> None:
    settings.MAIL_WEBHOOK_SECRET = ""
    assert reported(sent, "Delivery", secret="") == 401
    settings.MAIL_WEBHOOK_SECRET, settings.MAIL_PROVIDER = SECRET, ""
    assert reported(sent, "Delivery") == 401
    assert state_of(sent) == MessageState.SENT


def test_news_of_another_mail_or_address_change_nothing(
    reported: Callable[..., int], sent: Message, elm: Organization
) -> None:
    for reference_ in (
        f"o{elm.pk}-{sent.pk}",
        f"p1-{sent.pk}",
        "o1-",
        "x",
        f"o{sent.organization_id}-0",
    ):
        assert reported(sent, "Delivery", Metadata={"message": reference_}) == 200
    assert (
        reported(sent, "Delivery", Recipient="other@example.com", Email="other@example.com") == 200
    )
    assert reported(sent, "Delivery", Metadata={}) == 200
    assert state_of(sent) == MessageState.SENT


def test_a_person_s_own_mail_marks_no_address_of_any_organization(
    reported: Callable[..., int], maya: User, oak: Organization
) -> None:
    with person_scope(maya):
        message = queue()
    deliver_queued()
    reported(message, "Bounce", Type="HardBounce", TypeCode=1)
    with person_scope(maya):
        assert Message.objects.get().state == MessageState.BOUNCED
    with organization_scope(oak):
        assert not Address.objects.exists()


@pytest.mark.django_db
def test_a_mark_is_of_one_address_alone(oak: Organization) -> None:
    with organization_scope(oak):
        mark("tom@example.com", "bounced_at")
        mark("rio@example.com", "unsubscribed_at")
        marked = {
            row.address: (bool(row.bounced_at), bool(row.unsubscribed_at))
            for row in Address.objects.all()
        }
    assert marked == {"tom@example.com": (True, False), "rio@example.com": (False, True)}


@pytest.mark.django_db
def test_a_mail_says_since_when_it_is_in_its_state(oak: Organization) -> None:
    with organization_scope(oak):
        message = queue()
        message.state_at = timezone.now() - timedelta(days=1)
        settle(message, MessageState.BOUNCED, "550 No such user.")
        message.refresh_from_db()
    assert timezone.now() - message.state_at < timedelta(minutes=1)


# What each provider posts of a bounce that passes, and of one that lasts.
BOUNCES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "postmark": (
        {"RecordType": "Bounce", "Type": "SoftBounce", "TypeCode": 4096},
        {"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1},
    ),
    "brevo": ({"event": "soft_bounce"}, {"event": "hard_bounce"}),
    "mailersend": (
        {"type": "activity.soft_bounced", "data": {"type": "soft_bounced"}},
        {"type": "activity.hard_bounced", "data": {"type": "hard_bounced"}},
    ),
    "resend": (
        {"type": "email.bounced", "data": {"bounce": {"type": "Transient", "subType": "General"}}},
        {"type": "email.bounced", "data": {"bounce": {"type": "Permanent", "subType": "General"}}},
    ),
    "sendgrid": ({"event": "bounce", "type": "blocked"}, {"event": "bounce", "type": "bounce"}),
    "sparkpost": (
        {"msys": {"message_event": {"type": "bounce", "bounce_class": "22"}}},
        {"msys": {"message_event": {"type": "bounce", "bounce_class": "10"}}},
    ),
}


@pytest.mark.parametrize("provider", BOUNCES)
def test_each_provider_s_word_for_a_passing_bounce_is_known(provider: str) -> None:
    passing, lasting = BOUNCES[provider]
    assert (is_soft_bounce(passing), is_soft_bounce(lasting)) == (True, False)


def test_a_bounce_without_details_counts_as_lasting() -> None:
    assert not is_soft_bounce(None)


def test_a_full_mailbox_fails_a_mail_and_marks_nobody(
    reported: Callable[..., int], sent: Message
) -> None:
    assert reported(sent, "Bounce", Type="SoftBounce", TypeCode=4096, Description="Full") == 200
    assert state_of(sent) == MessageState.FAILED
    with organization_scope(sent.organization_id):
        assert Message.objects.get().reason == "Full"
        assert not Address.objects.exists()
        assert queue("connect:2").state == MessageState.QUEUED
    reported(sent, "Bounce", Type="HardBounce", TypeCode=1)
    assert state_of(sent) == MessageState.BOUNCED
