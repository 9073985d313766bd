"""Facts, appended: one row per object, source and time bucket; never edited, loaded by `services.snapshots` only.

The snapshots are partitioned (see migration `0002`): rows of the old source apart, TikTok's own by month. None of these
tables carries a foreign key; `organization_id` is under row-level security like everything else.

`falling` and `absurd` are sets of numbers as bits: bit n stands for the n-th of CREATOR_NUMBERS or VIDEO_NUMBERS. The
order is stored: new numbers go to the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models

from tenancy.models import OrganizationModel
from tiktok.enums import Source

CREATOR_NUMBERS = (
    "follower_count", "like_count", "video_count", "average_views", "engagement_rate", "completion_rate",
)  # fmt: skip
VIDEO_NUMBERS = (
    "video_views", "likes", "comments", "shares", "total_engagements", "engagement_rate", "reach",
    "total_play_time", "average_play_time", "video_completion_rate",
)  # fmt: skip


def bits_of(names: Iterable[str], numbers: Sequence[str]) -> int:
    """Some of CREATOR_NUMBERS or VIDEO_NUMBERS as `falling` and `absurd` hold them."""
    return sum(1 << numbers.index(name) for name in names)


def names_of(bits: int, numbers: Sequence[str]) -> set[str]:
    """The other way round."""
    return {name for place, name in enumerate(numbers) if bits >> place & 1}


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
    absurd = models.SmallIntegerField(default=0)

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
    falling = models.SmallIntegerField(default=0)
    absurd = models.SmallIntegerField(default=0)

    class Meta:
        managed = False
        db_table = "tiktok_videosnapshot"

    def __str__(self) -> str:
        return f"{self.video_id} {self.bucket_at:%Y-%m-%d %H}:00"


class VideoDay(OrganizationModel):
    """A post's counters as they were last seen on a UTC day, from whatever source; rolled up by the loader.

    For series over many posts. Never of the old source (the database refuses it). A day without a sync is missing.
    """

    pk = models.CompositePrimaryKey("video_id", "day")
    video_id = models.BigIntegerField()
    day = models.DateField()
    source = models.CharField(max_length=20, choices=Source)
    fetched_at = models.DateTimeField()
    video_views = models.BigIntegerField(null=True)
    likes = models.BigIntegerField(null=True)
    comments = models.BigIntegerField(null=True)
    shares = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "tiktok_videoday"

    def __str__(self) -> str:
        return f"{self.video_id} {self.day:%Y-%m-%d}"
