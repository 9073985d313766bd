from __future__ import annotations

from django.db import models


class Lane(models.TextChoices):
    """A Celery queue of its own for each manner of waiting, so that none delays the others."""

    PERSON = "person", "What a person waits for"
    POLLS = "polls", "Polls"
    MAIL = "mail", "Mail"
    BULK = "bulk", "Long work"


class JobState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


FINISHED_STATES = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
