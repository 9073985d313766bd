"""P10: what `make run` costs once everything is installed: CPU to the first page, memory, the time to stop."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Figure
from benchmarks.place import ROOT
from influence.embedded.launcher import COMPLETE, free_port

if TYPE_CHECKING:
    from benchmarks.world import World

COLD_SECONDS, WARM_SECONDS, MEGABYTES, STOP_SECONDS = 9.0, 3.0, 500.0, 5.0
SETTLE_SECONDS = 10.0  # the pumps have been round a few times
KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "TMPDIR",
)  # of our environment; the rest names our own servers and secrets
TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def figures(world: World) -> Iterator[Figure]:
    if not (PROC / "self/smaps_rollup").exists():  # only Linux tells
        return
    with tempfile.TemporaryDirectory(prefix="influence-launch-") as folder:
        with _launched(Path(folder)) as cold:
            cpu_cold = cold.cpu_seconds()
            cold.wait_complete()  # else the next start would go on with the invented world
        with _launched(Path(folder)) as warm:
            cpu_warm = warm.cpu_seconds()
            time.sleep(SETTLE_SECONDS)
            memory = warm.megabytes()
    for what, measured, bar, unit in (
        ("`make run`, CPU to the first page, cold", cpu_cold, COLD_SECONDS, "s"),
        ("`make run`, CPU to the first page, warm", cpu_warm, WARM_SECONDS, "s"),
        ("`make run`, memory of all processes", memory, MEGABYTES, "MB"),
        ("`make run`, time to stop", warm.stop_seconds, STOP_SECONDS, "s"),
    ):
        digits = 0 if unit == "MB" else 1
        texts = (f"{measured:.{digits}f} {unit}", f"{bar:.0f} {unit}")
        yield Figure("P10", what, *texts, measured / bar, bar=1)


class Launch:
    """A launcher that has said that all is ready, and every process below it."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self.popen = popen
        self.stop_seconds = 0.0

    def cpu_seconds(self) -> float:
        """The CPU time so far, of children that have ended too."""
        return sum(sum(map(int, fields[11:15])) for _, fields in self._tree()) / TICKS

    def megabytes(self) -> float:
        """The proportional set size of all: a page that several share counts once."""
        return sum(_kilobytes(pid) for pid, _ in self._tree()) / 1024

    def _tree(self) -> Iterator[tuple[int, list[str]]]:
        everybody = dict(_processes())
        waiting = [self.popen.pid]
        while waiting:
            parent = waiting.pop()
            yield parent, everybody[parent]
            waiting += [pid for pid, fields in everybody.items() if int(fields[1]) == parent]

    def wait_complete(self) -> None:
        assert self.popen.stdout is not None
        if not any(COMPLETE in line for line in self.popen.stdout):
            raise RuntimeError("The invented world is not complete.")

    def stop(self) -> None:
        begun = time.monotonic()
        self.popen.send_signal(signal.SIGINT)
        self.popen.wait(timeout=60)
        self.stop_seconds = time.monotonic() - begun


@contextmanager
def _launched(folder: Path) -> Iterator[Launch]:
    """Start it over this folder, and open the first page."""
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "influence.embedded", "run"],
        env={**env, "DATA_DIR": str(folder), "PORT": str(port)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as popen:
        launch = Launch(popen)
        try:
            assert popen.stdout is not None
            if not any(line.startswith("Ctrl-C") for line in popen.stdout):
                raise RuntimeError("`make run` did not start.")
            urllib.request.urlopen(f"http://localhost:{port}/accounts/login/", timeout=30).close()
            yield launch
        finally:
            launch.stop()


def _processes() -> Iterator[tuple[int, list[str]]]:
    """(id, the fields of its `stat` from the state on) of every process."""
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                yield int(entry.name), (entry / "stat").read_text().rpartition(") ")[2].split()
            except OSError:  # it has ended meanwhile
                continue


def _kilobytes(pid: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+)", (PROC / f"{pid}/smaps_rollup").read_text(), re.M)
    except OSError:
        return 0
    return int(found[1]) if found else 0
