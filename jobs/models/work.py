from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest

# A row that lost so many leases is tried alone, and stopped when it loses one more.
MOST_LOST_LEASES = 3
STOPPED_AS_LOST = f"Its worker was killed {MOST_LOST_LEASES + 1} times while it was worked on, the last time alone."
GIVEN_UP = "Given up after"


class Work(models.Model):
    """One piece of due work. Rows are the queue: claimed with SKIP LOCKED, finished by an update fenced by the lease.

    Holds ids, times and words of ours only, so a worker may see the work of all organizations; each piece of work opens
    its own scope. `subject_id` is the primary key of the row worked on, whose table follows from `kind`. `available_at`
    is when it may be claimed: it is due, and no lease runs.
    """

    kind = models.CharField(max_length=40)
    organization = models.ForeignKey(
        "tenancy.Organization", null=True, on_delete=models.CASCADE, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    subject_id = models.BigIntegerField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    available_at = models.GeneratedField(
        expression=Greatest("due_at", "lease_until"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    attempts = models.PositiveIntegerField(default=0)
    lost_leases = models.PositiveIntegerField(default=0)
    postponed_reason = models.CharField(max_length=40, blank=True)
    stopped_reason = models.CharField(max_length=200, blank=True)
    last_finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "work"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "organization", "person", "subject_id"],
                nulls_distinct=False,
                name="work_unique_per_subject",
            )
        ]
        indexes = [
            models.Index(
                Coalesce("organization", 0),
                "kind",
                "available_at",
                condition=Q(stopped_reason="", lost_leases__lt=MOST_LOST_LEASES),
                name="work_due_by_owner_and_kind",
            ),
            models.Index(
                fields=["available_at"],
                condition=Q(stopped_reason="", lost_leases__gte=MOST_LOST_LEASES),
                name="work_to_be_tried_alone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
