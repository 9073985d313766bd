"""The purgers of TikTok's tables: numbers over time, posts and profiles of the old source."""

from __future__ import annotations

from django.db import models

from tiktok.enums import Source
from tiktok.models import Creator, LegacyProfile, Video
from tiktok.services.legacy.purgers import (
    TERMS,
    PartitionPurger,
    RowPurger,
    delete_rows,
    register_purger,
)


def empty_profiles(rows: models.QuerySet[Creator]) -> int:
    """Creators stay (handle and membership are not the old source's); their numbers go."""
    return rows.update(
        follower_count=None,
        like_count=None,
        video_count=None,
        engagement_rate=None,
        display_name="",
        profile_image="",
        bio="",
        profile_source="",
        profile_fetched_at=None,
    )


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
