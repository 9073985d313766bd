from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from crm.enums import CHANGED_STATES, BulkState
from jobs.enums import JobState
from jobs.models import Job
from tenancy.models import OrganizationModel

UNDO_FOR = timedelta(days=30)


class BulkAction(OrganizationModel):
    """One action on many influencers: selected, previewed, done by a job, and undone by another one.

    `ids` are the influencers who were selected; without them it is everybody whom `search` and `filters` (the values of
    `f` in the list's address) keep, up to `last_id`: who is added later is not taken in. `choice` names the tag, the list
    or what else was chosen, `label` says it for pages. `counts` says how many results have each state. `kept` is the tag or
    list that it has deleted, as texts, until that is undone.
    """

    kind = models.CharField(max_length=30)
    ids = ArrayField(models.BigIntegerField(), default=list)
    search = models.CharField(max_length=100, blank=True)
    filters = models.JSONField(default=list)
    last_id = models.BigIntegerField(default=0)
    choice = models.CharField(max_length=50, blank=True)
    label = models.CharField(max_length=200, blank=True)
    counts = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    undo_job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    begun_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.kind

    @property
    def running_job(self) -> Job | None:
        """The job that does it or undoes it, while it is unfinished."""
        jobs = (self.undo_job, self.job)
        return next((job for job in jobs if job is not None and not job.is_finished), None)

    @property
    def changed_count(self) -> int:
        """How many were changed, wholly or partly, and are not undone."""
        return sum(self.counts.get(state, 0) for state in CHANGED_STATES)

    @property
    def undo_until(self) -> datetime:
        return (self.begun_at or self.created_at) + UNDO_FOR

    @property
    def has_undo_left(self) -> bool:
        """Is something done that may still be undone, and nothing under way?"""
        is_undone = self.undo_job is not None and self.undo_job.state == JobState.DONE
        is_open = self.job is not None and self.running_job is None and not is_undone
        is_something = self.changed_count > 0 or bool(self.kept)
        return is_open and is_something and timezone.now() < self.undo_until


class BulkResult(OrganizationModel):
    """The result of a bulk action for one influencer. `trace` is what undoing needs: the tagging made, the group before."""

    group_path: ClassVar[str] = "influencer__group"

    action = models.ForeignKey(
        BulkAction, on_delete=models.CASCADE, related_name="results", db_index=False
    )
    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="bulk_results"
    )
    state = models.CharField(max_length=10, choices=BulkState)
    reason = models.CharField(max_length=300, blank=True)
    trace = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["action", "influencer"], name="bulk_result_once_per_influencer"
            )
        ]
        indexes = [models.Index(fields=["action", "state", "id"], name="bulk_result_by_state")]

    def __str__(self) -> str:
        return f"{self.influencer_id}: {self.state}"
