from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from crm.models.search import folded
from tenancy.models import OrganizationModel

NAME_LENGTH = 120


class List(OrganizationModel):
    """Influencers put together by hand."""

    name = models.CharField(max_length=NAME_LENGTH)
    description = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization", folded(models.F("name")), name="list_name_unique_per_organization"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ListEntry(OrganizationModel):
    """An influencer is on a list."""

    group_path: ClassVar[str] = "influencer__group"

    list = models.ForeignKey(List, on_delete=models.CASCADE, related_name="entries", db_index=False)
    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="list_entries"
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "list entries"
        constraints = [
            models.UniqueConstraint(  # read alone, under row-level security, too
                fields=["list", "influencer"],
                include=["organization"],
                name="listed_once_on_each_list",
            )
        ]

    def __str__(self) -> str:
        return f"{self.influencer} on {self.list}"
