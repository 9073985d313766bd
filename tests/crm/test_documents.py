"""Files and contracts of influencers: uploaded, downloaded by who may, agreed step by step."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client

from crm.enums import ContractState
from crm.errors import ContractSettled, ContractTaken
from crm.models import Contract, Document, Influencer
from crm.services.documents.contracts import (
    add_version,
    change_state,
    create_contract,
    delete_draft,
)
from crm.services.documents.files import add_document
from crm.services.influencers import delete_influencer
from files.models import File
from files.store import contents
from tenancy.enums import Role
from tenancy.models import Group, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import crm_verbs, queries_in
from tests.factories.crm import InfluencerFactory
from tests.submitting import fresh

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF"


def an_archive(*names: str) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return output.getvalue()


def upload(content: bytes = PDF, name: str = "brief.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def maya(oak: Organization) -> Influencer:
    with organization_scope(oak):
        return InfluencerFactory.create(name="Maya Ferrand")


def at(influencer: Influencer, rest: str = "") -> str:
    return f"/o/oak/influencers/{influencer.pk}/{rest}"


def text(client: Client, url: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(url).content.decode()).split())


# --- files -------------------------------------------------------------------------------------------------------
def test_a_file_is_uploaded_listed_saved_and_deleted_with_its_content(
    oak: Organization, manager: Client, viewer: Client, maya: Influencer
) -> None:
    manager.post(at(maya, "files/"), {**fresh(), "file": upload(name="Brief für Maya.pdf")})
    with organization_scope(oak):
        document = Document.objects.select_related("file").get()
    assert "Brief für Maya.pdf" in text(viewer, at(maya))
    url = at(maya, f"files/{document.pk}/")
    answer = viewer.get(url)
    assert b"".join(answer) == PDF  # type: ignore[arg-type]
    assert answer["Content-Disposition"].startswith("attachment")
    assert viewer.get(f"/o/oak/files/{document.file.key}/").status_code == 404
    assert viewer.post(f"{url}delete/").status_code == 403
    assert contents().exists(document.file.path)

    manager.post(f"{url}delete/")
    with organization_scope(oak):
        assert not Document.objects.exists()
        assert crm_verbs()[-2:] == ["file.added", "file.deleted"]
    assert viewer.get(url).status_code == 404


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PDF, "x.pdf"),
        (an_archive("[Content_Types].xml", "word/document.xml"), "x.docx"),
        (an_archive("[Content_Types].xml", "xl/workbook.xml"), "x.xlsx"),
        (an_archive("[Content_Types].xml", "ppt/presentation.xml"), "x.pptx"),
    ],
)
def test_a_file_is_what_its_content_says(
    oak: Organization, manager: Client, maya: Influencer, content: bytes, name: str
) -> None:
    manager.post(at(maya, "files/"), {**fresh(), "file": upload(content, "x.exe")})
    with organization_scope(oak):
        assert File.objects.get().name == name


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty"),
        (b"<html>", "This type of file is not accepted"),
        (an_archive("readme.txt"), "This type of file is not accepted"),
        (an_archive("[Content_Types].xml", "xl/a", "word/a"), "This type of file is not accepted"),
        (b"PK\x03\x04 broken", "This type of file is not accepted"),
        (PDF + b" " * 20 * 1024 * 1024, "at most 20.0"),
    ],
    ids=["empty", "page", "archive", "two in one", "broken", "large"],
)
def test_other_files_are_refused_with_the_reason(
    oak: Organization, manager: Client, maya: Influencer, content: bytes, sentence: str
) -> None:
    answer = manager.post(at(maya, "files/"), {**fresh(), "file": upload(content)})
    assert answer.status_code == 422
    assert sentence in answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert manager.post(at(maya, "files/")).status_code == 422
    with organization_scope(oak):
        assert not File.objects.exists()


def test_a_member_limited_to_groups_gets_files_of_theirs_only(
    oak: Organization, signed_in: Callable[[Role], Client], maya: Influencer, owner: User
) -> None:
    client = signed_in(Role.VIEWER)
    Membership.objects.filter(user__email="viewer@oak.example").update(is_limited=True)
    with organization_scope(oak):
        group = Group.objects.create(name="Food", key="food")
        group.members.create(user=User.objects.get(email="viewer@oak.example"))
        document = add_document(maya, upload(), actor=owner)
        contract = create_contract(maya, "Deal", upload=upload(), actor=owner)
    urls = [at(maya, f"files/{document.pk}/"), at(maya, f"contracts/{contract.pk}/file/")]
    assert [client.get(url).status_code for url in urls] == [404, 404]
    with organization_scope(oak):
        Influencer.objects.update(group=group)
    assert [client.get(url).status_code for url in urls] == [200, 200]


def test_whoever_is_deleted_takes_their_files_along(
    oak: Organization, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        add_document(maya, upload(), actor=owner)
        create_contract(maya, "Deal", upload=upload(), actor=owner)
        create_contract(maya, "Words", text="We agree.", actor=owner)
        assert File.objects.count() == 2
        delete_influencer(maya, actor=owner)
        assert not File.objects.exists()


# --- contracts ---------------------------------------------------------------------------------------------------
def test_a_contract_is_drafted_sent_accepted_and_made_anew(
    oak: Organization, manager: Client, viewer: Client, maya: Influencer
) -> None:
    answer = manager.post(at(maya, "contracts/"), {**fresh(), "title": "Deal", "text": "We agree."})
    page = text(viewer, answer["Location"])
    assert "We agree." in page
    assert "State Draft" in page
    with organization_scope(oak):
        first = Contract.objects.get()
    url = at(maya, f"contracts/{first.pk}/")
    for state, then in (("sent", "Sent"), ("accepted", "Accepted")):
        page = manager.post(f"{url}state/", {"state": state}, follow=True).content.decode()
        assert f"Marked as {state}." in page
        assert f"State {then}" in text(viewer, url)
    page = manager.post(f"{url}state/", {"state": "declined"}, follow=True).content.decode()
    assert "Somebody else has changed this contract" in page
    assert manager.post(f"{url}state/", {"state": "eaten"}).status_code == 404

    assert "We agree." in manager.get(f"{url}version/").content.decode()
    answer = manager.post(f"{url}version/", {**fresh(), "file": upload()})
    page = text(viewer, answer["Location"])
    assert "brief.pdf" in page
    assert page.index("Version 2 Draft") < page.index("Version 1 Accepted")
    assert "Deal v2 Draft" in text(viewer, at(maya))
    rail = text(viewer, at(maya)).partition("Timeline")[0]
    assert "Deal v1" not in rail
    assert queries_in(viewer, answer["Location"]) <= 8
    assert viewer.get(f"{url}file/").status_code == 404
    with organization_scope(oak):
        first.refresh_from_db()
        assert first.sent_at
        assert first.answered_at


def test_a_contract_is_a_text_or_a_file_and_has_a_title_of_its_own(
    oak: Organization, manager: Client, maya: Influencer
) -> None:
    url = at(maya, "contracts/")
    assert manager.get(url).status_code == 200
    for wrong in (
        {"text": "x"},
        {"title": "Deal"},
        {"title": "Deal", "text": "x", "file": upload()},
    ):
        assert manager.post(url, {**fresh(), **wrong}).status_code == 422
    assert manager.post(url, {**fresh(), "title": "Deal", "file": upload(b"x")}).status_code == 422
    assert manager.post(url, {**fresh(), "title": "Deal", "text": "x"}).status_code == 302
    answer = manager.post(url, {**fresh(), "title": "Deal", "text": "x"})
    assert "There is a contract “Deal” already." in answer.content.decode()


def test_a_draft_may_be_deleted_and_nothing_else(
    oak: Organization, manager: Client, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        draft = create_contract(maya, "Deal", text="x", actor=owner)
        sent = create_contract(maya, "Other", text="x", actor=owner)
        change_state(sent, ContractState.SENT, actor=owner)
    manager.post(at(maya, f"contracts/{draft.pk}/delete/"))
    page = manager.post(at(maya, f"contracts/{sent.pk}/delete/"), follow=True).content.decode()
    assert "Somebody else has changed this contract" in page
    assert manager.get(at(maya, "contracts/0/")).status_code == 404
    with organization_scope(oak):
        assert Contract.objects.get() == sent
        with pytest.raises(ContractSettled):
            delete_draft(sent, actor=owner)


def test_of_two_who_draft_at_once_one_is_told(
    oak: Organization, maya: Influencer, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organization_scope(oak):
        contract = create_contract(maya, "Deal", text="x", actor=owner)

        def too_late(*_: object, **__: object) -> None:
            raise IntegrityError

        monkeypatch.setattr(Contract, "save", too_late)
        with pytest.raises(ContractTaken):
            add_version(contract, text="y", actor=owner)


def test_viewers_change_no_contract(
    oak: Organization, viewer: Client, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        contract = create_contract(maya, "Deal", text="x", actor=owner)
    for action in ("version", "state", "delete"):
        url = at(maya, f"contracts/{contract.pk}/{action}/")
        assert viewer.post(url, {"state": "sent"}).status_code == 403
    assert viewer.post(at(maya, "contracts/"), {"title": "x", "text": "x"}).status_code == 403
    assert "New version" not in text(viewer, at(maya, f"contracts/{contract.pk}/"))


def test_a_file_that_is_sent_twice_is_kept_once(
    oak: Organization, manager: Client, maya: Influencer
) -> None:
    sent = fresh()
    for _ in range(2):
        manager.post(at(maya, "files/"), {**sent, "file": upload()})
    with organization_scope(oak):
        assert Document.objects.count() == 1
