from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenancy.models.base import OrganizationModel


class Group(OrganizationModel):
    """A part of the organization's influencers, with members of its own."""

    group_path: ClassVar[str] = "pk"

    name = models.CharField(max_length=120)
    key = models.SlugField(max_length=60, help_text="Names the group in addresses.")
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
    """A person works with a group; a member who is limited to groups sees the influencers of these alone."""

    group_path: ClassVar[str] = "group"

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        "tenancy.User", on_delete=models.CASCADE, related_name="group_memberships"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="group_member_once_per_group")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"
