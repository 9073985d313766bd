"""TikTok One's answers as they come over the wire, before `tto_answers` makes them one shape.

Unknown fields are ignored; a field without a default is required. Lists may be null.
"""

from __future__ import annotations

from typing import Any

from .wire import Creator, Id, Label, Number, PageInfo, Wire


class LabelsAnswer(Wire):
    industry_labels: list[Label] | None = None
    content_labels: list[Label] | None = None


class Ranked(Wire):
    handle: str | None = None
    handle_name: str | None = None
    display_name: str | None = None
    profile_image: str | None = None
    country: str | None = None
    ranking_change: Number = None
    score: Number = None
    number_of_followers: Number = None
    follower_growth: Number = None
    branded_content_video_views: Number = None
    branded_content_engagement_rate: Number = None
    total_video_views: Number = None
    engagement_rate: Number = None
    starting_price: Number = None
    starting_price_currency: str | None = None
    industry_labels: list[Label] | None = None
    content_labels: list[Label] | None = None


class RankAnswer(Wire):
    creators: list[Ranked] | None
    last_updated_at: Number = None
    page_info: PageInfo | None = None


class DiscoverAnswer(Wire):
    creators: list[Creator] | None
    page_info: PageInfo | None = None


class Brand(Wire):
    brand_profile_id: Id
    brand_name: str | None = None
    brand_industry_id: Id | None = None
    brand_industry: Id | None = None
    brand_website: str | None = None
    logo_url: str | None = None
    tiktok_account_url: str | None = None


class BrandsAnswer(Wire):
    brands: list[Brand] | None
    page_info: PageInfo | None = None


class Campaign(Wire):
    """``dm_info`` is typed a string in the documentation and an object in practice."""

    campaign_id: Id
    campaign_type: str | None = None
    brand_name: str | None = None
    brand_profile_id: Id | None = None
    campaign_name: str | None = None
    campaign_description: str | None = None
    anchor_id: Id | None = None
    advertiser_ids: list[Id] | None = None
    handle_names: list[str] | None = None
    failed_handle_names: list[str] | None = None
    video_ids: list[Id] | None = None
    country_codes: list[str] | None = None
    invite_link: str | None = None
    spark_ads_requested_authorization_days: Number = None
    create_time: Number = None
    update_time: Number = None
    dm_info: dict[str, Any] | str | None = None


class CampaignsAnswer(Wire):
    campaigns: list[Campaign] | None
    page_info: PageInfo | None = None
    dm_info: dict[str, Any] | str | None = None


class Link(Wire):
    video_id: Id
    status: str
    campaign_id: Id | None = None
    campaign_type: str | None = None
    link_request_id: Id | None = None
    number_of_requests: Number = None
    last_reminded_timestamp: Number = None


class LinksAnswer(Wire):
    video_infos: list[Link] | None
    page_info: PageInfo | None = None


class AskedLink(Wire):
    video_id: Id
    link_request_id: Id


class AskedLinksAnswer(Wire):
    campaign_id: Id | None = None
    spark_authorization_days: Number = None
    link_requests: list[AskedLink] | None = None


class Recommended(Wire):
    item_id: Id
    recommendation_level: str | None = None
    creator_handle: str | None = None
    handle_name: str | None = None
    embed_url: str | None = None
    thumbnail_url: str | None = None
    create_time: Number = None


class RecommendAnswer(Wire):
    videos: list[Recommended] | None


class Action(Wire):
    landing_page_url: str | None = None


class Anchor(Wire):
    anchor_id: Id
    status: str | None = None
    anchor_type: str | None = None
    anchor_sub_type: str | None = None
    category_label_id: Id | None = None
    country_code: str | None = None
    call_to_action: Action | None = None
    anchor_title: str | None = None
    anchor_name: str | None = None
    thumbnail_url: str | None = None
    creator_preview_url: str | None = None
    advertiser_preview_url: str | None = None


class AnchorsAnswer(Wire):
    anchors: list[Anchor] | None
    page_info: PageInfo | None = None
