"""Jobs as the pages show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from jobs.enums import FINISHED_STATES
from jobs.models import Job, Work
from jobs.models.work import GIVEN_UP, STOPPED_AS_LOST
from tenancy.models import OwnedModel, User
from tenancy.scope import current_groups


def jobs_seen(reader: User) -> models.QuerySet[Job]:
    """The jobs of the organization in scope; of a reader who sees some groups only, their own."""
    jobs = Job.objects.select_related("actor")
    return jobs if current_groups() is None else jobs.filter(actor=reader)


def running_jobs() -> models.QuerySet[Job]:
    """The unfinished jobs of the owner in scope."""
    return Job.objects.exclude(state__in=FINISHED_STATES)


def work_of(kind: str, row: OwnedModel) -> Work | None:
    """The work of this kind on an owner's row; None when there is none to be done."""
    owner = row.owner._asdict()
    return Work.objects.filter(kind=kind, subject_id=row.pk, **owner).first()


def next_try_at(job: Job) -> datetime | None:
    """The time at which a postponed job goes on, after another service could not answer; None while it is not postponed."""
    owner = job.owner._asdict()
    rows = Work.objects.filter(kind__startswith="job", subject_id=job.pk, **owner)
    postponed = (
        rows.filter(stopped_reason="")
        .exclude(postponed_reason="")
        .filter(due_at__gt=timezone.now())
    )
    return postponed.values_list("due_at", flat=True).first()


def failed_work() -> list[tuple[str, int]]:
    """How many rows of work of each kind were given up, or stopped because they killed their workers."""
    failed = Work.objects.filter(
        Q(stopped_reason=STOPPED_AS_LOST) | Q(stopped_reason__startswith=GIVEN_UP)
    )
    return list(failed.order_by("kind").values_list("kind").annotate(count=Count("pk")))


def links_to(
    model: type[models.Model], address: str, param: str, label: Callable[[Any], str] = str
) -> Callable[[Sequence[Job]], dict[int, tuple[str, str, int]]]:
    """`JobKind.about` as a link to the row whose id stands in this parameter of a job, while it is there."""

    def links(jobs: Sequence[Job]) -> dict[int, tuple[str, str, int]]:
        ids = {job.pk: job.params[param] for job in jobs}
        rows = model._default_manager.in_bulk(ids.values())
        return {job: (address, label(rows[pk]), pk) for job, pk in ids.items() if pk in rows}

    return links
