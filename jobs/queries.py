"""Jobs as the pages show them."""

from __future__ import annotations

from django.db import models

from jobs.enums import FINISHED_STATES
from jobs.models import Job
from tenancy.models import User


def jobs_newest_first() -> models.QuerySet[Job]:
    """All jobs of the owner in scope, with who started them."""
    return Job.objects.select_related("actor").order_by("-pk")


def running_jobs(actor: User) -> models.QuerySet[Job]:
    """What this person started and what is not finished."""
    return Job.objects.filter(actor=actor).exclude(state__in=FINISHED_STATES)
