"""Child processes that cannot outlive their parent.

On Linux the kernel tells each child when its parent dies, however it dies (PR_SET_PDEATHSIG; it
watches the *thread* that started the child, so start children from a thread that stays). That is
enough for servers that heed the signal. Others, and everything where the kernel cannot do it, are
also given to a watchdog: a process that reads a pipe which only we hold, and does not ask twice.
"""

from __future__ import annotations

import atexit
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

from .errors import CannotStart, disk_problem, last_line

PR_SET_PDEATHSIG = 1
KERNEL_TELLS = sys.platform == "linux"
WATCHDOG = """
import os, signal, sys, time
groups = {}
for line in sys.stdin:
    group, number = map(int, line.split())
    if number:
        groups[group] = number
    else:
        groups.pop(group, None)
def tell(group, number):
    try:
        os.killpg(group, number)
    except OSError:
        return False
    return True
for group, number in groups.items():
    tell(group, number)
deadline = time.monotonic() + 1.5
while time.monotonic() < deadline and any(tell(group, 0) for group in groups):
    time.sleep(0.05)
for group in groups:
    tell(group, signal.SIGKILL)
"""
_watchdogs: list[subprocess.Popen[str]] = []


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
    is_watched: bool = False

    @property
    def is_alive(self) -> bool:
        return self.popen.poll() is None


def bound_to(parent: int, number: int) -> Callable[[], None]:
    """The call by which a child is told with signal `number` that its parent has ended. Linux only (`KERNEL_TELLS`)."""
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
        preexec_fn=bound_to(os.getpid(), stop_signal) if KERNEL_TELLS else None,  # noqa: PLW1509 -- see above
        **identity(account),
    )
    process = Process(name, popen, stop_signal)
    if not KERNEL_TELLS:
        watch(process)
    return process


def watch(process: Process) -> None:
    """Have the process and its group killed soon after we end, whatever they do with a signal."""
    process.is_watched = True
    _notify_watchdog(process.popen.pid, process.stop_signal)


def _notify_watchdog(group: int, number: int) -> None:
    if not _watchdogs:
        started = subprocess.Popen(
            [sys.executable, "-ISc", WATCHDOG], stdin=subprocess.PIPE, text=True, process_group=0
        )
        atexit.register(started.communicate)
        _watchdogs.append(started)
    pipe = _watchdogs[0].stdin
    assert pipe is not None  # noqa: S101 -- asked for above
    with suppress(BrokenPipeError):  # somebody killed the watchdog
        pipe.write(f"{group} {int(number)}\n")
        pipe.flush()


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
        if process.is_watched:
            _notify_watchdog(process.popen.pid, 0)


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


def await_ready(
    name: str, process: Process, is_ready: Callable[[], bool], log: Path, *, seconds: float
) -> None:
    """Return once the server is ready; else end it and raise CannotStart with what its log says."""
    deadline = time.monotonic() + seconds
    while process.is_alive and time.monotonic() < deadline:
        if is_ready():
            return
        time.sleep(0.01)
    process.popen.kill()
    process.popen.wait()
    text = log.read_text(errors="replace")
    raise CannotStart(
        disk_problem(text, log.parent)
        or f"{name} did not start: {last_line(text)} (all of it in {log})"
    )
