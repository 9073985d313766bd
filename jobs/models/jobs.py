from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import MD5, Cast, Coalesce

from jobs.enums import FINISHED_STATES, JobState
from tenancy.models import OwnedModel


class Job(OwnedModel):
    """Long work of a person, done in slices by a worker: what it is, how far it is, and what came of it.

    `cursor` says where the next slice begins, in the words of the kind. `outcome` holds rows of a key that the kind puts
    into words, a count, and a few links: (name of the address, ids).
    """

    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    params = models.JSONField(default=dict)
    cursor = models.JSONField(default=int)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(default=list)
    problem = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Whoever clicks twice gets the job that runs.
            models.UniqueConstraint(
                Coalesce("organization", 0),
                Coalesce("person", 0),
                Coalesce("actor", 0),
                "kind",
                MD5(Cast("params", models.TextField())),
                condition=models.Q(finished_at=None, cancel_requested_at=None),
                name="job_unfinished_once_per_wish",
            )
        ]
        indexes = [models.Index(fields=["organization", "-id"], name="job_newest_first")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED_STATES

    def count(self, key: str, number: int = 1, *links: tuple[Any, ...]) -> None:
        """Add to the outcome's row of this key (not saved); of links the first few are kept."""
        row = next((row for row in self.outcome if row["key"] == key), None)
        if row is None:
            row = {"key": key, "count": 0, "links": []}
            self.outcome.append(row)
        row["count"] += number
        row["links"] = [*row["links"], *map(list, links)][:MOST_LINKS]


MOST_LINKS = 10
