"""Readings that a creator's authorization alone supplied, counted before it ends and searched for after."""

from __future__ import annotations

from django.db.models import Q

from tiktok.enums import Source
from tiktok.models import Creator, CreatorSnapshot, Video, VideoQuarter, VideoSnapshot

# Of a marketplace account these alone are private; of any other account, all that the authorization brought.
PRIVATE_OF_CREATOR = ("average_views", "engagement_rate", "completion_rate", "details")
PRIVATE_OF_VIDEO = ("total_engagements", "engagement_rate")


def authorized_readings(creator: Creator) -> int:
    """The number of readings over time that the end of the authorization deletes or empties."""
    videos = list(Video.objects.filter(creator=creator).values_list("pk", flat=True))
    of_creator = CreatorSnapshot.objects.filter(creator_id=creator.pk, source=Source.AUTHORIZED)
    count = of_creator.filter(_private(creator, PRIVATE_OF_CREATOR)).count()
    for model in (VideoSnapshot, VideoQuarter):
        rows = model._default_manager.filter(video_id__in=videos, source=Source.AUTHORIZED)
        count += rows.filter(_private(creator, PRIVATE_OF_VIDEO)).count()
    return count


def reported_videos(creator: Creator) -> int:
    """The number of videos whose numbers stay, because an order's report supplied them."""
    return Video.objects.filter(creator=creator, report_fetched_at__isnull=False).count()


def _private(creator: Creator, names: tuple[str, ...]) -> Q:
    if not creator.is_in_marketplace:
        return Q()
    return Q(*((f"{name}__isnull", False) for name in names), _connector=Q.OR)
