"""A small bucket that speaks S3's protocol, in the place of one of the product's storages."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings as product_settings

BUCKET = "our-files"


class Bucket(BaseHTTPRequestHandler):
    """PUT, GET, HEAD, DELETE and a list with delimiter. Signatures are not looked at; who sends none is refused."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes] = {}
    ranges: list[str] = []
    written_at = datetime.now(UTC)
    is_away = False

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        if self.is_away:
            self.answer(403)  # not tried again, as 500 would be
        return not self.is_away

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


@contextmanager
def in_a_bucket(settings: Any, name: str) -> Iterator[dict[str, bytes]]:
    """Keep the contents of this storage, `files` or `ledger`, in a bucket meanwhile. They are in what it yields."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Bucket.objects, Bucket.written_at, Bucket.is_away = {}, datetime.now(UTC), False
    settings.STORAGES = {
        **settings.STORAGES,
        name: configured(name, f"http://127.0.0.1:{server.server_port}"),
    }
    yield Bucket.objects
    server.shutdown()
    server.server_close()


def configured(name: str, endpoint: str) -> dict[str, Any]:
    """A storage as the product's settings make it from the environment."""
    reported = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from influence.settings import STORAGES as s; print(repr(s[{name!r}]))",
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=product_settings.BASE_DIR,
        env={
            **os.environ,
            f"{name.upper()}_BUCKET": BUCKET,
            "FILES_ENDPOINT": endpoint,
            "FILES_REGION": "eu-central-1",
            "FILES_ACCESS_KEY": "key",
            "FILES_SECRET_KEY": "secret/with+signs",
        },
    )
    return eval(reported.stdout)
