"""Averages of an account over its latest videos, calculated where a dialect does not give them."""

from __future__ import annotations

from tiktok.availability import FEWEST_VIDEOS, LATEST_VIDEOS
from tiktok.enums import Source
from tiktok.models import Creator, Video

FIELDS = ["calculated_average_views", "calculated_engagement_rate", "calculated_videos", "calculated_at"]  # fmt: skip


def calculate_averages(creator: Creator) -> None:
    """Average views = Σ views ÷ n; engagement rate = Σ (likes + comments + shares) ÷ Σ views.

    Over the latest 30 videos, without those that lack a counter or have one that cannot be right; of fewer than five
    videos nothing is calculated. As old as the newest counter that went in.
    """
    latest = Video.objects.filter(creator=creator).exclude(source=Source.LEGACY)
    inputs = [
        video
        for video in latest.order_by("-published_at", "-pk")[:LATEST_VIDEOS]
        if not video.absurd and None not in _counters(video)
    ]
    creator.calculated_average_views = creator.calculated_engagement_rate = None
    creator.calculated_videos = len(inputs)
    creator.calculated_at = max((video.counts_fetched_at for video in inputs), default=None)
    if len(inputs) >= FEWEST_VIDEOS:
        views = sum(video.video_views or 0 for video in inputs)
        engaged = sum(sum(count or 0 for count in _counters(video)[1:]) for video in inputs)
        creator.calculated_average_views = views / len(inputs)
        creator.calculated_engagement_rate = engaged / views if views else None
    creator.save(update_fields=FIELDS)


def _counters(video: Video) -> tuple[int | None, ...]:
    return video.video_views, video.likes, video.comments, video.shares
