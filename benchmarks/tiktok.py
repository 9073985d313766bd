"""A TikTok sandbox for the length of a scenario, and the product pointed at it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from benchmarks.place import ROOT

SEED = 1
_direct = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Sandbox:
    url: str

    def ask(self, path: str, **values: Any) -> dict[str, Any]:
        """POST to the control plane; the answer."""
        body = json.dumps(values).encode()
        request = Request(f"{self.url}/_sandbox/{path}", body, method="POST")
        with _direct.open(request, timeout=10) as answer:
            return dict(json.loads(answer.read()))

    def read(self, path: str) -> dict[str, Any]:
        with _direct.open(f"{self.url}/_sandbox/{path}", timeout=10) as answer:
            return dict(json.loads(answer.read()))


@contextmanager
def sandbox(*, core: int | None = None, level: str = "unlimited") -> Iterator[Sandbox]:
    """Run a sandbox, on one core where one is named."""
    command = ["-m", "tiktok.sandbox", "--level", level, "--port", "0", "--seed", str(SEED)]
    with server(command, core=core) as greeting:
        yield Sandbox(greeting.split()[3])


@contextmanager
def server(arguments: list[str], *, core: int | None) -> Iterator[str]:
    """A Python process that says one line once it serves; that line."""
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            if core is not None:
                with suppress(AttributeError):  # not everywhere
                    os.sched_setaffinity(process.pid, {core})
            assert process.stdout is not None
            yield process.stdout.readline()
        finally:
            process.terminate()
