"""Creators that the organization follows no longer, with everything that was read of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from jobs.services.queue import forget
from tiktok.enums import PollKind
from tiktok.models import Creator, CreatorSnapshot, Video, VideoQuarter, VideoSnapshot


@transaction.atomic
def remove_creators(creator_ids: Sequence[int]) -> None:
    """Delete creators that no account refers to any more, their videos and facts, and ask TikTok no longer."""
    videos = list(Video.objects.filter(creator_id__in=creator_ids).values_list("pk", flat=True))
    VideoSnapshot.objects.filter(video_id__in=videos).delete()
    VideoQuarter.objects.filter(video_id__in=videos).delete()
    CreatorSnapshot.objects.filter(creator_id__in=creator_ids).delete()
    for kind in (PollKind.MEMBERSHIP, PollKind.PROFILE, PollKind.INSIGHTS, PollKind.VIDEOS):
        forget(kind, *creator_ids)
    Creator.objects.filter(pk__in=creator_ids).delete()
