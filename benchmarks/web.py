"""Web servers as in production (gunicorn, 2 processes × 4 threads), and what a request costs them and the database.

The cost is computing time of the processes, from their own accounts: it hardly moves with what else the machine does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from django.db import connection

from benchmarks.place import ROOT

TICKS = os.sysconf("SC_CLK_TCK")
STARTS_WITHIN = 60  # seconds
# Each thread has a connection of its own, whose statements the database plans five times before it keeps a plan.
WARM_UP = 6 * 4  # requests


@dataclass(frozen=True)
class Cost:
    """Milliseconds of computing time of one request."""

    web: float
    database: float

    @property
    def whole(self) -> float:
        return self.web + self.database


@dataclass(frozen=True)
class Server:
    """A running web server."""

    pid: int
    port: int
    is_trial: bool

    def cost(self, path: str, headers: dict[str, str], times: int) -> Cost:
        """Measure one of so many requests, after some that only warm up; each must answer 200."""
        client = HTTPConnection("localhost", self.port)
        warm_up, times = (1, 1) if self.is_trial else (WARM_UP, times)
        for _ in range(warm_up):
            self._get(client, path, headers)
        web, database = tree_seconds(self.pid), tree_seconds(postmaster())
        for _ in range(times):
            self._get(client, path, headers)
        ended = tree_seconds(self.pid), tree_seconds(postmaster())
        client.close()
        return Cost(*((a - b) * 1000 / times for a, b in zip(ended, (web, database), strict=True)))

    def _get(self, client: HTTPConnection, path: str, headers: dict[str, str]) -> bytes:
        client.request("GET", path, headers=headers)
        answer = client.getresponse()
        body = answer.read()
        assert answer.status == 200, f"{path}: {answer.status} {body[:300]!r}"
        return body


@contextmanager
def serving(application: str, *, is_trial: bool) -> Iterator[Server]:
    """A server of this WSGI application on a free port; to a trial one request shows as much as many."""
    command = [sys.executable, "-m", "gunicorn", application, "--bind", "localhost:0"]
    environment = {**os.environ, "WEB_THREADS": "4"}
    with subprocess.Popen(
        [*command, "--log-level", "info"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Server(process.pid, _port(process), is_trial)
        finally:
            process.terminate()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    begun, said = time.monotonic(), []
    while time.monotonic() - begun < STARTS_WITHIN and (line := process.stderr.readline()):
        said.append(line)
        if "Listening at: http://" in line:
            return int(line.split("Listening at: http://")[1].split()[0].rpartition(":")[2])
    raise AssertionError("".join(said))


def postmaster() -> int:
    """The process that all of the database's processes come from."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return _parent(cursor.fetchone()[0])


def tree_seconds(root: int) -> float:
    """Computing time of a process, of its children, and of those that have ended.

    Of the living by the scheduler's account, which is in nanoseconds: a tick is as long as five small requests.
    """
    living = [root, *_children(root)]
    ended = [sum(map(int, stat[13:15])) for pid in living if (stat := _stat(pid))]
    return sum(ended) / TICKS + sum(map(_seconds, living))


def _seconds(pid: int) -> float:
    """Computing time of a process, by its threads."""
    try:
        threads = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    except OSError:  # it ended meanwhile
        return 0.0
    return sum(int(text.split()[0]) for text in threads) / 1e9


def _children(root: int) -> list[int]:
    pids = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [pid for pid in pids if _parent(pid) == root]


def _parent(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[1]) if stat else 0


def _stat(pid: int) -> list[str]:
    """The fields of the process's account behind its name, from its state on; empty once it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
