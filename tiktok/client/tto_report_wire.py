"""The campaign report as it comes over the wire. Every number may be absent or null."""

from __future__ import annotations

from typing import Any

from .wire import Id, Number, PageInfo, Shares, Totals, Wire


class VideoInfo(Wire):
    video_id: Id
    create_time: Number = None
    embed_url: str | None = None
    thumbnail_url: str | None = None
    authorization_code: str | None = None


class CreatorInfo(Wire):
    handle_name: str | None = None
    display_name: str | None = None


class AnchorMetrics(Wire):
    anchor_views: Number = None
    anchor_clicks: Number = None
    anchor_unique_views: Number = None
    anchor_unique_clicks: Number = None


class Split(Totals):
    """The organic and paid parts, in TikTok's two spellings."""

    video_views_organic: Number = None
    video_views_paid: Number = None
    likes_organic: Number = None
    likes_paid: Number = None
    comments_organic: Number = None
    comments_paid: Number = None
    shares_organic: Number = None
    shares_paid: Number = None
    favorites_organic: Number = None
    favorites_paid: Number = None
    reach_organic: Number = None
    reach_paid: Number = None
    engagement_rate_organic: Number = None
    engagement_rate_paid: Number = None
    average_view_time_organic: Number = None
    average_view_time_paid: Number = None
    video_completion_rate_organic: Number = None
    video_completion_rate_paid: Number = None
    organic_two_seconds_views: Number = None
    paid_two_seconds_views: Number = None
    organic_six_seconds_views: Number = None
    paid_six_seconds_views: Number = None


class Ads(Split):
    """The numbers of Spark Ads."""

    ad_cost: Number = None
    ad_cpa: Number = None
    ad_cpc: Number = None
    ad_cpm: Number = None
    ad_ctr: Number = None
    ad_cvr: Number = None
    ad_roas: Number = None
    ad_clicks: Number = None
    ad_conversions: Number = None
    ad_impressions: Number = None


class Video(Ads, kw_only=True):
    """``video_views_by_source`` is an object in the field list and a list in the example."""

    video_info: VideoInfo
    creator_info: CreatorInfo | None = None
    favorites: Number = None
    video_views_by_source: list[dict[str, Any]] | dict[str, Any] | None = None
    audience_genders_distribution: Shares = None
    audience_age_distribution: Shares = None
    audience_countries_distribution: Shares = None
    audience_locale_distribution: Shares = None
    audience_device_distribution: Shares = None
    audience_language_distribution: Shares = None
    audience_interest_distribution: Shares = None
    anchor_id: Id | None = None
    anchor_metrics: AnchorMetrics | None = None


class ReportAnswer(Wire):
    videos: list[Video] | None
    campaign_id: Id | None = None
    country_code: str | None = None
    campaign_type: str | None = None
    campaign_channel_type: str | None = None
    page_info: PageInfo | None = None
