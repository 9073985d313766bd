"""Types that TikTok One's campaign report returns. Same units as `types`."""

from __future__ import annotations

from datetime import datetime

import msgspec

from .types import DailyMetrics, Part, ReportMetrics, Share


class AdMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Spark Ads numbers of a video; money without a currency, as TikTok sends it."""

    cost: float | None = None
    cpa: float | None = None
    cpc: float | None = None
    cpm: float | None = None
    ctr: float | None = None
    cvr: float | None = None
    roas: float | None = None
    clicks: float | None = None
    conversions: float | None = None
    impressions: int | None = None


class AnchorMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """How often a video's anchor was seen and touched."""

    views: int | None = None
    clicks: int | None = None
    unique_views: int | None = None
    unique_clicks: int | None = None


class ReportVideo(msgspec.Struct, frozen=True, kw_only=True):
    """One linked video of a campaign report; listed does not mean published.

    ``metrics`` are lifetime totals in the shape both dialects share; ``views_by_source`` are counts by
    for_you, hashtag, sound, personal_profile, search, following, other; ``daily`` is None unless asked.
    """

    video_id: str
    handle: str | None = None
    display_name: str | None = None
    created_at: datetime | None = None
    embed_url: str | None = None
    thumbnail_url: str | None = None
    spark_code: str | None = None
    metrics: ReportMetrics
    favorites: int | None = None
    organic: Part = Part()
    paid: Part = Part()
    ads: AdMetrics = AdMetrics()
    views_by_source: dict[str, int] | None = None
    devices: tuple[Share, ...] | None = None
    languages: tuple[Share, ...] | None = None
    interests: tuple[Share, ...] | None = None
    anchor_id: str | None = None
    anchor_metrics: AnchorMetrics | None = None
    daily: tuple[DailyMetrics, ...] | None = None

    def __repr__(self) -> str:
        return f"ReportVideo(video_id={self.video_id!r}, handle={self.handle!r})"


class CampaignReport(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a campaign's videos by creators of one country."""

    campaign_id: str
    country_code: str
    videos: tuple[ReportVideo, ...]
    campaign_type: str | None = None
    channel_type: str | None = None
    page: int = 1
    total_pages: int = 1
    listed: int = 0
