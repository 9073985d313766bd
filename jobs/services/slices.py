"""A job over a list of ids: which the next slice takes, and how it moves on."""

from __future__ import annotations

from jobs.models import Job


def next_ids(job: Job, size: int) -> list[int]:
    """The ids of the next slice; `params["ids"]` holds all of them, `cursor` how many are done."""
    ids: list[int] = job.params["ids"][job.cursor : job.cursor + size]
    return ids


def move_on(job: Job, size: int) -> bool:
    """Count the slice as done (not saved). Returns whether it was the last."""
    job.cursor += size
    job.done_count = min(job.cursor, job.total_count)
    return bool(job.cursor >= len(job.params["ids"]))
