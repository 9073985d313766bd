"""The purgers of TikTok's tables: numbers over time, posts and profiles of the old source."""

from __future__ import annotations

from django.db import models

from tiktok.enums import Source
from tiktok.models import Creator, LegacyProfile, Video
from tiktok.models.snapshots import CREATOR_NUMBERS, bits_of
from tiktok.services.legacy.purgers import (
    TERMS,
    PartitionPurger,
    RowPurger,
    delete_rows,
    register_purger,
)

# What belongs to `profile_source`, and to `insights_fetched_at` where that is set.
PROFILE: dict[str, object] = {
    "follower_count": None, "like_count": None, "video_count": None, "display_name": "", "profile_image": "",
    "bio": "", "country": "", "profile_dialect": "", "profile_source": "", "profile_fetched_at": None,
}  # fmt: skip
INSIGHTS: dict[str, object] = {
    "average_views": None, "engagement_rate": None, "completion_rate": None, "creator_rate_amount": None,
    "creator_rate_currency": "", "audience_countries": None, "audience_genders": None, "audience_ages": None,
    "audience_locales": None, "unreadable": [],
}  # fmt: skip
ABSURD_INSIGHTS = bits_of(["average_views", "engagement_rate", "completion_rate"], CREATOR_NUMBERS)


def empty_profiles(rows: models.QuerySet[Creator]) -> int:
    """Creators stay (handle, ids and membership are not the old source's), and what they authorized; the rest goes."""
    rows.filter(insights_fetched_at=None).update(**INSIGHTS, absurd=0)
    return rows.update(**PROFILE, absurd=models.F("absurd").bitand(ABSURD_INSIGHTS))


register_purger(
    PartitionPurger(
        "video_snapshots",
        "Numbers of posts over time",
        TERMS,
        "tiktok_videosnapshot",
        "video_id",
    )
)
register_purger(
    PartitionPurger(
        "creator_snapshots",
        "Numbers of accounts over time",
        TERMS,
        "tiktok_creatorsnapshot",
        "creator_id",
    )
)
register_purger(
    RowPurger(
        "videos",
        "Posts: captions, images, latest numbers",
        TERMS,
        lambda: Video.objects.filter(source=Source.LEGACY),
        delete_rows,
    )
)
register_purger(
    RowPurger(
        "creator_profiles",
        "Latest numbers on account profiles",
        TERMS,
        lambda: Creator.objects.filter(profile_source=Source.LEGACY),
        empty_profiles,
    )
)
register_purger(
    RowPurger(
        "kept_profiles",
        "Old profiles, kept for a reversal of the cut-over",
        TERMS,
        lambda: LegacyProfile.objects.filter(source=Source.LEGACY),
        delete_rows,
    )
)
