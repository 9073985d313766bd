"""Several threads of a process work off what is due in a lane, so that waiting for others costs no time.

What is claimed stands in one short queue; a thread that has nothing to do takes the next batch, and claims more when there
is none. Each thread has a database connection of its own and opens the scope of each batch itself.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

from django.db import connections

from jobs.enums import Lane
from jobs.errors import WorkStopped
from jobs.services.claims import Batch, claim, claim_suspect, release, work
from jobs.services.kinds import kinds_in
from jobs.services.stopping import stopped_by

CALLS_PER_CLAIM = 50


class Queue:
    """The due work of a lane, handed out for `seconds`. Safe to share between threads."""

    def __init__(self, lane: Lane, seconds: float, *, calls_per_claim: int) -> None:
        self._lane, self._calls = lane, calls_per_claim
        self._ends_at = time.monotonic() + seconds
        self._batches: deque[Batch] = deque()
        self._lock = Lock()
        self.stopping = Event()

    def fill(self) -> int:
        """Claim more, if none are left and there is time. Returns the number of batches at hand."""
        if not self._batches and time.monotonic() < self._ends_at:
            self._batches += claim(kinds_in(self._lane), calls=self._calls)
        return len(self._batches)

    def next(self) -> Batch | None:
        with self._lock:
            return self._batches.popleft() if self.fill() else None

    def close(self) -> None:
        """Nothing more is handed out; what was claimed and not begun is given back."""
        self.stopping.set()
        with self._lock:
            self._ends_at = 0
            for batch in self._batches:
                release(batch)
            self._batches.clear()


def work_off(lane: Lane, *, threads: int, seconds: float) -> None:
    """Do what is due in this lane with so many threads, until nothing is or `seconds` are over; what is claimed then is
    done still. Long work is claimed no faster than it is begun: others may have threads to spare."""
    _work_off_suspects(lane, seconds)
    calls = threads if lane == Lane.BULK else CALLS_PER_CLAIM
    queue = Queue(lane, seconds, calls_per_claim=calls)
    try:
        needed = min(threads, queue.fill())
        if needed < 2:
            _work_off(queue)
        else:
            _work_off_together(queue, needed)
    finally:  # a broken thread, or Celery's time limit: the others end what they have begun
        queue.close()


def _work_off_suspects(lane: Lane, seconds: float) -> None:
    """One after the other, alone in its process: whichever kills it takes no other with it."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at and (suspect := claim_suspect(kinds_in(lane))):
        work([suspect])


def _work_off_together(queue: Queue, threads: int) -> None:
    with ThreadPoolExecutor(threads, thread_name_prefix="work") as pool:
        workers = [pool.submit(_work_off_in_thread, queue) for _ in range(threads)]
        try:
            for worker in workers:
                worker.result()
        finally:
            queue.close()


def _work_off_in_thread(queue: Queue) -> None:
    try:
        with stopped_by(queue.stopping):
            _work_off(queue)
    except WorkStopped:
        return  # its lease is given back
    except Exception:
        queue.close()
        raise
    finally:
        connections.close_all()


def _work_off(queue: Queue) -> None:
    while batch := queue.next():
        work(batch)


def pump_once(lane: Lane, *, calls: int = CALLS_PER_CLAIM) -> int:
    """Claim once what is due in this lane, at most so many calls, and do it one after the other. Returns how many rows."""
    batches = claim(kinds_in(lane), calls=calls)
    for batch in batches:
        work(batch)
    return sum(map(len, batches))
