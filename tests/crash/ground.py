"""A PostgreSQL and a Valkey that can be killed and started again over the same files, and a database to work in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import environ
import psycopg
import redis
from django.db import connection

from influence.embedded import postgres, valkey
from influence.embedded.home import Home, hold
from influence.embedded.processes import Process, running, stop
from influence.embedded.provision import Urls, provision
from influence.embedded.services import ROOT

OUTAGE_SECONDS = 0.5


@dataclass
class Ground:
    """Both servers, durable as in production."""

    home: Home
    postgres: Process
    valkey: Process
    urls: Urls

    @property
    def redis_url(self) -> str:
        return valkey.url(self.home)

    def kill_postgres(self) -> None:
        """All of its processes at once; after a moment it recovers from its log."""
        self._kill(self.postgres)
        connection.close()  # ours broke with the others
        self.postgres = postgres.start(self.home, durable=True)

    def kill_valkey(self) -> None:
        self._kill(self.valkey)
        self.valkey = valkey.start(self.home, durable=True)

    def _kill(self, server: Process) -> None:
        while pids := running(self.home.marker, [server.name]):
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            server.popen.wait()
        time.sleep(OUTAGE_SECONDS)

    def flush(self) -> None:
        with redis.from_url(self.redis_url) as client:
            client.flushall()

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Run SQL as the owner of the tables, who is under no policy of `jobs_work`."""
        with psycopg.connect(self.urls.owner, autocommit=True) as owner:
            cursor = owner.execute(statement)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    """Servers over this folder, the product's tables in them, and Django connected to these."""
    with hold(folder) as home:
        servers = [valkey.start(home, durable=True), postgres.start(home, durable=True)]
        here = Ground(home, servers[1], servers[0], provision(postgres.admin_url(home)))
        try:
            _migrate(here.urls.owner)
            with _connected(here.urls.app):
                yield here
        finally:
            stop([here.valkey, here.postgres], within=5.0)


def _migrate(owner_url: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0", "--settings=tests.settings"],
        check=True,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": owner_url},
    )


@contextmanager
def _connected(url: str) -> Iterator[None]:
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(environ.Env.db_url_config(url) | {"ENGINE": before["ENGINE"]})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
