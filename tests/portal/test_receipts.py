"""The end of sharing, and of a connection, leaves a receipt that says what was deleted, and when."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.enums import ReceiptKind
from crm.models import Influencer, Receipt
from crm.queries.receipts import receipt_lines
from crm.services.erasure import sharing
from crm.services.erasure.receipts import digest_of
from crm.services.erasure.sharing import NotAllGone, disconnect_account, stop_sharing
from crm.services.influencers import open_dashboard
from jobs.models import Job
from tenancy.models import Organization, User
from tenancy.scope import organization_scope, person_scope
from tests.connecting import an_organization
from tests.mailing import sent_mail
from tests.portal.test_dashboard import connect, signed_in, text
from tiktok.enums import Source
from tiktok.models import Consent, CreatorSnapshot, Video

pytestmark = pytest.mark.django_db


def a_reported_video(consent: Consent) -> None:
    now = timezone.now()
    Video.objects.create(
        creator=consent.creator, tiktok_video_id="1", source=Source.AUTHORIZED, published_at=now, url="https://t.co/1",
        counts_source=Source.AUTHORIZED, counts_fetched_at=now, report_fetched_at=now,
    )  # fmt: skip


@pytest.mark.parametrize("handle", ["maya.bakes", "tom_trails"])  # in the marketplace, and not
def test_stopping_leaves_a_receipt_on_the_page_and_in_the_mail(tiktok, oak, maya, handle) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", handle)
    with organization_scope(oak):
        consent = Consent.objects.get()
        a_reported_video(consent)
        assert CreatorSnapshot.objects.filter(source=Source.AUTHORIZED).exists()
    url = reverse("portal:withdraw", args=["oak", consent.creator_id])
    page = text(client.post(url, follow=True))
    assert "stopped sharing with" in page

    receipt = Receipt.objects.get()
    assert (receipt.kind, receipt.person, receipt.texts) == (
        ReceiptKind.WITHDRAWAL, maya, {"handle": f"@{handle}", "organization": "Oak"},
    )  # fmt: skip
    assert receipt.counts == {"accounts": 1, "readings": 1, "kept": 1}
    assert receipt.digest == digest_of(receipt)
    [mail] = [each for each in sent_mail() if each.to == ["maya@example.com"]]
    assert receipt.number in mail.subject
    assert "This is the last e-mail" not in str(mail.body)
    [(page, _)] = mail.alternatives
    assert 'class="fact-value"' in page  # a long number breaks on a phone
    path = client.get("/me/sharing/").content.decode().partition('href="/e/')[2].partition('"')[0]
    shown = text(Client().get(f"/e/{path}"))
    for said in ("Account", "Stopped sharing with", "1 update", "1 video in the report of its order", "Back to sharing"):  # fmt: skip
        assert said in shown
    client.post(url)
    assert Receipt.objects.count() == 1


def test_whoever_stops_twice_at_once_gets_one_receipt(tiktok, oak, maya) -> None:
    connect(signed_in(maya), tiktok, "oak", "maya.bakes")
    with organization_scope(oak):
        consent = Consent.objects.get()
        assert stop_sharing(consent, person=maya, language="") is not None
        with CaptureQueriesContext(connection) as asked:
            assert stop_sharing(consent, person=maya, language="") is None
    locks = ["FOR UPDATE" in query["sql"] for query in asked if "tiktok_con" in query["sql"]]
    assert locks[0]  # first it waits for the other click, then it looks


def test_disconnecting_names_all_who_saw_the_account(tiktok, oak: Organization, maya: User) -> None:
    elm = an_organization("Elm")
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    with organization_scope(elm):
        open_dashboard(Influencer(name="Maya", email=maya.email), maya)
    connect(client, tiktok, "elm", "maya.bakes")
    own = maya.tiktok_connections.get()
    client.post(reverse("portal:disconnect", args=[own.pk]))
    receipt = Receipt.objects.get()
    assert (receipt.kind, receipt.texts["organization"]) == (ReceiptKind.ENDING, "Elm, Oak")
    assert (receipt.counts["accounts"], receipt.ended_at is not None) == (2, True)
    page = text(client.get("/me/sharing/"))
    assert "disconnected" in page
    client.post(reverse("portal:disconnect", args=[own.pk]))
    with person_scope(maya):
        assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert Receipt.objects.get() == receipt


@pytest.mark.parametrize("lost_at", ["disconnect", "_check"])
def test_a_worker_that_is_lost_loses_neither_counts_nor_the_receipt(
    tiktok, oak, maya, monkeypatch, lost_at: str
) -> None:
    def lost(*args: object, **values: object) -> None:
        raise KeyboardInterrupt

    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    own = maya.tiktok_connections.get()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(sharing, lost_at, lost)
        disconnect_account(own, person=maya, language="")
    begun = Receipt.objects.get()
    assert begun.number not in client.get("/me/sharing/").content.decode()
    own.refresh_from_db()
    receipt = disconnect_account(own, person=maya, language="")
    assert receipt == begun == Receipt.objects.get()
    assert receipt.counts == {"accounts": 1, "readings": 1}
    assert receipt.texts == {"handle": "@maya.bakes", "organization": "Oak"}
    assert (receipt.state, receipt.digest) == ("done", digest_of(receipt))
    assert [each.subject for each in sent_mail() if receipt.number in each.subject]
    assert disconnect_account(own, person=maya, language="") is None


def test_a_permission_that_could_not_be_ended_at_tiktok_is_not_said_to_be(
    tiktok, oak, maya
) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    maya.tiktok_connections.update(sealed_access_token="t9.broken")
    client.post(reverse("portal:disconnect", args=[maya.tiktok_connections.get().pk]))
    receipt = Receipt.objects.get()
    assert (receipt.refused_count, receipt.digest) == (1, digest_of(receipt))
    said = dict(receipt_lines(receipt))["Permission ended at TikTok"]
    assert "TikTok did not confirm it for every account." in said
    assert not maya.tiktok_connections.get().is_live


def test_without_an_answer_of_tiktok_nothing_ends_and_no_receipt_is_made(tiktok, oak, maya) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    tiktok.control("fail", times=99, path="/tt_user/oauth2/revoke/", code=50000)
    own = maya.tiktok_connections.get()
    client.post(reverse("portal:disconnect", args=[own.pk]))
    with person_scope(maya):
        assert Job.objects.get(kind="portal.disconnect").state == "failed"
    assert not Receipt.objects.exists()


def test_what_is_found_afterwards_takes_everything_back(tiktok, oak, maya, monkeypatch) -> None:
    connect(signed_in(maya), tiktok, "oak", "maya.bakes")
    monkeypatch.setattr(sharing, "withdraw_consent", lambda consent, actor: None)
    with organization_scope(oak), pytest.raises(NotAllGone):
        stop_sharing(Consent.objects.get(), person=maya, language="")
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(
    ("kind", "counts", "said"),
    [
        (ReceiptKind.WITHDRAWAL, {}, "The numbers of this account were searched for again: 0 found."),
        (ReceiptKind.ERASURE, {"searched": 1}, "Not read: files for several creators, and what others published."),
        (ReceiptKind.ERASURE, {}, "What brands wrote was not searched: none had taken you in"),
        (ReceiptKind.ERASURE, {"unconfirmed": 1}, "We cannot confirm that nothing is left."),
    ],
)  # fmt: skip
def test_a_receipt_says_what_was_searched_and_what_was_not(kind, counts, said) -> None:
    receipt = Receipt(kind=kind, counts=counts, number="E-1", finished_at=timezone.now(), asked_at=timezone.now())  # fmt: skip
    receipt.state = "done"
    assert said in dict(receipt_lines(receipt))["Checked again"]
