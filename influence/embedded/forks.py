"""Web and worker as forks of one process that has loaded the product: one start instead of two, and shared memory.

`python -m influence.embedded.forks '[["web", 7, 15, ["gunicorn", …]], ["worker", 8, 3, ["celery", …]]]'`: of each its name, the
descriptor that it writes to, the signal that stops it, and the module that it runs with its arguments. All end with the first.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from .processes import KERNEL_TELLS, bound_to

LOADED = ("influence.wsgi", "influence.urls", "influence.celery")


def main() -> int:
    for module in LOADED:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # the collector leaves alone what the forks share
    forks = {_fork(*fork[1:]): fork for fork in json.loads(sys.argv[1])}
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        for pid, (_, _, stop_signal, _) in forks.items():
            os.kill(pid, stop_signal)

    signal.signal(signal.SIGTERM, stop)
    while forks:
        pid, status = os.wait()
        name = forks.pop(pid)[0]
        if not stopping:
            code = os.waitstatus_to_exitcode(status)
            print(f"{name} ended with code {code}.", flush=True)
            stop(signal.SIGTERM, None)
            return 1
    return 0


def _fork(output: int, stop_signal: int, command: Sequence[str]) -> int:
    parent = os.getpid()
    if pid := os.fork():
        os.close(output)
        return pid
    if KERNEL_TELLS:
        bound_to(parent, stop_signal)()
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(output, descriptor)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    sys.exit(main())
