"""The flag by which the threads of a process learn that they shall end their work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event

from jobs.errors import WorkStopped

_flag: ContextVar[Event | None] = ContextVar("stop_flag", default=None)


@contextmanager
def stopped_by(flag: Event) -> Iterator[None]:
    """End the work done inside when the flag is set."""
    token = _flag.set(flag)
    try:
        yield
    finally:
        _flag.reset(token)


def go_on() -> None:
    """Raises WorkStopped when the work is to end; asked before a step that takes long."""
    flag = _flag.get()
    if flag is not None and flag.is_set():
        raise WorkStopped
