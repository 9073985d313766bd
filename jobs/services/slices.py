"""Long lists in slices, and a job over a list of ids: which the next slice takes, and how it moves on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from jobs.models import Job

T = TypeVar("T")


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """`items` in lists of at most `size`, read no faster than they are taken."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def next_ids(job: Job, size: int) -> list[int]:
    """The ids of the next slice; `params["ids"]` holds all of them, `cursor` how many are done."""
    ids: list[int] = job.params["ids"][job.cursor : job.cursor + size]
    return ids


def move_on(job: Job, size: int) -> bool:
    """Count the slice as done (not saved). Returns whether it was the last."""
    job.cursor += size
    job.done_count = min(job.cursor, job.total_count)
    return bool(job.cursor >= len(job.params["ids"]))
