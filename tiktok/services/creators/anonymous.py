"""Creators without a name: they hold what the reports of orders supplied of videos whose own creator was deleted.

TikTok has no account of such a handle (its own have no hyphen), so nobody is asked about it and no link leads anywhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection

from django.db import models, transaction
from django.db.models.functions import Cast, Concat, TruncDay

from tiktok.enums import MarketplaceStatus, Source
from tiktok.models import Creator, Video, VideoQuarter, VideoSnapshot
from tiktok.services.grants.grants import VIDEO_TEXTS, back_to_report

ERASED = "erased-"


def anonymous_handle() -> str:
    """A handle that TikTok gives to nobody."""
    return f"{ERASED}{secrets.token_hex(5)}"


def make_anonymous_creator(handle: str) -> Creator:
    """A creator about whom nothing is known. It counts as one of the marketplace, so that no page asks for an invitation."""
    return Creator.objects.create(handle=handle, marketplace_status=MarketplaceStatus.IN)


def erased_name(column: str = "pk") -> Concat:
    """Expression: `erased-` and the row's own number, where an id of TikTok's stood."""
    return Concat(models.Value(ERASED), Cast(column, models.CharField()))


@transaction.atomic
def keep_reports(video_ids: Collection[int], creator: Creator) -> None:
    """Leave of these videos what an order's report supplied, and move them to this creator.

    Id, address, caption, picture and the hour of publishing lead to a person and go; so do readings of every other source.
    """
    videos = Video.objects.filter(pk__in=video_ids)
    for model in (VideoSnapshot, VideoQuarter):
        of_videos = model._default_manager.filter(video_id__in=list(video_ids))
        of_videos.exclude(source=Source.ORDER_REPORT).delete()
    back_to_report(videos)
    videos.update(
        creator=creator,
        tiktok_video_id=erased_name(),
        source=Source.ORDER_REPORT,
        published_at=TruncDay("published_at"),
        url="",
        **VIDEO_TEXTS,
    )
