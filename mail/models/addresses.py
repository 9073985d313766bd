from __future__ import annotations

from django.db import models

from tenancy.models import OrganizationModel
from tenancy.models.fields import AddressField


class Address(OrganizationModel):
    """What an organization knows about writing to an e-mail address: that it bounced, complained or unsubscribed."""

    address = AddressField()
    bounced_at = models.DateTimeField(null=True, blank=True)
    complained_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "address"], name="address_unique_per_organization"
            )
        ]

    def __str__(self) -> str:
        return f"address {self.pk}"
