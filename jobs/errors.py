from __future__ import annotations


class WorkStopped(BaseException):
    """The process is told to end its work: the lease is given back, and nobody may take it for a defect of a subject."""


class JobFailed(Exception):
    """A job cannot go on; the text says why, to the person who started it."""


class TryLater(Exception):
    """A slice met something that passes; `retry_after`: in how many seconds it is tried again, None for the queue's own
    patience."""

    def __init__(self, retry_after: float | None) -> None:
        self.retry_after = retry_after
        super().__init__("It is tried again later.")
