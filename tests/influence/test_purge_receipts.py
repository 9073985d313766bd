"""The page of a purge's receipt: for the owner alone, readable without the product, downloadable, checked by a button."""

from __future__ import annotations

import json
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from jobs.errors import TryLater
from jobs.models import Job
from jobs.services.jobs import do_slices
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.factories.campaigns import a_video, an_account
from tests.influence.test_api_keys import signed_in
from tiktok.enums import Source
from tiktok.models import LegacyMigration, PurgeReceipt, PurgeRun
from tiktok.services.legacy.purging import run_purge, start_purge
from tiktok.services.legacy.receipts import receipt_document
from tiktok.services.legacy.verifying import VERIFY

pytestmark = pytest.mark.django_db
PAGES = "/o/elm/settings/migration/receipts/"


@pytest.fixture
def receipt(elm: Organization) -> PurgeReceipt:
    with organization_scope(elm):
        account = an_account("maya.bakes")
        a_video(account, "1", source=Source.LEGACY, counts_source=Source.LEGACY)
        LegacyMigration.objects.create(cut_over_at=timezone.now())
        return run_purge(start_purge(actor=None))


@pytest.fixture
def owner(elm: Organization) -> Client:
    return signed_in(elm, Role.OWNER)


def test_the_page_says_what_went_in_sentences_of_a_lawyer(owner: Client, receipt) -> None:
    answer = owner.get(f"{PAGES}latest/", follow=True)

    assert answer.redirect_chain == [(f"{PAGES}{receipt.number}/", 302)]
    page = " ".join(answer.content.decode().split())
    for sentence in (
        f"<b>{receipt.number}</b>",
        "found <b>0</b> remaining rows and files",
        "Posts: captions, images, latest numbers",
        "Operations of this installation, by command",
        f"manage.py verify_purge {receipt.number}",
        receipt.signature,
        receipt.facts["public_key"],
        "/receipt-keys.pem</span>.",
        "this installation was not told for how many days they are kept",
        "Nobody has searched again since the receipt was issued.",
    ):
        assert sentence in page, sentence
    assert "went by another way" not in page


def test_the_download_is_the_signed_document(owner: Client, receipt) -> None:
    answer = owner.get(f"{PAGES}{receipt.number}/json/")
    assert answer["Content-Disposition"] == f'attachment; filename="{receipt.number}.json"'
    assert json.loads(answer.content) == receipt_document(receipt)


def test_the_button_searches_again_and_says_what_it_found(owner: Client, elm, receipt) -> None:
    answer = owner.post(f"{PAGES}{receipt.number}/verify/", follow=True)
    page = answer.content.decode()
    assert f"Receipt {receipt.number} of" in page
    assert "Last repeated search:" in page
    with organization_scope(elm):
        assert Event.objects.filter(verb=Verb.PURGE_VERIFIED).exclude(actor=None).count() == 1


def test_the_button_says_when_the_receipt_falls(owner: Client, receipt, monkeypatch) -> None:
    monkeypatch.setattr(
        "tiktok.services.legacy.verifying.searches", lambda: {"tiktok_video": lambda: 3}
    )
    page = owner.post(f"{PAGES}{receipt.number}/verify/", follow=True).content.decode()
    assert "does not hold: 3 found in tiktok_video." in page
    assert "Does not hold" in page


def test_a_long_search_goes_on_as_a_job_one_table_or_store_a_slice(
    owner: Client, elm, receipt, monkeypatch
) -> None:
    monkeypatch.setattr("jobs.views.begin_at_once", lambda job: job)  # it takes long
    searched = list[str]()
    places = {
        name: partial(lambda place: searched.append(place) or 0, name) for name in ("one", "two")
    }
    monkeypatch.setattr("tiktok.services.legacy.verifying.searches", lambda: places)
    answer = owner.post(f"{PAGES}{receipt.number}/verify/")
    page = " ".join(owner.get(answer.url).content.decode().split())
    assert "This takes a moment." in page
    assert ("TikTok takes" in page, "0 of 2" in page, searched) == (False, True, [])

    with organization_scope(elm):
        job = Job.objects.get(kind=VERIFY)
        do_slices([job.pk])
        job.refresh_from_db()
        assert (searched, job.done_count, job.is_finished) == (["one"], 1, False)
        do_slices([job.pk])
    assert searched == ["one", "two"]
    end = owner.get(answer.url, follow=True)
    assert end.redirect_chain == [(f"{PAGES}{receipt.number}/", 302)]
    assert "holds: 0 rows and files of the old source in 2 tables" in end.content.decode()


