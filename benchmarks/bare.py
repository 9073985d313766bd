"""The least that a web server can do for a document of the API: a WSGI application of plain psycopg and `json.dumps`."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import django
import psycopg
from psycopg.rows import dict_row

django.setup()

from benchmarks.api import READS, raw_document  # noqa: E402 -- needs the settings
from influence.frames import with_room  # noqa: E402 -- beside the other

_local = threading.local()
ROWS = [{"id": n, "name": f"Ada {n}", "values": [n / 7, n / 3]} for n in range(2_000)]


@with_room
def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """`/<organization>/<resource>` answers a list's first page, `/calibration` with a computation of fixed size."""
    organization, _, name = environ["PATH_INFO"].strip("/").partition("/")
    body = raw_document(_connection(), int(organization), READS[name])() if name else _computed()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body.encode()]


def _connection() -> psycopg.Connection[dict[str, Any]]:
    if not hasattr(_local, "connection"):
        url = os.environ["DATABASE_URL"]
        _local.connection = psycopg.connect(url, row_factory=dict_row, autocommit=True)
    return _local.connection


def _computed() -> str:
    return json.dumps(json.loads(json.dumps(ROWS)))
