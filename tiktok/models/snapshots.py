"""Facts, appended: one row per object, source and time bucket; never edited, loaded by `services.facts` only.

The snapshots are partitioned (see migrations `0002` and `0013`): rows of the old source by organization, TikTok's own by month. Readings of posts
older than 90 days move on to `VideoQuarter`; `VideoReading` reads both. None of these tables carries a foreign key;
`organization_id` is under row-level security like everything else.

`falling` and `absurd` are sets of numbers as bits: bit n stands for the n-th of CREATOR_NUMBERS or VIDEO_NUMBERS. The
order is stored: new numbers go to the end.

`details` is what TikTok reported beside the numbers (CREATOR_DETAILS, VIDEO_DETAILS), kept with the reading that changed it;
None: as in the reading before, or never reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenancy.models import OrganizationModel
from tenancy.models.base import OrganizationManager
from tiktok.enums import Source

CREATOR_NUMBERS = (
    "follower_count", "like_count", "video_count", "average_views", "engagement_rate", "completion_rate",
)  # fmt: skip
VIDEO_NUMBERS = (
    "video_views", "likes", "comments", "shares", "total_engagements", "engagement_rate", "reach",
    "total_play_time", "average_play_time", "video_completion_rate",
)  # fmt: skip

CREATOR_DETAILS = ("audience_countries", "audience_genders", "audience_ages", "audience_locales", "creator_rate")  # fmt: skip
VIDEO_DETAILS = ("retention", "audience_age", "audience_gender", "audience_geography", "audience_country")  # fmt: skip


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
    details = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "tiktok_creatorsnapshot"

    def __str__(self) -> str:
        return f"{self.creator_id} {self.bucket_at:%Y-%m-%d}"


class VideoNumbers(models.Model):
    """The numbers of a post at a moment. Play times in seconds, rates as fractions."""

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
    details = models.JSONField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.video_id} {self.bucket_at:%Y-%m-%d %H}:00"


class VideoSnapshot(VideoNumbers, OrganizationModel):
    """A post's numbers at a moment of the last 90 days. Bucket: the hour."""

    class Meta:
        managed = False
        db_table = "tiktok_videosnapshot"


class VideoQuarter(OrganizationModel):
    """The last readings of a post's days in one quarter, for good: one element of each array is a day of one source.

    Days without a sync are missing; an array is None where none of its days has that number. Never of the old source (the
    database refuses it).
    """

    pk = models.CompositePrimaryKey("video_id", "source", "begins_on")
    video_id = models.BigIntegerField()
    source = models.CharField(max_length=20, choices=Source)
    begins_on = models.DateField()
    fetched_at = ArrayField(models.DateTimeField())
    video_views = ArrayField(models.BigIntegerField(null=True), null=True)
    likes = ArrayField(models.BigIntegerField(null=True), null=True)
    comments = ArrayField(models.BigIntegerField(null=True), null=True)
    shares = ArrayField(models.BigIntegerField(null=True), null=True)
    total_engagements = ArrayField(models.BigIntegerField(null=True), null=True)
    engagement_rate = ArrayField(models.FloatField(null=True), null=True)
    reach = ArrayField(models.BigIntegerField(null=True), null=True)
    total_play_time = ArrayField(models.FloatField(null=True), null=True)
    average_play_time = ArrayField(models.FloatField(null=True), null=True)
    video_completion_rate = ArrayField(models.FloatField(null=True), null=True)
    falling = ArrayField(models.SmallIntegerField(), null=True)
    absurd = ArrayField(models.SmallIntegerField(), null=True)
    details = ArrayField(models.JSONField(null=True), null=True)

    class Meta:
        managed = False
        db_table = "tiktok_videoquarter"

    def __str__(self) -> str:
        return f"{self.video_id} from {self.begins_on:%Y-%m-%d}"


class VideoReading(VideoNumbers):
    """All that is kept of a post's numbers over time, both tiers in one: by the hour for 90 days, then the last of each day.

    A view under the policies of the two tables. To be read only.
    """

    organization = models.ForeignKey(
        "tenancy.Organization", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )

    objects = OrganizationManager()

    class Meta:
        managed = False
        db_table = "tiktok_videoreading"
