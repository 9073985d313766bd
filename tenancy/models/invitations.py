from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from tenancy.enums import Role
from tenancy.models.base import OrganizationModel
from tenancy.models.fields import AddressField


class Invitation(OrganizationModel):
    """A person was asked by e-mail to become a member. The link's secret is mailed; its SHA-256 is kept.

    Pending until accepted, revoked or expired. Sent again, it has a new secret: the older link no longer works.
    """

    email = AddressField()
    role = models.CharField(max_length=10, choices=Role)
    is_limited = models.BooleanField(default=False)
    group_ids = ArrayField(models.BigIntegerField(), default=list)
    digest = models.CharField(max_length=64, editable=False)
    invited_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    IS_OPEN: ClassVar[models.Q] = models.Q(accepted_at=None, revoked_at=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once_per_address",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()
