from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenancy.models import Group, OrganizationModel


class GroupBranding(OrganizationModel):
    """The words and the logo that applications to a group begin with."""

    group_path: ClassVar[str] = "group"

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="branding")
    application_text = models.TextField(blank=True, max_length=4000)
    logo = models.ForeignKey(
        "files.File", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"Branding of {self.group}"
