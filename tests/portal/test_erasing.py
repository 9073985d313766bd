"""Erasing everything from the dashboard, the receipt behind its link, and what both say."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from crm.enums import ReceiptKind, ReceiptState
from crm.models import Application, Receipt
from crm.queries.receipts import receipt_path
from crm.services.erasure.people import ask_erasure
from crm.services.erasure.receipts import issue
from files.services.numbers import new_number
from jobs.models import Work
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.connecting import consent, finish
from tests.crm.erasure.test_people import erase_all
from tests.factories.campaigns import an_order
from tests.factories.programs import a_program
from tests.mailing import sent_mail
from tests.portal.test_dashboard import READ, signed_in, text
from tests.portal.test_own_work import account, campaign  # noqa: F401 -- fixtures
from tiktok.errors import ConnectRefused
from tiktok.models import ConnectAttempt, Connection, Consent

pytestmark = pytest.mark.django_db
ERASE = "/me/data/erase/"


def a_receipt(person: User | None = None, **fields: object) -> Receipt:
    values = {"kind": ReceiptKind.ERASURE, "state": ReceiptState.ENDING, "person": person}
    return Receipt.objects.create(number=new_number("E"), **{**values, **fields})


def test_my_data_leads_to_erasing(maya: User) -> None:
    page = signed_in(maya).get("/me/data/")
    assert f'href="{ERASE}"' in page.content.decode()
    assert "Who read it, a copy of it, and how to erase it." in text(page)


def test_it_says_what_happens_and_asks_for_the_address(oak: Organization, maya: User) -> None:
    client = signed_in(maya)
    page = text(client.get(ERASE))
    for said in ("There is no permission to end.", "You are signed out.", "Type maya@example.com to confirm"):  # fmt: skip
        assert said in page
    assert "still open" not in page
    for sent, said in (
        ({"email": "maya@example.com"}, "Say that you have a copy or need none."),
        ({"email": "other@example.com", "has_copy": "on"}, "This is not your address. Nothing was erased."),
        ({"has_copy": "on"}, "Fill this in."),
    ):  # fmt: skip
        answer = client.post(ERASE, sent)
        assert answer.status_code == 422
        assert said in text(answer)
    assert not Receipt.objects.exists()


def test_open_orders_and_permissions_are_named(oak, maya, campaign, account) -> None:  # noqa: F811 -- fixtures
    with organization_scope(oak):
        an_order(campaign, account)
    Connection.objects.create(
        person=maya, open_id="o", handle="maya.bakes", connected_at="2026-11-01T00:00Z",
        access_expires_at="2026-12-01T00:00Z", refresh_expires_at="2027-11-01T00:00Z",
    )  # fmt: skip
    page = text(signed_in(maya).get(ERASE))
    assert "Our permission for @maya.bakes is ended." in page
    assert "1 order is still open. The brand is told that you left. Northwind, Oak" in page


def test_after_the_address_was_typed_i_am_signed_out_and_see_how_far_it_is(oak, maya) -> None:
    client = signed_in(maya)
    sent = {"email": " Maya@Example.com ", "has_copy": "on"}
    answer = client.post(ERASE, sent, headers={"Accept-Language": "de"}, follow=True)
    assert [status for _, status in answer.redirect_chain] == [302]
    assert "Deine Daten werden gelöscht" in text(answer)
    receipt = Receipt.objects.get()
    assert (receipt.person, receipt.language) == (maya, "de")
    assert client.get("/me/").status_code == 302
    path = receipt_path(receipt)
    page = Client().get(path)
    assert "Your data is being deleted" in text(page)
    assert "data-live=" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"

    erase_all(receipt)
    page = text(Client().get(path))
    for said in ("Your data is deleted", "Deletion complete", "searched for your handles, addresses, phone number, ids and full name: 0 found", receipt.number):  # fmt: skip
        assert said in page
    file = Client().get(f"{path}receipt.txt")
    assert file["Content-Disposition"] == f'attachment; filename="{receipt.number}.txt"'
    assert f"Receipt number: {receipt.number} · sha256 " in file.content.decode()
    [mail] = [each for each in sent_mail() if each.to == ["maya@example.com"]]
    assert "Das ist die letzte E-Mail an diese Adresse" in str(mail.body)
    assert path in str(mail.body)
    assert client.get("/me/").status_code == 302
    assert not Work.objects.filter(kind="crm.erase").exists()


def test_a_member_reads_that_their_address_stays(oak, maya) -> None:
    add_member(oak, maya, role=Role.VIEWER, actor=None)
    page = text(signed_in(maya).get(ERASE))
    assert "Your address stays, because you work for an organization here." in page
    assert "You are signed out." not in page


def test_whoever_is_being_erased_connects_and_applies_no_more(tiktok, oak, maya) -> None:
    add_member(oak, maya, role=Role.VIEWER, actor=None)
    with organization_scope(oak):
        a_program()
    client = signed_in(maya)
    on_the_way = consent(tiktok, maya, oak, "maya.bakes")
    receipt = ask_erasure(maya, language="")
    with pytest.raises(ConnectRefused, match="Your data is being deleted"):
        finish(on_the_way, maya)
    refused = client.post(reverse("portal:connect", args=["oak"]), READ)
    assert refused.status_code == 400
    assert "Your data is being deleted" in text(refused)
    assert 'href="/me/organizations/oak/connect/"' in refused.content.decode()
    assert ConnectAttempt.objects.count() == 1
    assert not Connection.objects.exists()
    seen = client.get("/apply/oak/spring-bakers/form/", follow=True)
    assert seen.request["PATH_INFO"] == "/apply/oak/spring-bakers/"
    assert "Your data is being deleted" in seen.content.decode()
    with organization_scope(oak):
        assert not Application.objects.exists()
        assert not Consent.objects.exists()
    erase_all(receipt)
    assert client.get("/apply/oak/spring-bakers/form/").status_code == 200


def test_a_link_that_is_not_ours_says_so_and_too_many_are_refused(monkeypatch) -> None:
    assert Client().get("/e/forged/").status_code == 404
    monkeypatch.setattr("public.receipts.ratelimit.consume", lambda *_, **__: None)
    assert Client().get(receipt_path(a_receipt())).status_code == 429


@pytest.mark.parametrize("state", [ReceiptState.DELETING, ReceiptState.CHECKING])
def test_how_far_it_is_stands_on_the_page(state: ReceiptState) -> None:
    receipt = a_receipt(state=state, ended_at="2026-11-30T08:00Z", refused_count=1)
    page = text(Client().get(receipt_path(receipt)))
    assert "TikTok did not confirm it for every account." in page
    assert "Everything searched again" in page


def test_counts_stand_on_the_receipt_in_words(oak) -> None:
    receipt = a_receipt(
        counts={"accounts": 1, "videos": 2, "readings": 1204, "kept": 1, "notes": 0}
    )
    issue(receipt, state=ReceiptState.DONE)
    page = text(Client().get(receipt_path(receipt)))
    assert "Deleted 1 account, 2 videos, 1204 updates" in page
    assert "The results of 1 video in the report of its order" in page
    assert receipt.counts == {"accounts": 1, "videos": 2, "readings": 1204, "kept": 1}
