"""Keep what TikTok reports beside the numbers (audience, retention, a rate) with the reading that changed it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from tiktok.models import CREATOR_DETAILS, VIDEO_DETAILS, Creator, CreatorSnapshot, Video

Details = dict[str, Any]
KEEP = """
UPDATE tiktok_videosnapshot reading SET details = changed.details
FROM unnest(%s::bigint[], %s::text[]::jsonb[]) AS changed (video_id, details)
WHERE reading.video_id = changed.video_id AND reading.source = %s AND reading.bucket_at = date_trunc('hour', %s, 'UTC')
"""


def video_details(video: Video) -> Details:
    """The VIDEO_DETAILS that the row carries."""
    return {name: value for name in VIDEO_DETAILS if (value := getattr(video, name)) is not None}


def creator_details(creator: Creator) -> Details:
    """The CREATOR_DETAILS that the row carries."""
    amount, currency = creator.creator_rate_amount, creator.creator_rate_currency
    rate = None if amount is None else {"amount": f"{amount:.2f}", "currency": currency}
    values = [getattr(creator, name) for name in CREATOR_DETAILS[:-1]] + [rate]
    pairs = zip(CREATOR_DETAILS, values, strict=True)
    return {name: value for name, value in pairs if value is not None}


def keep_video_details(
    videos: Iterable[Video], before: Mapping[int, Details], *, source: str, fetched_at: datetime
) -> None:
    """Keep with the reading of the hour what differs from `before`: details by the videos' keys."""
    changed = {
        video.pk: json.dumps(details)
        for video in videos
        if (details := video_details(video)) != before[video.pk]
    }
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [list(changed), list(changed.values()), source, fetched_at])


def keep_creator_details(creator: Creator, before: Details) -> None:
    """Keep with the reading of the day what differs from `before`."""
    details = creator_details(creator)
    if details != before and creator.profile_fetched_at:
        CreatorSnapshot.objects.filter(
            creator_id=creator.pk,
            source=creator.profile_source,
            fetched_at=creator.profile_fetched_at,
        ).update(details=details)
