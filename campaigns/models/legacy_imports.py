from __future__ import annotations

from django.db import models

from jobs.models import Job
from tenancy.models import OrganizationModel


class LegacyRemark(OrganizationModel):
    """A remark on a line of a file of the old source: why it was refused, or what of it was left out. Gone with the purge."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    line = models.PositiveBigIntegerField()
    is_refusal = models.BooleanField(default=True)
    reason = models.CharField(max_length=400)

    class Meta:
        indexes = [models.Index(fields=["job", "line"], name="legacy_remark_by_line")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
