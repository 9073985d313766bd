from __future__ import annotations

from django.conf import settings
from django.db import models

from tenancy.models import OrganizationModel


class Group(OrganizationModel):
    """A part of the organization's influencers, with people of its own and its own words and logo on applications."""

    name = models.CharField(max_length=120)
    key = models.SlugField(max_length=60, help_text="Names the group in addresses.")
    application_text = models.TextField(blank=True, max_length=4000)
    logo = models.ForeignKey(
        "files.File", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key"], name="group_key_unique_per_organization"
            )
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(OrganizationModel):
    """A person of the organization who works with a group."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="group_memberships"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="group_member_once_per_group")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"
