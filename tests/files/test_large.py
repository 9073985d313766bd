"""Large files: written and read in pieces, the type told by the first bytes, and any part of one sent alone."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, UnreadablePostError
from django.test import RequestFactory

from files import limits, uploads
from files.enums import FileKind
from files.errors import FileRefused, NoRoom
from files.models import File
from files.policies import film_type, part_asked
from files.services.storing import store_large
from files.store import contents, open_part
from files.tasks import collect_files
from files.uploads import (
    AT_ONCE,
    BusyUploads,
    LargeFile,
    delete_left,
    found_no_room,
    is_busy,
    is_too_large,
    places,
    taking_large,
)
from files.views import as_shown
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.files.conftest import a_picture
from tests.files.test_buckets import Bucket, bucket

__all__ = ["bucket"]
pytestmark = pytest.mark.django_db
FILM = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 40
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + b"0" * 90


def a_film(elm: Organization, content: bytes = FILM, name: str = "take 1.mov") -> File:
    with organization_scope(elm):
        file = store_large(FileKind.DRAFT, SimpleUploadedFile(name, content))
        file.save(force_insert=True)
        return file


def shown(elm: Organization, file: File, range_: str = "", query: str = "") -> Any:
    request = RequestFactory().get(f"/x/{query}", headers={"range": range_} if range_ else {})
    with organization_scope(elm):
        return as_shown(request, file)


def body(answer: Any) -> bytes:
    content: bytes = answer.getvalue()
    answer.close()
    return content


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (FILM, "take 1.mp4", "video/mp4"),
        (FILM.replace(b"isom", b"qt  "), "take 1.mov", "video/quicktime"),
        (WEBM, "take 1.webm", "video/webm"),
        (a_picture(), "take 1.png", "image/png"),
        (b"%PDF-1.7 " + b"x" * 50, "take 1.pdf", "application/pdf"),
    ],
)
def test_a_draft_is_what_its_first_bytes_say(
    elm: Organization, folder: Path, content: bytes, name: str, kind: str
) -> None:
    file = a_film(elm, content)
    assert (file.name, file.content_type, file.size) == (name, kind, len(content))
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    with organization_scope(elm):
        with contents().open(file.path) as stored:
            assert stored.read() == content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"<html>", "type of file"),
        (FILM.replace(b"isom", b"heic"), "type of file"),
        (b"\x1aE\xdf\xa3matroska", "type of file"),
        (FILM + b"x" * 3000, "too large"),
    ],
)
def test_other_drafts_are_refused(
    elm: Organization, content: bytes, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = limits.Limit(len(FILM), limits.LIMITS[FileKind.DRAFT].endings)
    monkeypatch.setitem(limits.LIMITS, FileKind.DRAFT, rule)
    with pytest.raises(FileRefused, match=sentence):
        a_film(elm, content)


def test_a_film_ends_as_films_do() -> None:
    assert film_type(b"") == ""


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=0-", range(100)),
        ("bytes=0-9", range(10)),
        ("bytes=90-500", range(90, 100)),
        ("bytes=-10", range(90, 100)),
        ("bytes=-500", range(100)),
        ("bytes=100-", range(100, 100)),
        ("bytes=9-3", range(9, 4)),
    ],
)
def test_a_range_header_is_read(header: str, part: range | None) -> None:
    assert part_asked(header, 100) == part


def test_a_film_is_shown_whole_and_in_parts_and_is_saved_on_request(
    elm: Organization, folder: Path
) -> None:
    file = a_film(elm)
    whole = shown(elm, file)
    assert body(whole) == FILM
    assert (whole.status_code, whole["Accept-Ranges"]) == (200, "bytes")
    assert whole["Content-Disposition"].startswith("inline")
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert whole["Cache-Control"] == "private, no-store"
    part = shown(elm, file, "bytes=10-19")
    assert (part.status_code, body(part)) == (206, FILM[10:20])
    assert part["Content-Range"] == f"bytes 10-19/{len(FILM)}"
    assert part["Content-Length"] == "10"
    rest = shown(elm, file, f"bytes={len(FILM) - 5}-")
    assert body(rest) == FILM[-5:]
    none = shown(elm, file, f"bytes={len(FILM)}-")
    assert (none.status_code, none["Content-Range"]) == (416, f"bytes */{len(FILM)}")
    saved = shown(elm, file, "bytes=10-19", "?save")
    assert body(saved) == FILM
    assert saved["Content-Disposition"].startswith("attachment")


def test_what_no_browser_shows_is_saved(elm: Organization, folder: Path) -> None:
    answer = shown(elm, a_film(elm, b"%PDF-1.7 " + b"x" * 50))
    assert answer["Content-Disposition"].startswith("attachment")
    answer.close()


def test_a_piece_is_read_to_its_end_and_no_further(elm: Organization, folder: Path) -> None:
    file = a_film(elm)
    piece = open_part(file.path, range(4, 12))
    assert (piece.read(), piece.read(5)) == (b"ftypisom", b"")
    piece.close()


def test_a_part_comes_from_a_bucket_too(bucket: dict[str, bytes], elm: Organization) -> None:
    file = a_film(elm)
    assert bucket[file.path] == FILM
    assert body(shown(elm, file, "bytes=4-11")) == b"ftypisom"
    assert Bucket.ranges[-1] == "bytes=4-11"
    assert body(shown(elm, file)) == FILM
    bucket.clear()
    with pytest.raises(Http404):
        shown(elm, file)


# --- on the way in ----------------------------------------------------------------------------------------------------
def sent(content: bytes, most: int, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(limits.LIMITS, FileKind.DRAFT, limits.Limit(most, {}))
    data = {"text": "Look.", "file": SimpleUploadedFile("x.mp4", content)}
    return RequestFactory().post("/x/", data)


def test_a_large_file_is_written_to_the_disk_as_it_comes(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    request = sent(FILM, len(FILM), monkeypatch)
    with taking_large(request, FileKind.DRAFT, sender="a"):
        path = Path(request.FILES["file"].temporary_file_path())
        assert (path.parent, path.read_bytes()) == (tmp_path / "uploads", FILM)
        assert not is_too_large(request)
        assert not found_no_room(request)
    assert not path.exists()


def test_of_an_upload_that_breaks_off_nothing_stays(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    half = io.BytesIO(sent(FILM, len(FILM), monkeypatch).body[: len(FILM) // 2])

    def read(size: int) -> bytes:
        if piece := half.read(size):
            return piece
        raise ConnectionResetError

    request = sent(FILM, len(FILM), monkeypatch)
    request._stream = SimpleNamespace(read=read)
    with (
        pytest.raises(UnreadablePostError) as error,
        taking_large(request, FileKind.DRAFT, sender="a"),
    ):
        request.POST  # noqa: B018 -- reading it is what is tested
    assert error.tb  # as long as it is looked at, all that was open stays alive
    assert list((tmp_path / "uploads").iterdir()) == []


@pytest.mark.parametrize("step", ["write", "seek"])
def test_a_file_that_finds_no_room_is_dropped_and_the_text_is_kept(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path, step: str
) -> None:
    settings.DATA_DIR = tmp_path

    class Full(LargeFile):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.size_before = self.file.tell()

        def write(self, data: bytes) -> int:
            return self.file.write(data) if step != "write" else full()

        def seek(self, place: int) -> int:
            return self.file.seek(place) if step != "seek" else full()

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("files.uploads.LargeFile", Full)
    request = sent(FILM, len(FILM), monkeypatch)
    with taking_large(request, FileKind.DRAFT, sender="a"):
        assert request.POST["text"] == "Look."
        assert not request.FILES
        assert found_no_room(request)
        assert list((tmp_path / "uploads").iterdir()) == []


def test_of_a_content_that_finds_no_room_no_part_stays(
    elm: Organization, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("files.store._flush", full)
    with pytest.raises(NoRoom, match="could not be kept at the moment"):
        a_film(elm)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_bucket_that_takes_nothing_is_told_as_a_full_disk_is(
    bucket: dict[str, bytes], elm: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bucket, "do_PUT", lambda self: self.answer(403))
    with pytest.raises(NoRoom):
        a_film(elm)


def test_what_a_killed_process_left_is_deleted_after_a_day(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    delete_left()
    folder = tmp_path / "uploads"
    folder.mkdir()
    for name, hours in (("old.upload", 25), ("new.upload", 1)):
        (folder / name).write_bytes(b"x")
        at = time.time() - hours * 3600
        os.utime(folder / name, (at, at))
    collect_files()
    assert [path.name for path in folder.iterdir()] == ["new.upload"]


def test_one_beyond_the_limit_is_dropped_and_the_text_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = sent(FILM, len(FILM) - 1, monkeypatch)
    with taking_large(request, FileKind.DRAFT, sender="a"):
        assert request.POST["text"] == "Look."
        assert not request.FILES
        assert is_too_large(request)


def test_far_beyond_the_limit_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    request = sent(FILM, len(FILM) // 5, monkeypatch)
    with pytest.raises(RequestDataTooBig), taking_large(request, FileKind.DRAFT, sender="a"):
        request.POST  # noqa: B018 -- reading it is what is tested


# --- how many at once ---------------------------------------------------------------------------------------------------
def large(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(uploads, "SMALL", 1)
    return sent(FILM, len(FILM), monkeypatch)


def test_of_one_sender_one_file_comes_in_at_a_time_and_of_all_a_few(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    first, second = large(monkeypatch), large(monkeypatch)
    with taking_large(first, FileKind.DRAFT, sender="a"):
        with taking_large(second, FileKind.DRAFT, sender="a"):
            assert second.POST["text"] == "Look."
            assert not second.FILES
            assert is_busy(second)
        assert first.FILES
        assert not is_busy(first)
        others = [f"b{number}" for number in range(AT_ONCE - 1)]
        assert all(map(places.take, others))
        third = large(monkeypatch)
        with taking_large(third, FileKind.DRAFT, sender="c"):
            assert not third.FILES
            assert is_busy(third)
        for other in others:
            places.leave(other)
    assert not places.taken, "nobody is remembered"
    again = large(monkeypatch)
    with taking_large(again, FileKind.DRAFT, sender="a"):
        assert again.FILES


def test_a_small_form_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE", 0)
    request = sent(FILM, len(FILM), monkeypatch)
    with taking_large(request, FileKind.DRAFT, sender="a"):
        assert request.FILES
        assert not is_busy(request)


def test_a_file_that_is_not_taken_is_read_on_for_a_moment_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE", 0)
    monkeypatch.setattr(uploads, "READ_ON_SECONDS", -1)
    request = large(monkeypatch)
    with taking_large(request, FileKind.DRAFT, sender="a"):
        assert request.POST["text"] == "Look."
        assert not request.FILES
        assert is_busy(request)
    assert isinstance(request.upload_handlers[0], BusyUploads)
