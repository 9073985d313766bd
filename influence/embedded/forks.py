"""Web, worker and seed as forks of one process that has loaded the product: one start instead of three, and shared memory.

`python -m influence.embedded.forks '[["web", 7, 15, ["gunicorn", …], true], …]'`: of each its name, the descriptor that it
writes to, the signal that stops it, the module that it runs with its arguments, and whether it lasts. All end with the first
that should last; how another ended is written below what it wrote.
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
        for pid, (_, _, stop_signal, _, _) in forks.items():
            os.kill(pid, stop_signal)

    signal.signal(signal.SIGTERM, stop)
    while forks:
        pid, status = os.wait()
        name, output, _, _, is_lasting = forks.pop(pid)
        ending = f"{name} ended with code {os.waitstatus_to_exitcode(status)}."
        if not is_lasting:
            os.write(output, f"{ending}\n".encode())
        elif not stopping:
            print(ending, flush=True)
            stop(signal.SIGTERM, None)
            return 1
    return 0


def _fork(output: int, stop_signal: int, command: Sequence[str], is_lasting: bool) -> int:
    parent = os.getpid()
    if pid := os.fork():
        if is_lasting:
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