def test_a_search_waits_for_a_storage_that_is_away_and_says_why_it_failed(
    owner: Client, elm, receipt, monkeypatch
) -> None:
    monkeypatch.setattr("jobs.views.begin_at_once", lambda job: job)
    meets: list[Exception] = [OSError("away")]

    def meet() -> int:
        raise meets[0]

    monkeypatch.setattr("tiktok.services.legacy.verifying.searches", lambda: {"files": meet})
    answer = owner.post(f"{PAGES}{receipt.number}/verify/")
    with organization_scope(elm):
        job = Job.objects.get(kind=VERIFY)
        with pytest.raises(TryLater):
            do_slices([job.pk])
        meets[0] = ZeroDivisionError()
        do_slices([job.pk])
    end = owner.get(answer.url, follow=True)
    assert "Something went wrong on our side." in end.content.decode()
    with organization_scope(elm):
        assert not Event.objects.filter(verb=Verb.PURGE_VERIFIED).exists()


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.VIEWER])
def test_only_owners_see_receipts(elm: Organization, receipt, role) -> None:
    member = signed_in(elm, role)
    for page in ("latest/", f"{receipt.number}/", f"{receipt.number}/json/"):
        assert member.get(f"{PAGES}{page}").status_code == 403
    assert member.post(f"{PAGES}{receipt.number}/verify/").status_code == 403


def test_a_receipt_of_another_organization_is_not_found(owner: Client, oak: Organization) -> None:
    with organization_scope(oak):
        LegacyMigration.objects.create(cut_over_at=timezone.now())
        other = run_purge(start_purge(actor=None))
    assert owner.get(f"{PAGES}latest/").status_code == 404
    for page in (f"{other.number}/", f"{other.number}/json/"):
        assert owner.get(f"{PAGES}{page}").status_code == 404


def test_more_lines_and_receipts_cost_no_more_queries(owner: Client, elm, receipt) -> None:
    page = f"{PAGES}{receipt.number}/"
    few = queries_in(owner, page)
    with organization_scope(elm):
        for number in ("P-1", "P-2", "P-3"):
            run = PurgeRun.objects.create(state="done", finished_at=timezone.now())
            PurgeReceipt.objects.create(run=run, number=number, lines=[], rescan={}, digest="d")
    assert queries_in(owner, page) == few <= 15
    assert "P-3" in owner.get(page).content.decode()


def test_operations_read_print_and_download_receipts_of_the_chosen_organization(
    elm, oak, receipt
) -> None:
    ops = Client()
    ops.force_login(User.objects.create_superuser("ops@example.com"))
    for page in (f"/admin/receipts/{receipt.pk}/", f"/admin/receipts/{receipt.pk}/json/"):
        assert ops.get(page).status_code == 404  # none is chosen
    ops.post("/admin/organization/", {"organization": elm.pk})
    assert (
        f"/admin/receipts/{receipt.pk}/" in ops.get("/admin/tiktok/purgereceipt/").content.decode()
    )
    assert f"<b>{receipt.number}</b>" in ops.get(f"/admin/receipts/{receipt.pk}/").content.decode()
    assert json.loads(ops.get(f"/admin/receipts/{receipt.pk}/json/").content) == receipt_document(
        receipt
    )

    ops.post("/admin/organization/", {"organization": oak.pk})
    assert ops.get(f"/admin/receipts/{receipt.pk}/").status_code == 404


def test_staff_without_the_permission_read_no_receipt(elm, receipt) -> None:
    staff = Client()
    staff.force_login(User.objects.create_user("staff@example.com", is_staff=True))
    staff.post("/admin/organization/", {"organization": elm.pk})
    assert staff.get(f"/admin/receipts/{receipt.pk}/").status_code == 403
