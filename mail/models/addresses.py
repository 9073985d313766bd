from __future__ import annotations

from django.db import models

from tenancy.models import OrganizationModel
from tenancy.models.fields import AddressField


class Address(OrganizationModel):
    """The marks of an e-mail address in an organization: bounced, complained, unsubscribed."""

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
