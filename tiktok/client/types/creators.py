"""Creators and their videos."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from .values import Label, Money, Share


class Membership(StrEnum):
    """``onboarding_status[].status``: is the handle in the Creator Marketplace?"""

    IN = "IN"
    NOT_IN = "NOT_IN"
    INVALID = "INVALID"
    INVITED = "INVITED"


class InviteResult(msgspec.Struct, frozen=True):
    """Answer of an invitation to join: who is in already, who was invited, and why others were not."""

    in_marketplace: tuple[str, ...]
    invited: tuple[str, ...]
    rejected: dict[str, str]


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A creator's account. A public answer leaves more fields None than an authorized one.

    ``profile_image`` is a temporary address. Averages, median and rates are TikTok's, over the latest 30
    videos; ``creator_rate`` is a starting price. Which dialect fills what: `Capabilities`.
    """

    handle: str
    display_name: str
    profile_image: str | None = None
    bio: str | None = None
    creator_id: str | None = None
    country: str | None = None
    followers_count: int | None = None
    following_count: int | None = None
    likes_count: int | None = None
    videos_count: int | None = None
    average_views: float | None = None
    median_views: float | None = None
    engagement_rate: float | None = None
    completion_rate: float | None = None
    creator_rate: Money | None = None
    audience_countries: tuple[Share, ...] | None = None
    audience_genders: tuple[Share, ...] | None = None
    audience_ages: tuple[Share, ...] | None = None
    audience_locales: tuple[Share, ...] | None = None
    audience_devices: tuple[Share, ...] | None = None
    audience_usages: tuple[Share, ...] | None = None
    industry_labels: tuple[Label, ...] = ()
    content_labels: tuple[Label, ...] = ()
    unreadable: frozenset[str] = frozenset()


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """One post of a creator with its counters of now. ``thumbnail_url`` is a temporary address.

    ``collaboration_status``: PAID_PARTNERSHIP, CREATOR_EARNS_COMMISSION, NONE, or a word of tomorrow.
    """

    video_id: str
    created_at: datetime | None = None
    caption: str = ""
    embed_url: str | None = None
    thumbnail_url: str | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    favorites: int | None = None
    video_views: int | None = None
    engagement_count: int | None = None
    engagement_rate: float | None = None
    hashtags: tuple[str, ...] = ()
    mentioned_accounts: tuple[str, ...] = ()
    collaboration_status: str | None = None
    unreadable: frozenset[str] = frozenset()


class VideoPage(msgspec.Struct, frozen=True):
    """Videos, newest first. ``cursor`` (epoch milliseconds) asks for the next page if ``has_more``."""

    videos: tuple[Video, ...]
    cursor: int
    has_more: bool
