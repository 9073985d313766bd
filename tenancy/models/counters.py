"""Counts and sums that pages show, kept by triggers of the database, so that no page counts what grows."""

from __future__ import annotations

from django.db import models

from tenancy.models.base import OrganizationModel
from tenancy.scope import current_organization_id


class Counter(OrganizationModel):
    """A change of a number of the organization, or of one of its campaigns; the number is the sum of its changes.

    Writers only append: none waits for another, and none can lose another's change. `fold_counters` adds up what has come
    together. The triggers are those that call `tenancy_count`; which numbers they keep stands in their arguments.
    """

    # Deleting an organization's rows counts too. The constraint stands in the migration, so that what is counted until the
    # very end goes with the organization.
    organization = models.ForeignKey(
        "tenancy.Organization",
        on_delete=models.CASCADE,
        default=current_organization_id,
        editable=False,
        db_constraint=False,
    )
    subject_id = models.BigIntegerField(default=0)  # of the campaign; 0 for the whole organization
    name = models.CharField(max_length=40)
    amount = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "subject_id", "name"],
                include=["amount"],
                name="counter_by_subject",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.amount:+}"
