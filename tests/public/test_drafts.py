"""Drafts that creators send from the page of their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.enums import OrderState
from campaigns.models import Order, Review, ReviewVersion
from campaigns.services.reviews import drafts
from campaigns.services.reviews.comments import write_comment
from campaigns.services.reviews.drafts import ask_for_draft
from campaigns.services.reviews.verdicts import approve, ask_for_changes
from files import limits
from files.enums import FileKind
from tenancy.models import User
from tenancy.scope import organization_scope
from tests.connecting import a_person
from tests.public.test_order_page import path

pytestmark = pytest.mark.django_db
FILM = b"\x00\x00\x00\x18ftypisom" + b"x" * 1000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """A real private folder for contents."""
    place = {"BACKEND": "files.store.PrivateFolder", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "files": place}
    return tmp_path


@pytest.fixture
def olivia() -> User:
    return a_person("olivia@example.com")


def here(order: Order, number: int = 1) -> str:
    return f"{path(order)}draft/{number}/"


def a_film(content: bytes = FILM) -> SimpleUploadedFile:
    return SimpleUploadedFile("cut.mov", content)


def versions(order: Order) -> list[ReviewVersion]:
    with organization_scope(order.organization):
        return list(ReviewVersion.objects.select_related("file", "review").order_by("pk"))


def test_a_draft_is_sent_shown_and_taken_back(order: Order) -> None:
    client = Client()
    assert here(order) in client.get(path(order)).content.decode()
    assert "Send your draft" in client.get(here(order)).content.decode()
    answer = client.post(here(order), {"file": a_film(), "text": "First cut", "link": ""})
    assert answer["Location"] == here(order)
    (version,) = versions(order)
    assert (version.file.name, version.text) == ("cut.mp4", "First cut")
    page = client.get(here(order)).content.decode()
    assert f'src="{here(order)}1/file/"' in page
    assert "has your draft and looks at it" in page
    assert "The team looks at it" in client.get(path(order)).content.decode()
    assert client.post(here(order), {"undo": "1"})["Location"] == here(order)
    assert versions(order) == []


def test_the_film_can_be_sought_behind_the_link_and_nowhere_else(order: Order) -> None:
    client = Client()
    client.post(here(order), {"file": a_film()})
    part = client.get(f"{here(order)}1/file/", headers={"range": "bytes=4-11"})
    assert (part.status_code, part.getvalue()) == (206, b"ftypisom")
    assert part["Referrer-Policy"] == "same-origin"
    assert "no-store" in part["Cache-Control"]
    client.post(here(order), {"text": "Words"})
    assert client.get(f"{here(order)}2/file/").status_code == 404
    assert client.get(f"{here(order)}9/file/").status_code == 404
    assert client.get("/i/guess/draft/1/1/file/").status_code == 404


def test_the_creator_reads_the_verdict_the_comments_and_the_day(order: Order, olivia: User) -> None:
    client = Client()
    with organization_scope(order.organization):
        ask_for_draft(order, None, actor=olivia)
    assert "would like to see a draft" in client.get(here(order)).content.decode()
    client.post(here(order), {"file": a_film(), "text": "First cut"})
    (version,) = versions(order)
    with organization_scope(order.organization):
        write_comment(version, "The logo is cut.", 12, actor=olivia)
        ask_for_changes(version, "Shorter, please.", due_on=None, actor=olivia)
    page = client.get(here(order)).content.decode()
    for part in (
        "asks you to change something",
        "Shorter, please.",
        'data-second="12"',
        "Send the next version",
    ):
        assert part in page, part
    client.post(here(order), {"text": "Second cut"})
    with organization_scope(order.organization):
        approve(versions(order)[-1], actor=olivia)
    page = client.get(here(order)).content.decode()
    assert "Your draft is approved." in page
    assert "Send the draft" not in page
    client.post(here(order), {"text": "Third cut"})
    assert len(versions(order)) == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose a file, paste a link or write a text first."),
        ({"link": "not a link"}, "This is no link."),
        ({"link": "ftp://example.com/a"}, "This is no link."),
        (
            {"file": SimpleUploadedFile("x.mp4", b"<html>"), "text": "Kept"},
            "This file was not taken.",
        ),
        ({"file": SimpleUploadedFile("x.mp4", b""), "text": "Kept"}, "This file was not taken."),
    ],
)
def test_what_cannot_be_taken_is_told_and_what_was_typed_stays(
    order: Order, data: dict[str, Any], sentence: str
) -> None:
    answer = Client().post(here(order), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert data.get("text", "") in page
    assert versions(order) == []


def test_a_file_beyond_the_limit_is_told_and_what_was_typed_stays(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = limits.Limit(500, limits.LIMITS[FileKind.DRAFT].endings)
    monkeypatch.setitem(limits.LIMITS, FileKind.DRAFT, rule)
    answer = Client().post(here(order), {"file": a_film(), "text": "My first cut"})
    assert answer.status_code == 422
    assert "This file was not taken." in answer.content.decode()
    assert "My first cut" in answer.content.decode()
    assert versions(order) == []


@pytest.mark.parametrize("place", ["files.uploads.LargeFile.write", "files.store._flush"])
def test_a_full_disk_is_told_and_what_was_typed_stays(
    order: Order, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(place, full, raising=False)
    answer = Client().post(here(order), {"file": a_film(), "text": "My first cut"})
    assert answer.status_code == 422
    assert "This file could not be kept at the moment." in answer.content.decode()
    assert "My first cut" in answer.content.decode()
    assert versions(order) == []


def test_the_form_needs_its_token(order: Order) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(here(order), {"text": "One"}).status_code == 403
    assert versions(order) == []


def test_a_draft_that_there_cannot_be_has_no_page(order: Order) -> None:
    assert Client().get(here(order, 2)).status_code == 404
    Client().post(here(order), {"text": "One"})
    assert Client().get(here(order, 2)).status_code == 200
    assert Client().get(here(order, 3)).status_code == 404
    with organization_scope(order.organization):
        Order.objects.update(state=OrderState.CANCELLED)
    assert "This order is over" in Client().get(here(order)).content.decode()
    assert Client().get(here(order, 2)).status_code == 404


def test_one_who_was_faster_leaves_the_page_as_it_is_then(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = drafts.refuse_draft
    calls: list[int] = []

    def late(order: Order, number: int) -> None:
        calls.append(number)
        if len(calls) > 1:
            raise drafts.DraftNotTaken("x")
        seen(order, number)

    monkeypatch.setattr(drafts, "refuse_draft", late)
    monkeypatch.setattr("public.orders.drafts.refuse_draft", late)
    assert Client().post(here(order), {"text": "One"})["Location"] == here(order)
    assert versions(order) == []


def test_the_page_speaks_the_creators_language(order: Order) -> None:
    page = Client().get(f"{here(order)}?lang=de").content.decode()
    assert "Sende deinen Entwurf" in page
    with organization_scope(order.organization):
        assert not Review.objects.exists()


def test_while_enough_files_come_in_words_are_kept_and_the_file_is_asked_for_again(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.uploads.SMALL", 1)
    monkeypatch.setattr("files.uploads.AT_ONCE", 0)
    client = Client()
    sent = {"text": "Second cut", "link": "https://cloud.example/cut", "file": a_film()}
    answer = client.post(here(order), sent)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    page = answer.content.decode()
    for words in ("Too many files are being sent at the moment.", "Second cut", "https://cloud.example/cut"):  # fmt: skip
        assert words in page, words
    assert versions(order) == []
    monkeypatch.undo()
    assert client.post(here(order), {**sent, "file": a_film()}).status_code == 302
    assert [version.text for version in versions(order)] == ["Second cut"]


def test_the_words_of_a_draft_that_is_turned_away_are_kept_without_its_file(
    order: Order, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"order_reply": "0/m/ip"}
    sent = {"text": "First cut", "link": "https://cloud.example/cut", "file": a_film()}
    refused = Client().post(here(order), sent)
    assert refused.status_code == 429
    for words in ("First cut</textarea>", "https://cloud.example/cut</textarea>", "A file has to be chosen again."):  # fmt: skip
        assert words in refused.content.decode(), words
