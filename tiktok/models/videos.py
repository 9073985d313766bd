from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from tenancy.models import OrganizationModel
from tiktok.enums import Flag, Source
from tiktok.models.accounts import Creator
from tiktok.models.snapshots import VIDEO_NUMBERS, names_of
from tiktok.policies import still_answers


class Video(OrganizationModel):
    """A video published on TikTok, and its latest numbers.

    Counters (views, likes, comments, shares) carry `counts_source` and `counts_fetched_at`; what only the order report
    supplies carries `report_fetched_at`. Play times in seconds, rates as fractions, absent is None. A legacy row stands
    beside TikTok's own row of the same video until it is purged.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="videos")
    tiktok_video_id = models.CharField(max_length=40)
    source = models.CharField(max_length=20, choices=Source)
    published_at = models.DateTimeField()
    caption = models.TextField(blank=True)
    url = models.URLField(max_length=500)
    embed_url = models.URLField(max_length=1000, blank=True)
    thumbnail_url = models.URLField(max_length=1000, blank=True)

    video_views = models.BigIntegerField(null=True)
    likes = models.BigIntegerField(null=True)
    comments = models.BigIntegerField(null=True)
    shares = models.BigIntegerField(null=True)
    counts_source = models.CharField(max_length=20, choices=Source)
    counts_fetched_at = models.DateTimeField()

    total_engagements = models.BigIntegerField(null=True)
    engagement_rate = models.FloatField(null=True)
    reach = models.BigIntegerField(null=True)
    total_play_time = models.FloatField(null=True)
    average_play_time = models.FloatField(null=True)
    video_completion_rate = models.FloatField(null=True)
    retention = models.JSONField(
        null=True
    )  # [1.0, 0.71, …]: share still watching at second 0, 1, …
    audience_age = models.JSONField(null=True)  # [{"name": "18-24", "fraction": 0.3}, …]
    audience_gender = models.JSONField(null=True)
    audience_geography = models.JSONField(null=True)
    audience_country = models.JSONField(null=True)
    # Beside the numbers: `sources` (views by source), `organic` and `paid` (numbers of each), `benchmarks` (TikTok's [P25, P50]).
    breakdown = models.JSONField(default=dict, db_default={}, editable=False)
    report_fetched_at = models.DateTimeField(null=True, blank=True)
    # Which of the numbers above fell, and which cannot be right: bits as in the snapshots.
    falling = models.SmallIntegerField(default=0, db_default=0, editable=False)
    absurd = models.SmallIntegerField(default=0, db_default=0, editable=False)
    # Since when TikTok, asked for this video by its id, does not name it: deleted, or private.
    unlisted_since = models.DateTimeField(null=True, blank=True, editable=False)
    # Which metrics are missing because TikTok's last answer could not be read there.
    unreadable = ArrayField(
        models.CharField(max_length=40), default=list, db_default=[], editable=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "tiktok_video_id"],
                condition=~models.Q(source=Source.LEGACY),
                name="video_unique_per_organization",
            ),
            models.UniqueConstraint(
                fields=["organization", "tiktok_video_id"],
                condition=models.Q(source=Source.LEGACY),
                name="legacy_video_unique_per_organization",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "creator", "-published_at"], name="video_newest_first"
            ),
            models.Index(
                fields=["organization", "-published_at", "-id"], name="video_newest_of_all_first"
            ),
        ]

    def __str__(self) -> str:
        return self.caption[:60] or self.tiktok_video_id

    @property
    def cover(self) -> str:
        """The address of the picture at TikTok, empty once TikTok no longer answers there."""
        return self.thumbnail_url if still_answers(self.thumbnail_url, timezone.now()) else ""

    @property
    def counted_at(self) -> datetime | None:
        """The time of its counters; None for one of the old source that has none: nobody knows when it was seen."""
        counts = (self.video_views, self.likes, self.comments, self.shares)
        is_untimed = self.counts_source == Source.LEGACY and counts == (None,) * len(counts)
        return None if is_untimed else self.counts_fetched_at

    @property
    def half_way_retention(self) -> float | None:
        """Share of viewers still watching half-way through (from the retention curve)."""
        return self.retention[len(self.retention) // 2] if self.retention else None

    @property
    def flags(self) -> dict[str, Flag]:
        """The flags of the latest numbers, by their names; empty for most videos."""
        if not (self.falling or self.absurd):
            return {}
        falling = dict.fromkeys(names_of(self.falling, VIDEO_NUMBERS), Flag.FALLING)
        return falling | dict.fromkeys(names_of(self.absurd, VIDEO_NUMBERS), Flag.ABSURD)
