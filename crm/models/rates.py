"""Prices of an influencer, and further addresses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Cast

from crm.enums import Network, PostKind
from tenancy.models import OrganizationModel
from tenancy.models.fields import AddressField


class Rate(OrganizationModel):
    """The price of one kind of post on one network."""

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey("crm.Influencer", on_delete=models.CASCADE, related_name="rates")
    network = models.CharField(max_length=10, choices=Network)
    kind = models.CharField(max_length=10, choices=PostKind)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    # Compared without telling whom: PostgreSQL lets an index answer under row-level security for such comparisons alone.
    sort_amount = models.GeneratedField(
        expression=Cast("amount", models.FloatField()),
        output_field=models.FloatField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "network", "kind"], name="rate_once_per_network_and_kind"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "currency", "sort_amount"],
                include=["amount", "network", "kind", "influencer"],
                name="rate_by_amount",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class OtherAddress(OrganizationModel):
    """A further e-mail address of an influencer. Mail goes to `Influencer.email`; this one finds and matches them."""

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="other_addresses"
    )
    email = AddressField()

    class Meta:
        verbose_name_plural = "other addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "email"], name="other_address_once_per_influencer"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "email"], name="influencer_by_other_address")
        ]

    def __str__(self) -> str:
        return self.email
