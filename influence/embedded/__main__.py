"""python -m influence.embedded run | demo | servers"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from pathlib import Path
from types import FrameType

try:
    from . import launcher
    from .errors import CannotStart
except ModuleNotFoundError as missing:
    sys.exit(f"The package {missing.name} is not installed: start with `make run`.")


class Stopped(BaseException):
    """A signal asked us to end; nothing may swallow it."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="influence.embedded")
    kinds = parser.add_subparsers(dest="kind", required=True)
    kinds.add_parser("run", help="everything, until Ctrl-C")
    tour = kinds.add_parser("demo", help="the guided tour over temporary services")
    tour.add_argument("--legacy", help="a CSV of scraped posts to purge")
    tour.add_argument("--json", help="write the findings to this file")
    kinds.add_parser("servers", help="PostgreSQL and Valkey alone, until Ctrl-C")
    chosen = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    data_dir = Path(os.environ.get("DATA_DIR") or ".data")
    try:
        if chosen.kind == "demo":
            return launcher.demo(_options(legacy=chosen.legacy, json=chosen.json))
        if chosen.kind == "servers":
            return launcher.only_servers(data_dir)
        return launcher.run(data_dir, _port())
    except Stopped:
        return 0
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1


def _options(**paths: str | None) -> list[str]:
    # Absolute, for the command runs in the project's folder.
    return [
        part
        for name, path in paths.items()
        if path
        for part in (f"--{name}", str(Path(path).resolve()))
    ]


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65000:
        raise CannotStart(f"PORT={text} is not a port: choose a number from 1024 to 65000.")
    return int(text)


def _stop(number: int, frame: FrameType | None) -> None:
    # Stopping is bounded in time, so a second Ctrl-C need not cut it short and leave something.
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
