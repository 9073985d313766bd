from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from tenancy.models import OrganizationModel


class Removal(OrganizationModel):
    """A row that a member deleted, kept as texts for thirty days so that it can be undone, with the rows that went along.

    `model` and `row_id` say which row it was. It goes with the influencer it was about, and then for good; a segment is about
    nobody. `file` is the row's, if it has one: its content stays as long.
    """

    group_path: ClassVar[str] = "influencer__group"

    model = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    influencer = models.ForeignKey(
        "crm.Influencer", null=True, on_delete=models.CASCADE, related_name="removals"
    )
    file = models.ForeignKey("files.File", null=True, on_delete=models.CASCADE, related_name="+")
    kept = models.JSONField(default=dict)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    removed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.model} {self.row_id}"
