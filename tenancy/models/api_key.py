from __future__ import annotations

import hashlib

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from tenancy.enums import Scope
from tenancy.models.organization import Organization


class ApiKey(models.Model):
    """A machine's way in. `prefix.secret`: the secret is shown once, its SHA-256 is kept.

    Looked up before an organization is known, hence no tenant policy.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    created_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def scope_labels(self) -> str:
        return ", ".join(Scope(each).label for each in self.scopes)


def digest(secret: str) -> str:
    """SHA-256 of a key's secret part (256 random bits: a slow hash would buy nothing)."""
    return hashlib.sha256(secret.encode()).hexdigest()
