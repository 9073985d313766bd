"""Queueing mail: once, in the transaction of its cause, whole, and nothing to those who do not want it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from jobs.models import Work
from mail.enums import MessageState
from mail.models import Message
from mail.policies import Verdict, verdict
from mail.services.senders import change_sender
from tenancy.addresses import one_spelling
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope, person_scope
from tests.mail.conftest import queue
from tests.mailing import sent_mail

QUIET = timedelta(minutes=10)


@pytest.mark.django_db
def test_the_same_wish_is_one_mail_until_it_is_old_or_has_failed(oak: Organization) -> None:
    with organization_scope(oak):
        first = queue(again_after=QUIET)
        assert queue(again_after=QUIET) == first
        assert queue("connect:2") != first
        Message.objects.filter(pk=first.pk).update(created_at=timezone.now() - QUIET)
        second = queue(again_after=QUIET)
        assert (second.intent, second.repeat) == (first.intent, 2)
        Message.objects.filter(pk=second.pk).update(state=MessageState.FAILED)
        assert queue(again_after=QUIET).repeat == 3
        assert queue().repeat == 3  # without a time it stays the same wish for good


@pytest.mark.django_db
def test_a_mail_whose_cause_is_taken_back_was_never_queued(oak: Organization) -> None:
    with organization_scope(oak):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            queue()
            _ = 1 / 0
        assert not Message.objects.exists()
    assert not Work.objects.filter(kind="mail").exists()
    assert sent_mail() == []


@pytest.mark.django_db(transaction=True)
def test_a_wish_of_many_at_once_is_one_mail() -> None:
    oak, together = Organization.objects.create(name="Oak", slug="oak"), Barrier(6)

    def click(_: int) -> int:
        try:
            with organization_scope(oak):
                together.wait(timeout=30)
                return queue(again_after=QUIET).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(click, range(6)))) == 1
    assert len(sent_mail()) == 1


@pytest.mark.django_db
def test_owners_do_not_share_their_wishes(oak: Organization, elm: Organization, maya: User) -> None:
    for scope in (organization_scope(oak), organization_scope(elm), person_scope(maya)):
        with scope:
            queue()
    assert len(sent_mail()) == 3


@pytest.mark.django_db
def test_outreach_can_be_unsubscribed_from_and_other_mail_cannot(oak: Organization) -> None:
    with organization_scope(oak):
        queue(is_bulk=True)
        queue("connect:2")
    bulk, other = sent_mail()
    link = bulk.extra_headers["List-Unsubscribe"].strip("<>")
    assert link.startswith("http://testserver/u/")
    assert bulk.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"Unsubscribe: {link}" in bulk.body
    assert f'href="{link}"' in bulk.alternatives[0].content
    assert "List-Unsubscribe" not in other.extra_headers
    assert "Unsubscribe" not in other.body + other.alternatives[0].content


@pytest.mark.django_db
def test_styles_stand_in_the_elements_and_for_dark_screens_beside_them(oak: Organization) -> None:
    with organization_scope(oak):
        html = queue().html
    assert "prefers-color-scheme: dark" in html
    assert '<a class="button-link" href="https://influence.example/me/" style="' in html
    assert "<link" not in html


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Tom@Example.COM ", "tom@example.com"),
        ("tom@Bücher.example", "tom@xn--bcher-kva.example"),
        ("tom@xn--bcher-kva.example", "tom@xn--bcher-kva.example"),
        ("tom@bücher..example", "tom@bücher..example"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_an_address_has_one_spelling(given: str, kept: str) -> None:
    assert one_spelling(given) == kept


@pytest.mark.parametrize(
    ("status", "means"),
    [
        (400, Verdict.REFUSED),
        (401, Verdict.LATER),
        (422, Verdict.REFUSED),
        (429, Verdict.LATER),
        (500, Verdict.UNKNOWN),
        (503, Verdict.LATER),
        (None, Verdict.UNKNOWN),
    ],
)
def test_a_provider_s_answer_says_what_follows(status: int | None, means: Verdict) -> None:
    from anymail.exceptions import AnymailAPIError

    assert verdict(AnymailAPIError("x", status_code=status), handed_over=False) == means


def test_a_provider_that_was_never_reached_has_sent_nothing() -> None:
    from anymail.exceptions import AnymailAPIError

    error = AnymailAPIError("x")
    error.__cause__ = ConnectionRefusedError()
    assert verdict(error, handed_over=False) == Verdict.LATER


@pytest.mark.django_db
def test_a_change_of_the_sender_is_kept_and_said_with_who_did_it(oak: Organization) -> None:
    ada = User.objects.create_user("ada@oak.example")
    with organization_scope(oak):
        change_sender(oak, name="Oak Studio", reply_to="hello@oak.example", actor=ada)
        event = Event.objects.latest("pk")
    assert (event.verb, event.actor) == ("mail.sender_changed", ada)
    oak.refresh_from_db()
    assert (oak.mail_sender_name, oak.mail_reply_to) == ("Oak Studio", "hello@oak.example")
