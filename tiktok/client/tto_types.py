"""Types that only TikTok One returns: search, campaigns, link requests, anchors, Spark Ads.

Same units as `types`. Words of TikTok's are text: compare them with the enumerations here, which list
the known ones; a word of tomorrow is passed on as it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from .types import Label, Money


class CampaignType(StrEnum):
    """``CAMPAIGN``: only invited handles may use the link. ``BRAND_LINK``: any creator of TikTok One."""

    CAMPAIGN = "CAMPAIGN"
    BRAND_LINK = "BRAND_LINK"


class LinkStatus(StrEnum):
    """State of a link request. ``REJECT`` and ``APPROVED`` are read as the spellings here."""

    IN_REVIEW = "IN_REVIEW"
    APPROVE = "APPROVE"
    REJECTED = "REJECTED"
    REVOKE = "REVOKE"


class Labels(msgspec.Struct, frozen=True):
    """The labels creators can be searched or ranked by."""

    industry: tuple[Label, ...]
    content: tuple[Label, ...]


class RankedCreator(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a leaderboard. ``ranking_change`` is None when TikTok says N/A; rates are fractions."""

    handle: str
    display_name: str
    profile_image: str | None = None
    country: str | None = None
    ranking_change: int | None = None
    score: float | None = None
    followers_count: int | None = None
    follower_growth: int | None = None
    branded_content_video_views: int | None = None
    branded_content_engagement_rate: float | None = None
    total_video_views: int | None = None
    engagement_rate: float | None = None
    starting_price: Money | None = None
    industry_labels: tuple[Label, ...] = ()
    content_labels: tuple[Label, ...] = ()


class Ranking(msgspec.Struct, frozen=True):
    """One page of a leaderboard of at most 100 creators."""

    creators: tuple[RankedCreator, ...]
    last_updated_at: datetime | None
    page: int
    total_pages: int


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Filters of ``/tto/tcm/creator/discover/``; what is None or empty does not filter.

    ``country_codes`` are of one region; ``state_provinces`` only with exactly US. Labels are ids of
    `TtoMarketplace.labels("SEARCH")`. Engagement rates are fractions. ``creator_price_currency`` can only
    be USD. ``follower_gender_ratio`` is FEMALE_50, FEMALE_60, FEMALE_70 or the same with MALE;
    ``follower_age`` 18-24, 25-34, 35-44, 45-54 or 55+. ``sort_field`` is RELEVANCE, FOLLOWERS,
    MEDIAN_VIEWS or ENGAGEMENT_RATE, ``sort_order`` DESC or ASC.
    """

    country_codes: Sequence[str]
    state_provinces: Sequence[str] = ()
    content_label_ids: Sequence[str] = ()
    industry_label_ids: Sequence[str] = ()
    languages: Sequence[str] = ()
    keyword_search: str | None = None
    min_followers: int | None = None
    max_followers: int | None = None
    min_creator_price: int | None = None
    max_creator_price: int | None = None
    creator_price_currency: str | None = None
    min_avg_views: int | None = None
    max_avg_views: int | None = None
    min_median_views: int | None = None
    max_median_views: int | None = None
    min_engagement_rate: float | None = None
    max_engagement_rate: float | None = None
    follower_country_codes: Sequence[str] = ()
    follower_gender_ratio: str | None = None
    follower_age: str | None = None
    sort_field: str | None = None
    sort_order: str | None = None


class FoundCreator(msgspec.Struct, frozen=True, kw_only=True):
    """A hit of a search. Views, rates and price can be filtered by but are not returned."""

    handle: str
    display_name: str
    profile_image: str | None = None
    followers_count: int | None = None
    following_count: int | None = None
    likes_count: int | None = None
    videos_count: int | None = None


class FoundPage(msgspec.Struct, frozen=True):
    """One page of hits; ``total_pages`` is TikTok's word: stop on an empty page instead."""

    creators: tuple[FoundCreator, ...]
    page: int
    total_pages: int


class BrandProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A brand a campaign can be made for."""

    brand_profile_id: str
    brand_name: str | None = None
    brand_industry_id: str | None = None
    brand_website: str | None = None
    logo_url: str | None = None
    tiktok_account_url: str | None = None


class BrandProfilePage(msgspec.Struct, frozen=True):
    """One page of brand profiles."""

    brands: tuple[BrandProfile, ...]
    page: int
    total_pages: int


class DirectMessages(msgspec.Struct, frozen=True):
    """``dm_info``: the business account that may write to the campaign's creators."""

    business_account_handle: str | None = None
    dm_allowed: bool | None = None


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign. ``invite_link`` never expires.

    Right after a creation ``handles`` may still be empty: read the campaign again. ``failed_handles``
    were not added. ``country_codes`` are those to ask the report for.
    """

    campaign_id: str
    campaign_type: str
    brand_name: str | None = None
    brand_profile_id: str | None = None
    campaign_name: str | None = None
    campaign_description: str | None = None
    anchor_id: str | None = None
    advertiser_ids: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    failed_handles: tuple[str, ...] = ()
    video_ids: tuple[str, ...] = ()
    country_codes: tuple[str, ...] = ()
    invite_link: str | None = None
    spark_days: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    direct_messages: DirectMessages | None = None


class CampaignPage(msgspec.Struct, frozen=True):
    """One page of campaigns of one type. TikTok may put ``dm_info`` beside the campaigns too."""

    campaigns: tuple[Campaign, ...]
    page: int
    total_pages: int
    direct_messages: DirectMessages | None = None


class LinkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request to link a live video to a campaign; ``status`` is a `LinkStatus` or a new word."""

    video_id: str
    status: str
    campaign_id: str | None = None
    campaign_type: str | None = None
    link_request_id: str | None = None
    number_of_requests: int | None = None
    last_reminded_at: datetime | None = None


class LinkRequestPage(msgspec.Struct, frozen=True):
    """One page of link requests."""

    requests: tuple[LinkRequest, ...]
    page: int
    total_pages: int
    listed: int = 0


class PendingLinks(msgspec.Struct, frozen=True):
    """The link requests that wait for a creator: pairs of video id and link request id."""

    campaign_id: str | None
    spark_days: int | None
    requests: tuple[tuple[str, str], ...]


class SparkRecommendation(msgspec.Struct, frozen=True, kw_only=True):
    """A video worth boosting; ``level`` is HIGH, MEDIUM or LOW."""

    video_id: str
    level: str
    handle: str | None = None
    embed_url: str | None = None
    thumbnail_url: str | None = None
    created_at: datetime | None = None


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """A link shown on a video. ``status``: DRAFT, CREATED, IN_REVIEW, APPROVED, REJECTED_BY_AUDIT."""

    anchor_id: str
    status: str
    anchor_type: str | None = None
    anchor_sub_type: str | None = None
    category_label_id: str | None = None
    country_code: str | None = None
    landing_page_url: str | None = None
    title: str | None = None
    name: str | None = None
    thumbnail_url: str | None = None
    creator_preview_url: str | None = None
    advertiser_preview_url: str | None = None


class AnchorPage(msgspec.Struct, frozen=True):
    """One page of anchors."""

    anchors: tuple[Anchor, ...]
    page: int
    total_pages: int
