"""Types that the Accounts API returns. Same units as `types`; most of it is a day or two old."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from .types import Share


class AccountDay(msgspec.Struct, frozen=True, kw_only=True):
    """One UTC day of an account. The last five are of business accounts only."""

    on: date
    video_views: int | None = None
    profile_views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    followers_count: int | None = None
    unique_video_views: int | None = None
    total_followers: int | None = None
    new_followers: int | None = None
    lost_followers: int | None = None
    engaged_audience: int | None = None


class AccountProfile(msgspec.Struct, frozen=True, kw_only=True):
    """An account that consented. The audience is its followers', from 100 followers on."""

    display_name: str | None = None
    username: str | None = None
    profile_image: str | None = None
    profile_url: str | None = None
    bio: str | None = None
    is_verified: bool | None = None
    is_business_account: bool | None = None
    followers_count: int | None = None
    following_count: int | None = None
    likes_count: int | None = None
    videos_count: int | None = None
    audience_ages: tuple[Share, ...] | None = None
    audience_genders: tuple[Share, ...] | None = None
    audience_countries: tuple[Share, ...] | None = None
    audience_cities: tuple[Share, ...] | None = None
    days: tuple[AccountDay, ...] | None = None


class PublishStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How far a publication is.

    ``status``: ``PROCESSING_DOWNLOAD``, ``PUBLISH_COMPLETE``, ``FAILED`` (and ``SEND_TO_USER_INBOX`` of drafts); take any
    other word for being under way. ``post_ids`` may follow ``PUBLISH_COMPLETE`` by minutes, hours where TikTok moderates by
    hand. ``reason`` of a failure, as in the webhook ``post.publish.failed``: ``file_format_check_failed``,
    ``duration_check_failed``, ``frame_rate_check_failed``, ``picture_size_check_failed``, ``video_pull_failed``,
    ``auth_removed``, ``spam_risk…``, ``publish_cancelled``, ``internal``.
    """

    status: str
    post_ids: tuple[str, ...] = ()
    reason: str = ""


class AccountVideo(msgspec.Struct, frozen=True, kw_only=True):
    """A post with its lifetime numbers; they stop changing 365 days after posting.

    ``total_time_watched``, ``average_time_watched`` and ``duration`` are seconds, ``completion_rate`` and
    ``retention`` (share still watching per second) fractions. ``impression_sources``: For You, Follow,
    Hashtag, Sound, Personal Profile, Search, Others, Direct Message. No ages of viewers exist here.
    """

    video_id: str
    created_at: datetime | None = None
    caption: str = ""
    share_url: str | None = None
    embed_url: str | None = None
    thumbnail_url: str | None = None
    duration: float | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    favorites: int | None = None
    video_views: int | None = None
    reach: int | None = None
    new_followers: int | None = None
    total_time_watched: float | None = None
    average_time_watched: float | None = None
    completion_rate: float | None = None
    retention: tuple[float, ...] | None = None
    impression_sources: tuple[Share, ...] | None = None
    audience_genders: tuple[Share, ...] | None = None
    audience_countries: tuple[Share, ...] | None = None
    audience_cities: tuple[Share, ...] | None = None
    audience_types: tuple[Share, ...] | None = None


class AccountVideoPage(msgspec.Struct, frozen=True):
    """Posts, newest first. A page may be short although there are more."""

    videos: tuple[AccountVideo, ...]
    cursor: int
    has_more: bool
