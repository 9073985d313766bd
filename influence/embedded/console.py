"""The output of many processes on one terminal."""

from __future__ import annotations

import os
import selectors
import sys
import time
from pathlib import Path
from typing import IO

COLOURS = {"web": 36, "worker": 32, "sandbox": 33}


class Console:
    """Prints lines of the services, each with the service's name in its colour."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._partial: dict[str, bytes] = {}
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def pipe(self, name: str) -> int:
        """A descriptor for a service to write to; close it once the service has it."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        self._selector.register(reader, selectors.EVENT_READ, name)
        return writer

    def pump(self, seconds: float) -> None:
        """Print what arrives; returns after `seconds` without output, sooner with some."""
        if not self._selector.get_map():
            time.sleep(seconds)
        for key, _ in self._selector.select(seconds):
            chunk = os.read(key.fd, 65536)
            if not chunk:
                self._selector.unregister(key.fd)
                os.close(key.fd)
            *lines, rest = (self._partial.get(key.data, b"") + chunk).split(b"\n")
            self._partial[key.data] = rest
            for line in lines:
                self._say(key.data, line.decode(errors="replace"))

    def _say(self, name: str, line: str) -> None:
        label = f"{name:<8}|"
        if self._colour:
            label = f"\x1b[{COLOURS.get(name, 37)}m{label}\x1b[0m"
        print(label, line, flush=True)


def tail(file: Path, lines: int, output: IO[str]) -> None:
    """Print the last lines of a log under its name."""
    text = file.read_text(errors="replace").splitlines()[-lines:]
    print(f"--- {file.name}", *text, sep="\n", file=output)
