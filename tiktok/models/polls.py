from __future__ import annotations

from django.db import models

from tenancy.models import Organization
from tiktok.enums import PollKind, Trouble


class Poll(models.Model):
    """One recurring look at TikTok. Rows are the queue: claimed with SKIP LOCKED, finished by a fenced update.

    Holds ids, times and words of ours only, so the pump may see the polls of all organizations; each piece of work opens its
    own scope.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=PollKind)
    subject_id = models.BigIntegerField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    trouble = models.CharField(
        max_length=20, choices=Trouble, blank=True, default="", db_default=""
    )
    last_finished_at = models.DateTimeField(null=True, blank=True)
    stopped_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "organization", "subject_id"], name="poll_unique_per_subject"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(stopped_reason=""), name="poll_due_first"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
