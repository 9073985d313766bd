from __future__ import annotations

from django.conf import settings
from django.db import models

from tenancy.models.base import OrganizationModel


class Submission(OrganizationModel):
    """One submission of a form that makes something, and the id of what it has made; kept for a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=64)
    made_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "token"], name="submission_has_one_effect"
            )
        ]
        indexes = [models.Index(fields=["organization", "created_at"], name="submission_by_age")]

    def __str__(self) -> str:
        return f"Submission {self.pk}"
