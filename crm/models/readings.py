"""Numbers of accounts on networks other than TikTok, as somebody brought them in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from crm.enums import ReadingSource
from tenancy.models import OrganizationModel

READING_COUNTS = ("followers", "posts", "likes", "average_likes")


class AccountReading(OrganizationModel):
    """An account's numbers at a moment, with their source. Absent is None, never 0. Rates are fractions.

    TikTok's own numbers are snapshots of `tiktok`; no reading belongs to a TikTok account.
    """

    group_path: ClassVar[str] = "account__influencer__group"

    account = models.ForeignKey(
        "crm.SocialAccount", on_delete=models.CASCADE, related_name="readings", db_index=False
    )
    source = models.CharField(max_length=10, choices=ReadingSource)
    read_at = models.DateTimeField()
    followers = models.BigIntegerField(null=True, blank=True)
    posts = models.BigIntegerField(null=True, blank=True)
    likes = models.BigIntegerField(null=True, blank=True)
    average_likes = models.BigIntegerField(null=True, blank=True)
    engagement_rate = models.FloatField(null=True, blank=True)
    imported_by = models.ForeignKey(
        "crm.Import", null=True, blank=True, on_delete=models.SET_NULL, related_name="readings"
    )

    class Meta:
        indexes = [models.Index(fields=["account", "-read_at"], name="reading_newest_first")]

    def __str__(self) -> str:
        return f"{self.account} {self.read_at:%Y-%m-%d}"
