"""The blows that workers and servers get."""

from __future__ import annotations

import random
import signal
import time

from influence.embedded.processes import Process, signal_group
from tests.crash.ground import Ground
from tests.crash.processes import Workers, kill, kill_children

WORKERS = 3
STOP_SECONDS = 5.0


class Fate:
    """Kills and stops; hires anew whom it has killed. A stopped worker goes on later, while others are killed."""

    def __init__(self, place: Ground, staff: Workers) -> None:
        self.place, self.staff = place, staff
        self.chance = random.Random(1)
        self.workers = [staff.worker() for _ in range(WORKERS)]
        self.stopped: list[tuple[Process, float]] = []
        self.killed = 0

    def take(self, step: str) -> None:
        self._wake(until=time.monotonic())
        getattr(self, step)()

    def kill_child(self) -> None:
        """Kill the child that does the work; where there is none to be seen, the whole worker."""
        if kill_children(self._pick()):
            self.killed += 1
        else:
            self.kill_worker()

    def kill_worker(self) -> None:
        victim = self._pick()
        kill(victim)
        self.killed += 1
        self.workers[self.workers.index(victim)] = self.staff.worker()

    def kill_postgres(self) -> None:
        self.place.kill_postgres()

    def kill_valkey(self) -> None:
        self.place.kill_valkey()

    def flush(self) -> None:
        self.place.flush()

    def stop_worker(self) -> None:
        worker = self._pick()
        signal_group(worker.popen.pid, signal.SIGSTOP)
        self.stopped.append((worker, time.monotonic() + STOP_SECONDS))

    def let_all_go_on(self) -> None:
        """Let all go on when each has been stopped for its time."""
        while self.stopped:
            time.sleep(0.1)
            self._wake(until=time.monotonic())

    def _wake(self, *, until: float) -> None:
        for worker, over_at in list(self.stopped):
            if over_at <= until:
                signal_group(worker.popen.pid, signal.SIGCONT)
                self.stopped.remove((worker, over_at))

    def _pick(self) -> Process:
        stopped = [worker for worker, _ in self.stopped]
        return self.chance.choice([worker for worker in self.workers if worker not in stopped])
