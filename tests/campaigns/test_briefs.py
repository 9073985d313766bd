"""Files of a campaign's brief: for the team, and for creators behind the links of their orders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.errors import BriefIsFull
from campaigns.models import BriefFile, Campaign, Order
from campaigns.services.briefs import (
    MOST_FILES,
    add_brief_file,
    removal_of,
    remove_brief_file,
    restore_brief_file,
)
from campaigns.services.campaigns import duplicate_campaign
from campaigns.services.orders.contact.pages import page_url, replace_link
from crm.models import Removal
from files.models import File
from files.store import contents
from tenancy.enums import Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import groups_scope
from tests.campaigns.test_campaigns_pages import base, text
from tests.connecting import a_person
from tests.factories.campaigns import a_campaign, an_account, an_order
from tests.submitting import fresh

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 a brief"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """A real private folder for contents."""
    place = {"BACKEND": "files.store.PrivateFolder", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "files": place}
    return tmp_path


@pytest.fixture
def olivia(organization: Organization) -> User:
    return a_person("olivia@example.com")


@pytest.fixture
def order(campaign: Campaign) -> Order:
    return an_order(campaign, an_account("maya.bakes", email="maya@example.com"))


def upload(content: bytes = PDF, name: str = "Moodboard.exe") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def path(order: Order) -> str:
    return "/" + page_url(order).partition("://")[2].partition("/")[2]


def stored(folder: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(folder))


def test_a_file_is_added_listed_saved_removed_and_brought_back(
    campaign: Campaign, manager: Client, viewer: Client, folder: Path
) -> None:
    add = f"{base(campaign)}brief/add/"
    assert "Add a file to the brief" in text(manager.get(add))
    sent = {**fresh(), "file": upload()}
    manager.post(add, sent)
    manager.post(add, {**sent, "file": upload()})  # the same submission once more
    kept = BriefFile.objects.get()
    url = f"{base(campaign)}brief/{kept.pk}/"
    for member in (manager, viewer):
        page = text(member.get(f"{base(campaign)}settings/"))
        assert "Moodboard.pdf" in page
        assert ("Remove Moodboard.pdf" in page.replace("\u2068", "").replace("\u2069", "")) == (
            member is manager
        )
        answer = member.get(url)
        assert b"".join(answer) == PDF  # type: ignore[arg-type]
        assert answer["Content-Disposition"].startswith("attachment")
    assert viewer.get(f"/o/oaks/files/{kept.file.key}/").status_code == 404
    assert viewer.post(f"{url}remove/").status_code == viewer.post(add).status_code == 403
    assert manager.get(f"{base(campaign)}brief/999999/").status_code == 404

    said = manager.post(f"{url}remove/", follow=True)
    assert "is removed. Creators see it no longer." in text(said)
    assert manager.get(url).status_code == 404
    back = f"{base(campaign)}brief/restore/{Removal.objects.get().pk}/"
    assert viewer.post(back).status_code == 403
    assert "It is back." in text(manager.post(back, follow=True))
    assert b"".join(manager.get(url)) == PDF  # type: ignore[arg-type]
    assert "It is back." not in text(manager.post(back, follow=True))
    verbs = Event.objects.filter(verb__startswith="brief_file.").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        Verb.BRIEF_FILE_ADDED,
        Verb.BRIEF_FILE_REMOVED,
        Verb.BRIEF_FILE_RESTORED,
    ]


def test_another_campaigns_file_is_not_found_there(
    campaign: Campaign, manager: Client, olivia: User
) -> None:
    other = a_campaign("Other")
    kept = add_brief_file(other, upload(), actor=olivia)
    assert manager.get(f"{base(campaign)}brief/{kept.pk}/").status_code == 404
    removal = remove_brief_file(kept, actor=olivia)
    assert removal_of(campaign, removal.pk) is None
    assert removal_of(other, removal.pk) == removal


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "This file is empty"), (b"<html>", "This type of file is not accepted")],
)
def test_what_is_no_file_of_a_brief_is_refused(
    campaign: Campaign, manager: Client, content: bytes, sentence: str, folder: Path
) -> None:
    add = f"{base(campaign)}brief/add/"
    answer = manager.post(add, {**fresh(), "file": upload(content)})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert manager.post(add, fresh()).status_code == 422
    assert stored(folder) == File.objects.count() == 0


def test_a_brief_has_so_many_files_and_no_more(
    campaign: Campaign, manager: Client, olivia: User, folder: Path
) -> None:
    for _ in range(MOST_FILES):
        add_brief_file(campaign, upload(), actor=olivia)
    answer = manager.post(f"{base(campaign)}brief/add/", {**fresh(), "file": upload()})
    assert "A brief has at most 10 files. Remove one first." in text(answer)
    with pytest.raises(BriefIsFull):
        add_brief_file(campaign, upload(), actor=olivia)
    assert stored(folder) == MOST_FILES


def test_of_two_who_add_the_last_file_at_once_one_is_refused(
    campaign: Campaign, olivia: User, monkeypatch: Any
) -> None:
    for _ in range(MOST_FILES - 1):
        add_brief_file(campaign, upload(), actor=olivia)

    def meanwhile(kind: str, file: Any) -> Any:
        monkeypatch.undo()
        add_brief_file(campaign, upload(), actor=olivia)
        return File(kind=kind, name="x", content_type="application/pdf", size=1, sha256="x")

    monkeypatch.setattr("campaigns.services.briefs.store_large", meanwhile)
    with pytest.raises(BriefIsFull):
        add_brief_file(campaign, upload(), actor=olivia)
    assert campaign.brief_files.count() == MOST_FILES


def test_members_limited_to_groups_have_the_brief_of_their_campaigns_too(
    campaign: Campaign, olivia: User
) -> None:
    with groups_scope([]):
        kept = add_brief_file(campaign, upload(), actor=olivia)
        removal = remove_brief_file(kept, actor=olivia)
        found = removal_of(campaign, removal.pk)
        assert found is not None
        assert restore_brief_file(found, actor=olivia) == kept
        assert restore_brief_file(found, actor=olivia) is None


def test_the_creator_saves_it_behind_the_link_until_that_is_revoked(
    campaign: Campaign, order: Order, olivia: User
) -> None:
    kept = add_brief_file(campaign, upload(), actor=olivia)
    foreign = add_brief_file(a_campaign("Other"), upload(), actor=olivia)
    url = f"{path(order)}brief/{kept.pk}/"
    client = Client()
    page = text(client.get(path(order)))
    assert url in page
    assert "Moodboard.pdf" in page
    answer = client.get(url)
    assert b"".join(answer) == PDF  # type: ignore[arg-type]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Referrer-Policy"] == "same-origin"
    assert client.get(f"{path(order)}brief/{foreign.pk}/").status_code == 404
    assert client.post(url).status_code == 405
    replace_link(order, actor=olivia)
    assert client.get(url).status_code == 404
    order.refresh_from_db()
    assert b"".join(client.get(f"{path(order)}brief/{kept.pk}/")) == PDF  # type: ignore[arg-type]
    remove_brief_file(kept, actor=olivia)
    assert client.get(f"{path(order)}brief/{kept.pk}/").status_code == 404


def test_a_copy_of_the_campaign_has_copies_of_its_own(
    campaign: Campaign, olivia: User, folder: Path
) -> None:
    kept = add_brief_file(campaign, upload(), actor=olivia)
    lost = add_brief_file(campaign, upload(name="Lost.pdf"), actor=olivia)
    contents().delete(lost.file.path)
    twin = duplicate_campaign(campaign, actor=olivia)
    (copy,) = twin.brief_files.select_related("file")
    assert (str(copy), copy.added_by, copy.file.sha256) == (
        "Moodboard.pdf",
        olivia,
        kept.file.sha256,
    )
    assert copy.file.key != kept.file.key
    kept.delete()
    with contents().open(copy.file.path) as content:
        assert content.read() == PDF


def test_files_go_with_their_campaign(
    campaign: Campaign, olivia: User, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    add_brief_file(campaign, upload(), actor=olivia)
    assert stored(folder) == 1
    with django_capture_on_commit_callbacks(execute=True):
        campaign.delete()
    assert File.objects.count() == stored(folder) == 0
