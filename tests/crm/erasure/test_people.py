"""A creator erases everything: permissions end at TikTok first, data goes everywhere, the receipt is sent, then the address goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from crm.enums import ReceiptKind, ReceiptState
from crm.models import Influencer, OtherAddress, Receipt
from crm.queries.receipts import receipt_lines
from crm.services.erasure import people
from crm.services.erasure.people import ERASE, ask_erasure
from crm.services.erasure.receipts import digest_of, receipt_at, receipt_url
from crm.services.influencers import delete_influencer
from files.models import File
from jobs.enums import Lane
from jobs.models import Job, Work
from mail.models import Address, Message
from tenancy.enums import Role, Verb
from tenancy.models import Event, InfluencerLogin, Organization, User
from tenancy.scope import organization_scope, person_scope
from tenancy.services.organizations import add_member
from tests.connecting import a_person, an_organization, connect
from tests.factories.crm import ConsentFactory, TikTokAccountFactory
from tests.mail.conftest import queue
from tests.mailing import sent_mail
from tests.working import pump, pump_kind
from tiktok.errors import TikTokRefused, TikTokUnavailable
from tiktok.exchanges import PastExchange, last_exchanges, remember
from tiktok.models import Connection, Consent, Creator, WebhookDelivery

pytestmark = pytest.mark.django_db


def step() -> None:
    """Do what is due next, as workers do."""
    Work.objects.filter(kind=ERASE).update(due_at=timezone.now())
    pump_kind(ERASE)


def erase_all(receipt: Receipt) -> Receipt:
    for _ in range(6):
        step()
        while pump(Lane.BULK):
            pass
        sent_mail()
    receipt.refresh_from_db()
    return receipt


def answers(tiktok: Any, token: str, connection: Connection) -> int:
    """The code with which TikTok answers to this token."""
    asked = {"business_id": connection.open_id, "fields": ["username"]}
    return tiktok.api("GET", "/business/get/", token=token, **asked)["code"]


def planted(oak: Organization, maya: User, connection: Connection) -> None:
    """Plant what stands about her beside her rows in organizations."""
    bodies = {"1": connection.open_id.encode(), "2": b"somebody else"}
    for digest, body in bodies.items():
        WebhookDelivery.objects.create(kind="login_kit", digest=digest, body=body)
    remember(PastExchange(1.0, "GET", "/x/", 200, 0, "r", 0.1, 1, ""), [connection])
    with person_scope(maya):
        Job.objects.create(kind="portal.x")
    with organization_scope(oak):
        Address.objects.create(address=maya.email, unsubscribed_at=timezone.now())
        Influencer.objects.create(name="Tom", email="tom@example.com")
        queue("connect:1", to=maya.email)
    EmailAddress.objects.create(user=maya, email=maya.email, verified=True)


def test_everything_goes_in_every_organization_and_the_receipt_says_so(tiktok: Any, oak) -> None:
    elm = an_organization("Elm")
    maya = a_person("maya@example.com", oak, elm, name="Maya Bakes")
    for organization in (oak, elm):
        connect(tiktok, maya, organization, "maya.bakes")
    connection = Connection.objects.get()
    token = connection.open_access_token()
    assert answers(tiktok, token, connection) == 0
    planted(oak, maya, connection)
    assert last_exchanges(connection)

    receipt = ask_erasure(maya, language="de")
    assert ask_erasure(maya, language="de") == receipt
    maya.refresh_from_db()
    assert not maya.is_active
    with organization_scope(oak):
        assert Influencer.objects.get(person=maya).archived_at is not None

    step()
    assert Connection.objects.get().sealed_access_token == ""
    assert answers(tiktok, token, connection) != 0
    assert erase_all(receipt).state == ReceiptState.DONE

    assert not User.objects.filter(pk=maya.pk).exists()
    for model in (Connection, InfluencerLogin, EmailAddress):
        assert not model._default_manager.exists()
    assert [row.digest for row in WebhookDelivery.objects.all()] == ["2"]
    assert last_exchanges(connection) == []
    for organization in (oak, elm):
        with organization_scope(organization):
            assert not Influencer.objects.exclude(name="Tom").exists()
            for model in (Creator, Consent, Message, Address):
                assert not model._default_manager.exists()
            event = Event.objects.get(verb=Verb.INFLUENCER_ERASED)
            assert (event.actor, event.is_erased) == (None, True)
    [mail] = [each for each in sent_mail() if each.to == ["maya@example.com"]]
    assert receipt.number in mail.subject
    assert "maya" not in str([receipt.texts, receipt.counts, receipt.number])
    assert (receipt.person, receipt.jobs, receipt.ended_count) == (None, [], 1)
    assert receipt.counts["accounts"] == 2
    assert receipt.digest == digest_of(receipt)
    assert receipt_at(receipt_url(receipt).split("/")[-2]) == receipt
    assert receipt_at("forged") is None


def test_tiktok_is_asked_again_every_minute_and_data_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, oak: Organization, maya: User
) -> None:
    with organization_scope(oak):
        consent = ConsentFactory.create()
    Connection.objects.update(person=maya)
    asked = []

    def away(connection: Connection, *, actor: User) -> None:
        asked.append(connection.pk)
        raise TikTokUnavailable

    monkeypatch.setattr(people, "disconnect", away)
    receipt = ask_erasure(maya, language="")
    step()
    receipt.refresh_from_db()
    assert (receipt.state, asked) == (ReceiptState.ENDING, [consent.connection_id])
    due_at = Work.objects.get(kind=ERASE).due_at
    assert timedelta(seconds=50) < due_at - timezone.now() <= timedelta(minutes=1)
    Receipt.objects.update(asked_at=timezone.now() - timedelta(hours=13))
    step()
    receipt.refresh_from_db()
    assert (receipt.state, receipt.refused_count) == (ReceiptState.DELETING, 1)
    assert not Connection.objects.get().is_live


def test_a_permission_that_tiktok_refuses_to_end_is_forgotten_here(
    monkeypatch: pytest.MonkeyPatch, oak: Organization, maya: User
) -> None:
    with organization_scope(oak):
        ConsentFactory.create()
    Connection.objects.update(person=maya)

    def refuse(connection: Connection, *, actor: User) -> None:
        raise TikTokRefused("No.")

    monkeypatch.setattr(people, "disconnect", refuse)
    receipt = erase_all(ask_erasure(maya, language=""))
    assert (receipt.state, receipt.refused_count, receipt.ended_count) == ("done", 1, 0)


def test_a_permission_whose_token_does_not_open_is_not_said_to_be_ended(oak, maya) -> None:
    with organization_scope(oak):
        ConsentFactory.create()
    later = timezone.now() + timedelta(hours=1)
    Connection.objects.update(
        person=maya, sealed_access_token="t9.broken", access_expires_at=later, refresh_expires_at=later
    )  # fmt: skip
    receipt = erase_all(ask_erasure(maya, language=""))
    assert (receipt.state, receipt.refused_count, receipt.ended_count) == ("done", 1, 0)


def test_an_account_whose_influencer_is_gone_already_goes_too(oak, maya) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(influencer=Influencer.objects.get(person=maya))
        ConsentFactory.create(creator=account.creator)
        Connection.objects.update(person=maya)
        delete_influencer(account.influencer, actor=None)
        assert Creator.objects.exists()
    Connection.objects.update(state="revoked")
    assert erase_all(ask_erasure(maya, language="")).state == ReceiptState.DONE
    with organization_scope(oak):
        assert not Creator.objects.exists()


def test_who_works_for_an_organization_keeps_their_account_there(oak, maya) -> None:
    add_member(oak, maya, role=Role.VIEWER, actor=None)
    session = SessionStore()
    session["_auth_user_id"] = str(maya.pk)
    session.save()
    ended = Receipt.objects.create(number="R-1", kind=ReceiptKind.ENDING, state="done", person=maya)
    receipt = erase_all(ask_erasure(maya, language=""))
    maya.refresh_from_db()
    assert (maya.is_active, receipt.state) == (True, ReceiptState.DONE)
    assert Session.objects.exists()
    assert not InfluencerLogin.objects.exists()
    assert not Receipt.objects.filter(pk=ended.pk).exists()
    with organization_scope(oak):
        assert not Influencer.objects.exists()


def test_sessions_and_what_operations_noted_go_with_the_person(oak, maya) -> None:
    contents = (
        {"_auth_user_id": str(maya.pk)},
        {"code": [{"email": maya.email}]},
        {"cart": 1, "of": f"x{maya.email}"},
    )
    for values in contents:
        session = SessionStore()
        session.update(values)
        session.save()
    ops = User.objects.create_user("ops@example.com", is_staff=True)
    LogEntry.objects.create(
        user=ops, content_type=ContentType.objects.get_for_model(User), object_id=str(maya.pk),
        object_repr="maya@example.com", action_flag=CHANGE, change_message="maya@example.com",
    )  # fmt: skip
    erase_all(ask_erasure(maya, language=""))
    assert [session.get_decoded() for session in Session.objects.all()] == [
        {"cart": 1, "of": f"x{maya.email}"}
    ]
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == ("", "")


def test_an_address_that_somebody_else_has_keeps_its_marks(oak, maya) -> None:
    with organization_scope(oak):
        maya_there = Influencer.objects.get(person=maya)
        OtherAddress.objects.create(influencer=maya_there, email="agent@example.com")
        Influencer.objects.create(name="Tom", email="agent@example.com")
        for address in ("agent@example.com", maya.email):
            Address.objects.create(address=address, unsubscribed_at=timezone.now())
    erase_all(ask_erasure(maya, language=""))
    with organization_scope(oak):
        assert [row.address for row in Address.objects.all()] == ["agent@example.com"]


def test_a_receipt_that_cannot_be_mailed_is_no_reason_to_keep_anything(
    monkeypatch: pytest.MonkeyPatch, oak, maya
) -> None:
    receipt = ask_erasure(maya, language="")
    for _ in range(4):
        step()
        while pump(Lane.BULK):
            pass
    receipt.refresh_from_db()
    assert receipt.state == ReceiptState.MAILING  # nobody sends mail here
    Receipt.objects.update(finished_at=timezone.now() - timedelta(hours=21))
    step()
    assert not User.objects.filter(pk=maya.pk).exists()


def test_the_receipt_waits_for_the_jobs_that_delete(oak, maya) -> None:
    receipt = ask_erasure(maya, language="")
    for _ in range(3):  # nobody works on jobs here
        step()
    receipt.refresh_from_db()
    assert (receipt.state, len(receipt.jobs)) == (ReceiptState.CHECKING, 1)
    assert Work.objects.get(kind=ERASE).due_at > timezone.now()


def test_an_address_that_takes_no_mail_gets_none(monkeypatch, oak, maya) -> None:
    monkeypatch.setattr("mail.services.outbox.marks.refuse_unwanted", bounced)
    assert erase_all(ask_erasure(maya, language="")).state == ReceiptState.DONE


def bounced(address: str, *, is_bulk: bool) -> None:
    from mail.errors import AddressBounced

    raise AddressBounced(address)


def test_the_work_of_a_receipt_that_is_done_is_over(oak, maya) -> None:
    receipt = erase_all(ask_erasure(maya, language=""))
    assert not Work.objects.filter(kind=ERASE).exists()
    assert people._erase([receipt.pk]) == {receipt.pk: None}


def test_the_person_s_own_files_go(oak, maya) -> None:
    with person_scope(maya):
        File.objects.create(kind="influencer_file", name="x", content_type="x/y", size=1)
    erase_all(ask_erasure(maya, language=""))
    with person_scope(maya.pk or 1):
        assert not File.objects.exists()


def checking(maya: User) -> tuple[Receipt, Job]:
    """A receipt that waits for its one job, on which nobody works."""
    receipt = ask_erasure(maya, language="")
    for _ in range(3):
        step()
    receipt.refresh_from_db()
    [[organization_id, job_id, _tries]] = receipt.jobs
    with organization_scope(organization_id):
        return receipt, Job.objects.get(pk=job_id)


def test_a_job_that_failed_is_started_again_and_then_the_receipt_says_what_is_open(
    oak, maya
) -> None:
    receipt, job = checking(maya)
    ended = {"finished_at": timezone.now(), "problem": "No."}
    for state in ("failed", "cancelled", "failed", "failed"):
        with organization_scope(oak):
            Job.objects.filter(pk=job.pk).update(state=state, **ended)
        step()
    with organization_scope(oak):
        job.refresh_from_db()
    receipt.refresh_from_db()
    assert (receipt.state, receipt.counts["unconfirmed"]) == (ReceiptState.MAILING, 1)
    assert (job.state, job.params) == ("failed", {})  # whom it looked for is forgotten
    lines = dict(receipt_lines(receipt))
    assert "We cannot confirm that nothing is left." in lines["Checked again"]
    assert erase_all(receipt).state == ReceiptState.DONE


def test_a_job_that_was_started_again_ends_and_nothing_is_open(oak, maya) -> None:
    receipt, job = checking(maya)
    with organization_scope(oak):
        Job.objects.filter(pk=job.pk).update(state="failed", finished_at=timezone.now())
    assert erase_all(receipt).state == ReceiptState.DONE
    assert "unconfirmed" not in receipt.counts
    assert dict(receipt_lines(receipt))["Checked again"].startswith(
        "Your numbers, and what brands wrote, were searched"
    )


def test_no_job_is_waited_for_longer_than_was_promised(oak, maya) -> None:
    receipt, job = checking(maya)
    Receipt.objects.update(asked_at=timezone.now() - timedelta(hours=21))
    step()
    receipt.refresh_from_db()
    with organization_scope(oak):
        job.refresh_from_db()
    assert (receipt.state, receipt.counts["unconfirmed"]) == (ReceiptState.MAILING, 1)
    assert job.params  # it goes on
