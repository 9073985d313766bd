"""Start `python -m influence.embedded …` as a person would, and look at what it leaves."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from influence.embedded.processes import running

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
PROGRAMS = ("postgres", "valkey-server")


def marker(data_dir: Path) -> str:
    """The text that every server over `data_dir` shows in its command line."""
    return hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]


def alive(data_dir: Path) -> list[int]:
    return running(marker(data_dir), PROGRAMS)


def eventually(is_so: Callable[[], bool], within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.02)
    return is_so()


@dataclass
class Launched:
    popen: subprocess.Popen[str]
    data_dir: Path
    admin_url: str
    redis_url: str


def command(kind: str, *prefix: str, **env: str | Path) -> tuple[list[str], dict[str, str]]:
    clean = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return (
        [*prefix, sys.executable, "-m", "influence.embedded", kind],
        clean | {name: str(value) for name, value in env.items()},
    )


def refusal(kind: str, *prefix: str, **env: str | Path) -> str:
    """The words of a launcher that cannot start; it must be one line and exit code 1."""
    words, environment = command(kind, *prefix, **env)
    ended = subprocess.run(
        words, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1, ended
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr


@contextmanager
def launched(data_dir: Path) -> Iterator[Launched]:
    words, environment = command("servers", DATA_DIR=data_dir)
    with subprocess.Popen(
        words,
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as popen:
        assert popen.stdout is not None
        try:
            yield Launched(
                popen, data_dir, popen.stdout.readline().strip(), popen.stdout.readline().strip()
            )
        finally:
            if popen.poll() is None:
                popen.terminate()
                popen.communicate(timeout=20)
