"""Work that a person waits for begins at once, in a thread beside their request.

The request waits for its end, but not long: what takes longer goes on in that thread, and the page follows. So many at a time
in one process; what finds no place, or loses its process, is a worker's, like any other work.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import BoundedSemaphore, Event, Thread

import structlog
from django.db import connections

from jobs.services.claims import claim_subject, work
from tenancy.scope import Owner, owner_scope, required_owner

log = structlog.get_logger()

# Far fewer than a web process has threads: however slow others are, most threads are free for pages.
PLACES = 4
# Of the 8 seconds that a person may have to wait; the rest is for the page itself.
WAIT_SECONDS = 4.0
_places = BoundedSemaphore(PLACES)


def do_at_once(act: Callable[[], object]) -> None:
    """Begin `act` in the scope of the present owner, and return when it has ended or takes long.

    With no place free nothing is begun: somebody must be sure to do the work later.
    """
    if _places.acquire(blocking=False):
        ended = Event()
        beside(partial(_do, act, required_owner(), ended))
        ended.wait(WAIT_SECONDS)


def work_at_once(kind: str, subject_id: int) -> None:
    """`do_at_once` for work of the owner in scope that is due."""
    do_at_once(partial(_work, kind, required_owner(), subject_id))


def beside(act: Callable[[], None]) -> None:
    """Run this in a thread of its own, which ends with the process at the latest."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    Thread(target=run, name="at-once", daemon=True).start()


def _do(act: Callable[[], object], owner: Owner, ended: Event) -> None:
    try:
        with owner_scope(owner):
            act()
    except Exception:
        log.exception("at_once.broken")
    finally:
        _places.release()
        ended.set()


def _work(kind: str, owner: Owner, subject_id: int) -> None:
    """Go on while it is due: slice after slice of a job. What is postponed is the worker's."""
    while claim := claim_subject(kind, owner, subject_id):
        work([claim])
