"""Sending: a real mail server that is kind, slow, refusing, half-answering; and workers that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings as product
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from jobs.models import Work
from jobs.services.queue import make_due
from mail.enums import MessageState
from mail.errors import NotToBeSentAgain
from mail.models import Address, Message
from mail.services.delivery import MailServer, deliver
from mail.services.outbox import send_again
from tenancy.models import Organization, User
from tenancy.scope import organization_scope, person_scope
from tests.mail.conftest import queue
from tests.mail.smtp_server import Server
from tests.mailing import deliver_queued

pytestmark = pytest.mark.django_db
Queued = Callable[..., Message]


def as_it_is(message: Message) -> Message:
    with organization_scope(message.organization_id):
        return Message.objects.get(pk=message.pk)


def make_due_now() -> None:
    Work.objects.filter(kind="mail").update(due_at=timezone.now())


def test_a_queued_mail_is_sent_by_the_worker_once(server: Server, queued: Queued) -> None:
    message = queued()
    assert server.kept == []

    deliver_queued()
    deliver_queued()

    (mail,) = server.mails
    assert (mail["To"], mail["Subject"], mail["Message-ID"]) == (
        "tom@example.com", "Connect", message.message_id,
    )  # fmt: skip
    assert mail["From"] == "Oak <hello@influence.example>"
    assert mail.get_body(("plain",)).get_content().startswith("Hello Tom,")
    assert "Read the invitation</a>" in mail.get_body(("html",)).get_content()
    sent = as_it_is(message)
    assert (sent.state, sent.reason, sent.sent_at is not None) == (MessageState.SENT, "", True)
    assert not Work.objects.filter(kind="mail").exists()


def test_the_organization_s_sender_and_answers_are_in_the_mail(
    server: Server, oak: Organization, queued: Queued
) -> None:
    Organization.objects.filter(pk=oak.pk).update(
        mail_sender_name="Ada from Oak", mail_reply_to="team@oak.example"
    )
    queued()
    deliver_queued()
    (mail,) = server.mails
    assert mail["From"] == "Ada from Oak <hello@influence.example>"
    assert mail["Reply-To"] == "team@oak.example"


@pytest.mark.parametrize("field", ["name", "mail_sender_name"])
def test_a_line_break_in_a_name_adds_no_header_and_keeps_no_mail_back(
    server: Server, oak: Organization, queued: Queued, field: str
) -> None:
    Organization.objects.filter(pk=oak.pk).update(**{field: "Oak\r\nBcc: eve@example.com"})
    queued()
    deliver_queued()
    (mail,) = server.mails
    assert mail["From"].addresses[0].display_name == "Oak Bcc: eve@example.com"
    assert (mail["Bcc"], mail["To"]) == (None, "tom@example.com")


def test_a_slow_server_is_waited_for(server: Server, queued: Queued) -> None:
    server.seconds = 0.5
    message = queued()
    deliver_queued()
    assert (len(server.kept), as_it_is(message).state) == (1, MessageState.SENT)


def test_a_server_that_is_away_postpones_and_the_waits_double(
    server: Server, queued: Queued, settings: Any
) -> None:
    settings.EMAIL_PORT = 9
    message = queued()
    for waited, wait in ((0, 1), (3, 3), (20, 20), (300, 60)):
        queued_at = timezone.now() - timedelta(minutes=waited)
        Message.objects.none()
        with organization_scope(message.organization_id):
            Message.objects.filter(pk=message.pk).update(queued_at=queued_at)
            due_in = deliver([message.pk])[message.pk]
        assert round(due_in / timedelta(minutes=1)) == wait
    found = as_it_is(message)
    assert (found.state, "refused" in found.reason) == (MessageState.QUEUED, True)

    settings.EMAIL_PORT = server.port
    make_due_now()
    deliver_queued()
    assert (len(server.kept), as_it_is(message).state) == (1, MessageState.SENT)


def test_after_24_hours_a_mail_is_given_up_with_its_reason(
    server: Server, queued: Queued, settings: Any
) -> None:
    settings.EMAIL_PORT = 9
    message = queued()
    with organization_scope(message.organization_id):
        Message.objects.update(queued_at=timezone.now() - timedelta(hours=24))
    deliver_queued()
    found = as_it_is(message)
    assert found.state == MessageState.FAILED
    assert found.reason.startswith("It could not be sent within 24 hours:")


@pytest.mark.parametrize("where", ["to_recipient", "to_data"])
def test_a_temporary_refusal_is_tried_again(server: Server, queued: Queued, where: str) -> None:
    setattr(server, where, "451 4.7.1 Try again later")
    message = queued()
    deliver_queued()
    found = as_it_is(message)
    assert (found.state, found.reason) == (MessageState.QUEUED, "451 4.7.1 Try again later")
    assert Work.objects.get(kind="mail").due_at > timezone.now() + timedelta(seconds=50)

    setattr(server, where, "")
    make_due_now()
    deliver_queued()
    assert (len(server.kept), as_it_is(message).state) == (1, MessageState.SENT)


@pytest.mark.parametrize("where", ["to_recipient", "to_data"])
def test_a_final_refusal_fails_with_the_server_s_words(
    server: Server, queued: Queued, where: str
) -> None:
    setattr(server, where, "554 5.7.1 We do not want this")
    message, other = queued(), queued("connect:2")
    deliver_queued()
    found = as_it_is(message)
    assert found.state == MessageState.FAILED
    assert found.reason == "The mail server refused it: 554 5.7.1 We do not want this"
    assert as_it_is(other).state == MessageState.FAILED
    assert not Work.objects.filter(kind="mail").exists()
    with organization_scope(message.organization_id):
        assert not Address.objects.exists()


def test_an_address_that_does_not_exist_bounces_and_is_marked(
    server: Server, queued: Queued
) -> None:
    server.to_recipient = "550 5.1.1 No such user"
    message = queued()
    deliver_queued()
    assert as_it_is(message).state == MessageState.BOUNCED
    with organization_scope(message.organization_id):
        assert Address.objects.get(address="tom@example.com").bounced_at is not None


def test_a_connection_lost_before_the_text_left_is_tried_again(
    server: Server, queued: Queued
) -> None:
    server.hangs_up_at = "RCPT"
    message = queued()
    deliver_queued()
    assert as_it_is(message).state == MessageState.QUEUED

    server.hangs_up_at = ""
    make_due_now()
    deliver_queued()
    assert (len(server.kept), as_it_is(message).state) == (1, MessageState.SENT)


@pytest.mark.parametrize("half", ["hangs up", "never answers"])
def test_a_mail_that_may_have_been_sent_waits_for_a_person(
    server: Server, queued: Queued, settings: Any, half: str
) -> None:
    if half == "hangs up":
        server.hangs_up_at = "DATA"
    else:
        settings.EMAIL_TIMEOUT, server.seconds = 0.3, 1.0
    message = queued()
    deliver_queued()
    found = as_it_is(message)
    assert found.state == MessageState.FAILED
    assert found.reason.startswith("It may have been sent: the connection broke")
    make_due_now()
    deliver_queued()
    assert server.data_begun == 1

    server.hangs_up_at, server.seconds = "", 0
    with organization_scope(message.organization_id):
        send_again(message, actor=None)
    deliver_queued()
    assert (server.data_begun, as_it_is(message).state) == (2, MessageState.SENT)
    assert server.mails[-1]["Message-ID"] == message.message_id


def test_a_mail_whose_sender_never_came_back_waits_for_a_person(
    server: Server, queued: Queued
) -> None:
    message = queued()
    with organization_scope(message.organization_id):
        Message.objects.update(state=MessageState.SENDING)
    deliver_queued()
    found = as_it_is(message)
    assert (found.state, found.reason) == (
        MessageState.FAILED,
        "It may have been sent: its worker was stopped while the mail was handed over. Send it again only if it did not arrive.",
    )
    assert server.kept == []


def test_a_mail_that_went_out_is_not_sent_once_more_whoever_makes_it_due(
    server: Server, queued: Queued
) -> None:
    message = queued()
    deliver_queued()
    with organization_scope(message.organization_id):
        make_due("mail", message.pk)
    deliver_queued()
    assert (len(server.kept), as_it_is(message).state) == (1, MessageState.SENT)
    assert not Work.objects.filter(kind="mail").exists()


def test_an_address_that_the_provider_refuses_bounces_and_is_marked(
    queued: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AnymailRecipientsRefused

    monkeypatch.setattr("mail.services.delivery.MailServer.send", refuse)
    message = queued()
    deliver_queued()
    found = as_it_is(message)
    assert (found.state, found.reason) == (
        MessageState.BOUNCED,
        "All message recipients were rejected or invalid",
    )
    with organization_scope(message.organization_id):
        assert Address.objects.get(address="tom@example.com").bounced_at is not None


def test_only_what_failed_can_be_sent_again(server: Server, queued: Queued) -> None:
    message = queued()
    with organization_scope(message.organization_id):
        with pytest.raises(NotToBeSentAgain):
            send_again(message, actor=None)
        deliver_queued()
        with pytest.raises(NotToBeSentAgain):
            send_again(message, actor=None)
    assert len(server.kept) == 1


def test_a_secret_that_failed_is_not_sent_again_empty(server: Server, queued: Queued) -> None:
    server.to_recipient = "554 5.7.1 We do not want this"
    message = queued(is_secret=True)
    deliver_queued()
    assert as_it_is(message).state == MessageState.FAILED
    with organization_scope(message.organization_id), pytest.raises(NotToBeSentAgain):
        send_again(message, actor=None)


def test_one_mail_in_trouble_keeps_none_of_its_batch_back(server: Server, queued: Queued) -> None:
    messages = [queued(f"connect:{n}", to=f"{n}@example.com") for n in range(3)]
    with organization_scope(messages[1].organization_id):
        Message.objects.filter(pk=messages[1].pk).update(subject="Two\nlines")
    deliver_queued()
    states = [as_it_is(message).state for message in messages]
    assert states == [MessageState.SENT, MessageState.FAILED, MessageState.SENT]


def test_a_secret_is_emptied_once_it_is_sent(server: Server, maya: User) -> None:
    with person_scope(maya):
        message = queue(is_secret=True)
        kept = queue("connect:2")
    deliver_queued()
    with person_scope(maya):
        message.refresh_from_db()
        kept.refresh_from_db()
    assert (message.state, message.html, message.text) == (MessageState.SENT, "", "")
    assert kept.text.startswith("Hello Tom")
    assert len(server.kept) == 2


def test_an_address_that_unsubscribed_while_the_mail_was_queued_gets_none(
    server: Server, oak: Organization
) -> None:
    with organization_scope(oak):
        message = queue(is_bulk=True)
        Address.objects.create(address="tom@example.com", unsubscribed_at=timezone.now())
    deliver_queued()
    found = as_it_is(message)
    assert (server.kept, found.state) == ([], MessageState.FAILED)
    assert "has unsubscribed" in found.reason


def test_what_redis_forgets_doubles_nothing(server: Server, queued: Queued) -> None:
    first = queued(again_after=timedelta(minutes=10))
    cache.clear()
    assert queued(again_after=timedelta(minutes=10)) == first
    deliver_queued()
    cache.clear()
    assert queued(again_after=timedelta(minutes=10)) == first
    deliver_queued()
    assert len(server.kept) == 1


# --- killed ------------------------------------------------------------------------------------------------------
def worker(port: int) -> subprocess.Popen[bytes]:
    own = connection.settings_dict
    database = f"postgresql://{own['USER']}@/{own['NAME']}?host={own['OPTIONS']['host']}"
    return subprocess.Popen(
        [sys.executable, "-m", "tests.mail.worker", str(port)],
        cwd=product.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": database,
            "REDIS_URL": product.REDIS_URL,
        },
    )


def wait_until(condition: Callable[[], object]) -> None:
    ends_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_hands_a_mail_over_sends_nothing_twice(
    server: Server, db: None
) -> None:
    elm = Organization.objects.create(name="Elm", slug="elm")
    with organization_scope(elm):
        first, second = queue("connect:1"), queue("connect:2", to="rio@example.com")
    server.seconds = 60
    process = worker(server.port)
    wait_until(lambda: server.data_begun)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert as_it_is(first).state == MessageState.SENDING

    server.seconds = 0
    Work.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    process = worker(server.port)
    assert process.wait(timeout=60) == 0

    found = as_it_is(first)
    assert found.state == MessageState.FAILED
    assert found.reason.startswith("It may have been sent: its worker was stopped")
    assert as_it_is(second).state == MessageState.SENT
    assert [mail["To"] for mail in server.mails] == ["rio@example.com"]


@pytest.mark.parametrize("said", [MessageState.DELIVERED, MessageState.BOUNCED])
def test_what_the_provider_has_said_outlives_a_hand_over_whose_answer_was_lost(
    queued: Queued, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    message = queued()

    def lose_the_answer(server: MailServer, email: Any) -> None:
        Message.objects.filter(pk=message.pk).update(state=said)
        raise AnymailAPIError

    monkeypatch.setattr(MailServer, "send", lose_the_answer)
    deliver_queued()
    assert as_it_is(message).state == said
    assert not Work.objects.filter(kind="mail").exists()


@pytest.mark.parametrize("problem", [None, ConnectionResetError()])
def test_a_mail_that_is_forgotten_while_it_is_handed_over_stops_nobody(
    queued: Queued, monkeypatch: pytest.MonkeyPatch, problem: Exception | None
) -> None:
    message = queued()

    def forget(server: MailServer, email: Any) -> None:
        Message.objects.filter(pk=message.pk).delete()
        if problem:
            raise problem

    monkeypatch.setattr(MailServer, "send", forget)
    deliver_queued()
    assert not Work.objects.filter(kind="mail").exists()
