from __future__ import annotations

from django.conf import settings
from django.db import models

from tenancy.models.base import OrganizationModel


class AuditEvent(OrganizationModel):
    """Who did what to which object, written in the transaction of the change. Holds no secret and no metric."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["organization", "-at"], name="audit_newest_first")]

    def __str__(self) -> str:
        return f"{self.verb} {self.label}".strip()
