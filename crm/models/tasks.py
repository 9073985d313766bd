from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from tenancy.models import OrganizationModel


class Task(OrganizationModel):
    """Something a member has to do about an influencer."""

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey("crm.Influencer", on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=200)
    due_on = models.DateField(null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tasks",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "assignee", "due_on", "id"],
                condition=models.Q(done_at=None),
                name="task_open_by_assignee",
            )
        ]

    def __str__(self) -> str:
        return self.title
