"""The legacy answers as they come over the wire, before `normalize` makes them one shape.

Unknown fields are ignored. A field without a default is required: its absence is a garbled answer.
"""

from __future__ import annotations

from typing import Any

import msgspec

Id = int | str
Number = int | float | str | None
Shares = list[dict[str, Any]] | dict[str, Any] | None


class Wire(msgspec.Struct):
    """Base of the raw shapes."""


class Nothing(Wire):
    """An answer whose data says nothing."""


class PageInfo(Wire):
    page: int = 1
    total_page: int | None = None
    cursor: Number = None
    has_more: bool | None = None


class OnboardingStatus(Wire):
    status: str
    handle_name: str | None = None
    handler_name: str | None = None


class StatusAnswer(Wire):
    onboarding_status: list[OnboardingStatus] | None


class RejectReason(Wire):
    handle_name: str | None = None
    handler_name: str | None = None
    reject_reason: str | None = None
    reason: str | None = None


class InviteAnswer(Wire):
    in_tcm: list[str] | None = None
    invited: list[str | bool] | None = None
    rejected: list[str | bool] | None = None
    reject_reasons: dict[str, Any] | list[RejectReason] | None = None


class Rate(Wire):
    rate: Number = None
    currency: str | None = None


class Creator(Wire):
    handle_name: str
    display_name: str | None = None
    profile_image: str | None = None
    bio: str | None = None
    creator_id: Id | None = None
    location: str | None = None
    followers_count: Number = None
    following_count: Number = None
    followings_count: Number = None
    likes_count: Number = None
    videos_count: Number = None
    average_views: Number = None
    engagement_rate: Number = None
    completion_rate: Number = None
    creator_rate: Rate | None = None
    audience_countries: Shares = None
    audience_genders: Shares = None
    audience_ages: Shares = None
    audience_locales: Shares = None


class Post(Wire):
    video_id: Id
    create_time: Number
    caption: str | None = None
    embed_url: str | None = None
    thumbnail_url: str | None = None
    likes: Number = None
    comments: Number = None
    shares: Number = None
    video_views: Number = None
    engagement_count: Number = None
    engagement_rate: Number = None


class PostsAnswer(Wire):
    posts: list[Post] | None
    page_info: PageInfo | None = None
    cursor: Number = None
    has_more: bool | None = None


class Created(Wire):
    order_id: Id
    handle_name: str


class CreateAnswer(Wire):
    campaign_code: str
    invite_link: str
    orders: list[Created] | None
    remaining_orders: Number = None


class Quota(Wire):
    current_video_count: Number = None
    per_creator_video_limit: Number = None
    total_video_limit: Number = None


class Order(Wire):
    order_id: Id
    handle_name: str
    campaign_code: str
    invite_link: str
    video_ids: list[Id] | None = None
    quota: Quota | None = None


class OrdersAnswer(Wire):
    orders: list[Order] | None
    page_info: PageInfo | None = None


class Audit(Wire):
    video_id: Id
    review_status: str
    video_status: str = ""
    bind_status: str = ""
    upload_time: Number = None
    publish_time: Number = None
    embed_url: str | None = None
    reject_reason: str | None = None


class AuditAnswer(Wire):
    audit_status_list: list[Audit] | None


class Dimensions(Wire):
    order_id: Id
    video_id: Id
    handle_name: str
    video_first_release_time: Number = None


class States(Wire):
    country: str | None = None
    locale_distribution: Shares = None


class Daily(Wire):
    date: str
    views: Number = None
    video_views: Number = None
    likes: Number = None
    comments: Number = None
    shares: Number = None
    reach: Number = None
    engagement_rate: Number = None
    video_completion_rate: Number = None


class Metrics(Wire):
    engagement_count: Number = None
    engagement_rate: Number = None
    video_views: Number = None
    likes: Number = None
    shares: Number = None
    comments: Number = None
    reach: Number = None
    total_play_time: Number = None
    average_view_time: Number = None
    two_seconds_views: Number = None
    six_seconds_views: Number = None
    video_completion_rate: Number = None
    video_view_retention: list[Any] | None = None
    lifetime_gender_distribution: Shares = None
    lifetime_top_age_distribution: Shares = None
    lifetime_top_country_distribution: Shares = None
    most_popular_country_state_distribution: States | None = None
    engagement_rate_benchmark_p25: Number = None
    engagement_rate_benchmark_p50: Number = None
    video_completion_rate_benchmark_p25: Number = None
    video_completion_rate_benchmark_p50: Number = None
    daily_stats: list[Daily] | None = None


class Insight(Wire):
    dimensions: Dimensions
    metrics: Metrics


class ReportAnswer(Wire):
    insights: list[Insight] | None
    page_info: PageInfo | None = None


class AccountsAnswer(Wire):
    tcm_account_ids: list[Id] | None
    page_info: PageInfo | None = None


class TokenAnswer(Wire):
    access_token: str
    refresh_token: str
    expires_in: int
    refresh_token_expires_in: int
    open_id: str
    scope: str


class TokenInfoAnswer(Wire):
    creator_id: str
    scope: str
