from __future__ import annotations

from typing import ClassVar

from django.db import models

from crm.enums import AccessKind
from tenancy.enums import Role
from tenancy.models import OrganizationModel


class AccessEntry(OrganizationModel):
    """Somebody of the organization read data of an influencer, or of all: one row for each kind, role and UTC day.

    `influencer` None: a list was read in which anybody may stand; `campaign_id`: of the campaign whose report was read. `role`
    is empty for a program with an API key and for a client with a link. `at` is the first time of that day. Exports are in
    the stream of events already, and stand in no row here.
    """

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey(
        "crm.Influencer", null=True, on_delete=models.CASCADE, related_name="accesses"
    )
    campaign_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=10, choices=AccessKind)
    role = models.CharField(max_length=10, choices=Role, blank=True)
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "influencer", "campaign_id", "kind", "role", "day"],
                nulls_distinct=False,
                name="access_once_a_day",
            )
        ]
        indexes = [models.Index(fields=["organization", "-at"], name="access_newest_first")]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"
