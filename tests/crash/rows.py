"""An invented job with an effect that can be counted: it writes a row for each of its steps."""

from __future__ import annotations

import time

from jobs.models import Job
from jobs.services.jobs import JobKind, register_job
from tiktok.models import Creator

KIND = "test.rows"
SLICE = 1000
SLICE_SECONDS = 0.3


def write_rows(job: Job, _: object) -> bool:
    """A row that is there already is refused by the database."""
    numbers = range(job.cursor, min(job.cursor + SLICE, job.total_count))
    Creator.objects.bulk_create(Creator(handle=f"row_{job.pk}_{number}") for number in numbers)
    time.sleep(SLICE_SECONDS)
    job.cursor += SLICE
    job.done_count = min(job.cursor, job.total_count)
    job.count("written", len(numbers))
    return job.done_count == job.total_count


def register() -> None:
    """Make the kind known in this process."""
    register_job(JobKind(KIND, "Write rows", {"written": "rows written"}, apply=write_rows))
