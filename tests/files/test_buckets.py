"""The same files in an S3-compatible storage, chosen by the environment: a small bucket that speaks its protocol."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.conf import settings as product_settings

from files.models import File
from files.purge import collect_files, delete_files
from files.services.logos import set_logo
from files.store import contents
from tenancy.scope import organization_scope
from tests.files.conftest import a_picture, an_upload

BUCKET = "our-files"


class Bucket(BaseHTTPRequestHandler):
    """PUT, GET, HEAD, DELETE and a list with delimiter. Signatures are not looked at; who sends none is refused."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes] = {}
    ranges: list[str] = []
    written_at = datetime.now(UTC)

    def key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}").removeprefix("/")

    def answer(self, status: int, body: bytes = b"", *, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Last-Modified", format_datetime(self.written_at, usegmt=True))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        assert "x-amz-acl" not in self.headers
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            body = unchunked(body)
        self.objects[self.key()] = body
        self.answer(200)

    def do_GET(self) -> None:
        if "Authorization" not in self.headers:
            return self.answer(403)
        if not self.key():
            return self.answer(200, self.listing())
        body = self.objects.get(self.key())
        if body is None:
            return self.answer(404)
        if asked := self.headers.get("Range"):
            self.ranges.append(asked)
            first, last = map(int, asked.removeprefix("bytes=").split("-"))
            return self.answer(206, body[first : last + 1])
        return self.answer(200, body)

    def do_HEAD(self) -> None:
        body = self.objects.get(self.key())
        self.answer(404) if body is None else self.answer(200, length=len(body))

    def do_DELETE(self) -> None:
        self.objects.pop(self.key(), None)
        self.answer(204)

    def listing(self) -> bytes:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        rests = sorted(key.removeprefix(prefix) for key in self.objects if key.startswith(prefix))
        folders = sorted({rest.split("/")[0] for rest in rests if "/" in rest})
        found = [
            f"<CommonPrefixes><Prefix>{prefix}{name}/</Prefix></CommonPrefixes>" for name in folders
        ]
        found += [
            f"<Contents><Key>{prefix}{rest}</Key></Contents>" for rest in rests if "/" not in rest
        ]
        return f"<ListBucketResult>{''.join(found)}</ListBucketResult>".encode()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def unchunked(body: bytes) -> bytes:
    """The content out of `aws-chunked`: its size in hexadecimal, the bytes, again; a trailer at the end."""
    content = b""
    while True:
        line, _, body = body.partition(b"\r\n")
        size = int(line.split(b";")[0], 16)
        if not size:
            return content
        content, body = content + body[:size], body[size + 2 :]


@pytest.fixture
def bucket(settings: Any) -> Iterator[dict[str, bytes]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Bucket.objects, Bucket.written_at = {}, datetime.now(UTC)
    settings.STORAGES = {
        **settings.STORAGES,
        "files": configured(f"http://127.0.0.1:{server.server_port}"),
    }
    yield Bucket.objects
    server.shutdown()
    server.server_close()


def configured(endpoint: str) -> dict[str, Any]:
    """STORAGES["files"] as the product's settings make it from the environment."""
    reported = subprocess.run(
        [
            sys.executable,
            "-c",
            "from influence.settings import STORAGES as s; print(repr(s['files']))",
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=product_settings.BASE_DIR,
        env={
            **os.environ,
            "FILES_BUCKET": BUCKET,
            "FILES_ENDPOINT": endpoint,
            "FILES_REGION": "eu-central-1",
            "FILES_ACCESS_KEY": "key",
            "FILES_SECRET_KEY": "secret/with+signs",
        },
    )
    return eval(reported.stdout)


@pytest.mark.django_db
def test_a_file_is_kept_read_and_deleted_in_a_bucket(
    bucket: dict[str, bytes], signed_in, elm, owner, django_capture_on_commit_callbacks: Any
) -> None:
    with organization_scope(elm):
        logo = set_logo(an_upload(a_picture()), actor=owner)
    assert list(bucket) == [logo.path]
    assert bucket[logo.path].startswith(b"\x89PNG")

    client = signed_in("viewer")
    assert client.get(f"/o/elm/files/{logo.key}/").getvalue() == bucket[logo.path]
    with organization_scope(elm), django_capture_on_commit_callbacks(execute=True):
        delete_files(File.objects.all())
    assert bucket == {}


@pytest.mark.django_db
def test_a_content_that_the_bucket_lost_answers_404(
    bucket: dict[str, bytes], signed_in, elm, owner
) -> None:
    with organization_scope(elm):
        logo = set_logo(an_upload(a_picture()), actor=owner)
    bucket.clear()
    assert signed_in("viewer").get(f"/o/elm/files/{logo.key}/").status_code == 404


@pytest.mark.django_db
def test_orphans_are_collected_from_a_bucket(bucket: dict[str, bytes], elm, owner) -> None:
    with organization_scope(elm):
        logo = set_logo(an_upload(a_picture()), actor=owner)
    bucket[f"organization/{elm.pk}/0123"] = bucket["person/999999/4567"] = b"orphan"
    assert collect_files() == 0
    Bucket.written_at -= timedelta(minutes=61)
    assert collect_files() == 2
    assert list(bucket) == [logo.path]


def test_without_a_bucket_files_lie_in_the_data_directory() -> None:
    reported = subprocess.run(
        [sys.executable, "-c", "from influence.settings import STORAGES as s; print(s['files'])"],
        check=True,
        capture_output=True,
        text=True,
        cwd=product_settings.BASE_DIR,
        env={**os.environ, "DATA_DIR": "/somewhere", "FILES_BUCKET": ""},
    )
    assert eval(reported.stdout, {"PosixPath": Path}) == {
        "BACKEND": "files.store.PrivateFolder",
        "OPTIONS": {"location": Path("/somewhere/files")},
    }


def test_the_storage_of_a_bucket_adds_no_public_permission(bucket: dict[str, bytes]) -> None:
    storage: Any = contents()
    assert (storage.default_acl, storage.bucket_name) == (None, BUCKET)
