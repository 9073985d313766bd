"""Facts, appended: one row per object, source and time bucket; never edited, loaded by `services.snapshots` only.

Both tables are partitioned (see migration `0002`): rows of the old source apart, TikTok's own by month. They carry no
foreign keys; `organization_id` is under row-level security like everything else.
"""

from __future__ import annotations

from django.db import models

from tenancy.models import OrganizationModel
from tiktok.enums import Source


class CreatorSnapshot(OrganizationModel):
    """An account's numbers at a moment. Bucket: the UTC day."""

    pk = models.CompositePrimaryKey("creator_id", "source", "bucket_at")
    creator_id = models.BigIntegerField()
    source = models.CharField(max_length=20, choices=Source)
    bucket_at = models.DateTimeField()
    fetched_at = models.DateTimeField()
    follower_count = models.BigIntegerField(null=True)
    like_count = models.BigIntegerField(null=True)
    video_count = models.BigIntegerField(null=True)
    average_views = models.FloatField(null=True)
    engagement_rate = models.FloatField(null=True)
    completion_rate = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "tiktok_creatorsnapshot"

    def __str__(self) -> str:
        return f"{self.creator_id} {self.bucket_at:%Y-%m-%d}"


class VideoSnapshot(OrganizationModel):
    """A post's numbers at a moment. Bucket: the hour. Play times in seconds, rates as fractions."""

    pk = models.CompositePrimaryKey("video_id", "source", "bucket_at")
    video_id = models.BigIntegerField()
    source = models.CharField(max_length=20, choices=Source)
    bucket_at = models.DateTimeField()
    fetched_at = models.DateTimeField()
    video_views = models.BigIntegerField(null=True)
    likes = models.BigIntegerField(null=True)
    comments = models.BigIntegerField(null=True)
    shares = models.BigIntegerField(null=True)
    total_engagements = models.BigIntegerField(null=True)
    engagement_rate = models.FloatField(null=True)
    reach = models.BigIntegerField(null=True)
    total_play_time = models.FloatField(null=True)
    average_play_time = models.FloatField(null=True)
    video_completion_rate = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "tiktok_videosnapshot"

    def __str__(self) -> str:
        return f"{self.video_id} {self.bucket_at:%Y-%m-%d %H}:00"
