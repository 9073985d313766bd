from __future__ import annotations

from typing import ClassVar

from django.db import models

from crm.enums import TagColor
from crm.models.search import folded
from tenancy.models import OrganizationModel

NAME_LENGTH = 60


class Tag(OrganizationModel):
    """A word that influencers are sorted by. Names that only differ in case or accents are one tag."""

    name = models.CharField(max_length=NAME_LENGTH)
    color = models.CharField(max_length=10, choices=TagColor, default=TagColor.GREY)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization", folded(models.F("name")), name="tag_name_unique_per_organization"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Tagging(OrganizationModel):
    """An influencer has a tag."""

    group_path: ClassVar[str] = "influencer__group"

    influencer = models.ForeignKey(
        "crm.Influencer", on_delete=models.CASCADE, related_name="taggings"
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(  # read alone, under row-level security, too
                fields=["tag", "influencer"],
                include=["organization"],
                name="tagged_once_with_each_tag",
            )
        ]

    def __str__(self) -> str:
        return f"{self.influencer}: {self.tag}"
