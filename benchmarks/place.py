"""The servers of a benchmark: a PostgreSQL and a Valkey of its own, durable as in production, gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from influence.embedded import servers
from influence.embedded.provision import provision

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "influence"


@dataclass(frozen=True)
class Place:
    """The database's addresses: `admin` fills it past the policies, `owner` makes plain tables, `app` is what is measured."""

    admin: str
    owner: str
    app: str


@contextmanager
def temporary_place() -> Iterator[Place]:
    """Servers, roles and tables. From here on Django connects as the run-time role."""
    with (
        tempfile.TemporaryDirectory(prefix="influence-benchmarks-") as folder,
        servers(Path(folder), durable=True) as running,
    ):
        urls = provision(running.admin_url, DATABASE)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "DATABASE_URL": urls.app,
            "REDIS_URL": running.redis_url,
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            check=True,
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": urls.owner},
        )
        admin = urlsplit(running.admin_url)._replace(path=f"/{DATABASE}").geturl()
        yield Place(admin, urls.owner, urls.app)


# The columns and indexes of the posts' snapshots; no policy, no partitions, no trigger.
PLAIN = """
DROP TABLE IF EXISTS {table};
CREATE TABLE {table} (LIKE tiktok_videosnapshot INCLUDING DEFAULTS);
ALTER TABLE {table} ADD PRIMARY KEY (video_id, source, bucket_at, organization_id);
CREATE INDEX ON {table} (organization_id, video_id, bucket_at);
"""


@contextmanager
def plain_table(place: Place, name: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection with an empty table beside the product's own, to measure what is done to it."""
    with psycopg.connect(place.owner, autocommit=True) as connection:
        connection.execute(sql.SQL(PLAIN).format(table=sql.Identifier(name)))
        yield connection
