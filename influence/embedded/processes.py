"""Child processes that cannot outlive their parent.

On Linux the kernel tells each child when its parent dies, however it dies (PR_SET_PDEATHSIG; it
watches the *thread* that started the child, so start children from a thread that stays). Where the
kernel cannot, a watchdog process does the same by reading a pipe that only the parent holds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
KERNEL_TELLS = sys.platform == "linux"
WATCHDOG = """
import os, signal, sys, time
group, first = int(sys.argv[1]), int(sys.argv[2])
sys.stdin.buffer.read()
for number in (first, signal.SIGKILL):
    try:
        os.killpg(group, number)
    except OSError:
        break
    time.sleep(1)
"""


@dataclass(frozen=True)
class Account:
    """A user of the system that a server runs as."""

    uid: int
    gid: int


def identity(account: Account | None) -> dict[str, Any]:
    """The arguments of subprocess that make a child run as `account`."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


@dataclass
class Process:
    """A child and how to stop it kindly."""

    name: str
    popen: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    watchdog: subprocess.Popen[bytes] | None = None

    @property
    def is_alive(self) -> bool:
        return self.popen.poll() is None


def _bound_to(parent: int, number: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def bind() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)

    return bind


def spawn(
    name: str,
    command: Sequence[str],
    *,
    stop_signal: signal.Signals,
    env: Mapping[str, str],
    output: int | IO[bytes],
    cwd: Path | str = "/",
    account: Account | None = None,
    pass_fds: Sequence[int] = (),
) -> Process:
    """Start a child in a process group of its own; `stop_signal` reaches it if we die first."""
    popen = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=cwd,
        pass_fds=pass_fds,
        process_group=0,
        # Runs after setuid, which would clear it; only a prepared C call, so safe beside threads.
        preexec_fn=_bound_to(os.getpid(), stop_signal) if KERNEL_TELLS else None,  # noqa: PLW1509
        **identity(account),
    )
    watchdog = None if KERNEL_TELLS else _watch(popen.pid, stop_signal)
    return Process(name, popen, stop_signal, watchdog)


def _watch(group: int, first: signal.Signals) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-ISc", WATCHDOG, str(group), str(int(first))],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        process_group=0,
    )


def stop(processes: Iterable[Process], *, within: float) -> None:
    """Ask all at once, wait at most `within` seconds, then kill what is left with its group."""
    waiting = list(processes)
    deadline = time.monotonic() + within
    for process in waiting:
        if process.is_alive:
            process.popen.send_signal(process.stop_signal)
    for process in waiting:
        try:
            process.popen.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.popen.kill()
        signal_group(process.popen.pid, signal.SIGKILL)
        process.popen.wait()
        if process.watchdog:
            process.watchdog.kill()
            process.watchdog.communicate()


def signal_group(group: int, number: signal.Signals) -> None:
    """Signal a process group; one that is gone already is fine."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def running(marker: str, programs: Sequence[str]) -> list[int]:
    """Ids of live (not zombie) processes of these programs with `marker` in their command line."""
    return [
        pid
        for pid, line in _command_lines()
        if marker in line and any(program in line for program in programs) and pid != os.getpid()
    ]


def _command_lines() -> Iterable[tuple[int, str]]:
    if Path("/proc/self/cmdline").exists():
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    yield int(entry.name), (entry / "cmdline").read_bytes().decode(errors="replace")
                except OSError:  # it ended while we looked
                    continue
        return
    listing = subprocess.run(
        ["/bin/ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True
    )
    for row in listing.stdout.splitlines():
        pid, _, line = row.strip().partition(" ")
        yield int(pid), line
