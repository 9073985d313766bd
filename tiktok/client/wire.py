"""Answers as they come over the wire, where both dialects send the same, before `answers` reads them.

Unknown fields are ignored. A field without a default is required: its absence is a garbled answer. Lists
may be null. What goes by two names has both.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

# No database keeps this one in a text. A backslash before it that is no escape itself would make it a word.
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
Id = int | str
Number = int | float | str | None
Shares = list[dict[str, Any]] | dict[str, Any] | None


def without_nul(body: bytes) -> bytes:
    """JSON as TikTok sent it, but for the NUL characters in its texts."""
    return _NUL.sub(rb"\1", body)


class Wire(msgspec.Struct):
    """Base of the raw shapes. They hold tokens and codes, and error reporters show what a frame held."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


Nothing = msgspec.Raw
"""An answer whose data says nothing, be it ``{}``, null, ``[]`` or ``""``: what was asked for is done."""


class PageInfo(Wire):
    """``total_size`` stands where the field list says ``total_page`` in one documented example."""

    page: Number = None
    total_page: Number = None
    total_size: Number = None
    cursor: Number = None
    has_more: bool | None = None


class OnboardingStatus(Wire):
    status: str
    handle_name: str | None = None
    handler_name: str | None = None


class StatusAnswer(Wire):
    onboarding_status: list[OnboardingStatus] | None


class Rate(Wire):
    rate: Number = None
    currency: str | None = None


class Label(Wire):
    label_id: Id | None = None
    label_name: str | None = None


class Creator(Wire):
    """A creator in the words of both dialects; a call fills some of them.

    The legacy one says ``location``, ``followings_count``, ``audience_device``, ``audience_usage``;
    TikTok One says ``creator_price`` with ``currency`` in public and ``creator_rate`` to the authorized.
    """

    handle_name: str
    display_name: str | None = None
    profile_image: str | None = None
    bio: str | None = None
    creator_id: Id | None = None
    country_code: str | None = None
    location: str | None = None
    followers_count: Number = None
    following_count: Number = None
    followings_count: Number = None
    likes_count: Number = None
    videos_count: Number = None
    average_views: Number = None
    median_views: Number = None
    engagement_rate: Number = None
    completion_rate: Number = None
    creator_price: Number = None
    currency: str | None = None
    creator_rate: Rate | None = None
    audience_countries: Shares = None
    audience_genders: Shares = None
    audience_ages: Shares = None
    audience_locales: Shares = None
    audience_device: Shares = None
    audience_devices: Shares = None
    audience_usage: Shares = None
    audience_usages: Shares = None
    industry_labels: list[Label] | None = None
    content_labels: list[Label] | None = None


class Post(Wire):
    """Engagement is of the legacy dialect; favorites and what follows them, of TikTok One."""

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
    favorites: Number = None
    caption_hashtags: list[str] | None = None
    mentioned_accounts: list[str] | None = None
    collaboration_status: str | None = None


class PostsAnswer(Wire):
    """The cursor stands in ``page_info`` for public videos and beside it for authorized ones."""

    posts: list[Post] | None
    page_info: PageInfo | None = None
    cursor: Number = None
    has_more: bool | None = None


class Daily(Wire):
    """A day's views are called ``views`` on one page and ``video_views`` on another."""

    date: str
    views: Number = None
    video_views: Number = None
    video_views_organic: Number = None
    video_views_paid: Number = None
    likes: Number = None
    comments: Number = None
    shares: Number = None
    favorites: Number = None
    reach: Number = None
    engagement_rate: Number = None
    video_completion_rate: Number = None


class Totals(Wire):
    """The lifetime numbers of a reported video that both reports have."""

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
    daily_stats: list[Daily] | None = None


class Spark(Wire):
    video_id: Id | None = None
    auth_status: str | None = None
    auth_status_updated_time: Number = None
    requested_authorization_days: Number = None
    num_remaining_request: Number = None
    auth_code: str | None = None
    auth_code_status: str | None = None
    auth_code_start_time: Number = None
    auth_code_end_time: Number = None


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
