"""Workers and schedulers of the product as processes of their own, to be killed and stopped."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from influence.embedded.processes import Process, signal_group, spawn, stop
from influence.embedded.services import ROOT, ROOT_IS_FINE

TICK_SECONDS = 0.5
CELERY = [sys.executable, *ROOT_IS_FINE, "-m", "celery", "--quiet", "--app", "tests.crash.product"]
WORKER = ["worker", "--concurrency", "1", "--without-gossip", "--without-mingle", "-l", "WARNING"]
BEAT = ["beat", "--pidfile=", "-l", "WARNING", "--schedule"]


class Workers:
    """The processes over one database, one broker and one TikTok; what they say stands in `folder`."""

    def __init__(
        self, folder: Path, *, database_url: str, redis_url: str, tiktok_url: str, lease: timedelta
    ) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "TEST_TIKTOK_URL": tiktok_url,
            "TEST_LEASE_SECONDS": str(lease.total_seconds()),
        }
        self.all: list[Process] = []

    def worker(self, *options: str) -> Process:
        name = f"worker-{len(self.all)}"
        return self._start(name, *WORKER, *options, "--hostname", f"{name}@%h")

    def beat(self) -> Process:
        name = f"beat-{len(self.all)}"
        return self._start(name, *BEAT, str(self.folder / f"{name}-schedule"))

    def _start(self, name: str, *arguments: str) -> Process:
        with (self.folder / f"{name}.log").open("wb") as output:
            process = spawn(
                name,
                [*CELERY, *arguments],
                stop_signal=signal.SIGQUIT,
                env=self.env,
                output=output,
                cwd=ROOT,
            )
        self.all.append(process)
        return process

    def said(self) -> str:
        return "\n".join(f"--- {log}\n{log.read_text()}" for log in self.folder.glob("*.log"))


@contextmanager
def workers(
    folder: Path, *, database_url: str, redis_url: str, tiktok_url: str, lease: timedelta
) -> Iterator[Workers]:
    """Nobody is hired yet; all are gone afterwards."""
    folder.mkdir()
    hired = Workers(
        folder, database_url=database_url, redis_url=redis_url, tiktok_url=tiktok_url, lease=lease
    )
    try:
        yield hired
    finally:
        for process in hired.all:
            signal_group(process.popen.pid, signal.SIGCONT)
        stop(hired.all, within=3.0)


def kill(process: Process) -> None:
    """Kill a process with all its children, at once."""
    signal_group(process.popen.pid, signal.SIGKILL)
    process.popen.wait()


def kill_children(process: Process) -> int:
    """Kill the children that do the work; their parent starts others. Returns how many."""
    pid = process.popen.pid
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in listed.read_text().split()] if listed.exists() else []
    for child in children:
        os.kill(child, signal.SIGKILL)
    return len(children)
