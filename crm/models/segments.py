from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from crm.enums import Density
from tenancy.models import OrganizationModel

NAME_LENGTH = 80


class Segment(OrganizationModel):
    """A saved filter of the list of influencers: its owner's, or shared with the organization.

    `filters` are the values of `f` in the list's address (`crm.policies.filters`), and `sort` its order, so that a segment
    and an address mean the same.
    """

    name = models.CharField(max_length=NAME_LENGTH)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="segments"
    )
    is_shared = models.BooleanField(default=False)
    filters = models.JSONField(default=list)
    sort = models.CharField(max_length=80, blank=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class ListLayout(OrganizationModel):
    """How one member wants the list of influencers: which columns, in which order, how dense."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    columns = ArrayField(models.CharField(max_length=80), default=list)
    density = models.CharField(max_length=12, choices=Density, default=Density.COMFORTABLE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="list_layout_once_per_member"
            )
        ]

    def __str__(self) -> str:
        return f"Columns of {self.user}"
