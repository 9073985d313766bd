from __future__ import annotations


class WorkStopped(BaseException):
    """The process is told to end its work: the lease is given back, and nobody may take it for a defect of a subject."""


class JobFailed(Exception):
    """A job cannot go on; the text says why, to the person who started it."""
