"""Several threads work off the due polls of one process, so that waiting for TikTok costs no time.

What is claimed stands in one short queue; whoever has nothing to do takes the next batch, and claims more when there is
none. Each thread has a database connection of its own and opens the scope of each batch itself.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import structlog
from django.db import connections

from tiktok import limits
from tiktok.services.polls.queue import Batch, claim_batches, look_at
from tiktok.store import StoreIsDown

log = structlog.get_logger()
CALLS_PER_CLAIM = 50


class Queue:
    """What is due, for `seconds`. Safe to share between threads."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self._batches: deque[Batch] = deque()
        self._lock = Lock()

    def fill(self) -> int:
        """Claim more, if none are left and there is time. Returns the number of batches at hand."""
        if not self._batches and time.monotonic() < self._ends_at and not _is_app_paused():
            self._batches += claim_batches(CALLS_PER_CLAIM)
        return len(self._batches)

    def next(self) -> Batch | None:
        with self._lock:
            return self._batches.popleft() if self.fill() else None

    def close(self) -> None:
        """Nothing more is handed out; what is claimed is anybody's when its lease is over."""
        with self._lock:
            self._ends_at = 0
            self._batches.clear()


def work_off(*, threads: int, seconds: float) -> None:
    """Do what is due with so many threads, until nothing is or `seconds` are over; what is claimed then is done still."""
    queue = Queue(seconds)
    needed = min(threads, queue.fill())
    if needed < 2:
        _help(queue)
        return
    with ThreadPoolExecutor(needed, thread_name_prefix="poll") as pool:
        crew = [pool.submit(_help_out, queue) for _ in range(needed)]
        try:
            for helper in crew:
                helper.result()
        finally:  # a broken helper, or Celery's time limit: the others finish what they have begun
            queue.close()


def _help_out(queue: Queue) -> None:
    try:
        _help(queue)
    except Exception:
        queue.close()
        raise
    finally:
        connections.close_all()


def _help(queue: Queue) -> None:
    while batch := queue.next():
        look_at(batch)


def _is_app_paused() -> bool:
    """Then nothing is claimed: it would only be put off."""
    try:
        return limits.paused_for() > limits.SHORT_PAUSE_SECONDS
    except StoreIsDown:
        return False  # whoever calls TikTok will say so
