"""The Accounts API's raw shapes and what becomes of them."""

from __future__ import annotations

from typing import Any

from . import accounts_types as types
from .normalize import (
    count,
    day,
    distribution,
    identifier,
    instant,
    limit,
    quantity,
    retention,
    share,
)
from .types import Share
from .wire import Id, Number, Shares, Wire


class Day(Wire):
    date: str
    video_views: Number = None
    profile_views: Number = None
    likes: Number = None
    comments: Number = None
    shares: Number = None
    followers_count: Number = None
    unique_video_views: Number = None
    daily_total_followers: Number = None
    daily_new_followers: Number = None
    daily_lost_followers: Number = None
    engaged_audience: Number = None


class ProfileAnswer(Wire):
    display_name: str | None = None
    username: str | None = None
    profile_image: str | None = None
    profile_deep_link: str | None = None
    bio_description: str | None = None
    is_verified: bool | None = None
    is_business_account: bool | None = None
    followers_count: Number = None
    following_count: Number = None
    total_likes: Number = None
    videos_count: Number = None
    audience_ages: Shares = None
    audience_genders: Shares = None
    audience_countries: Shares = None
    audience_cities: Shares = None
    metrics: list[Day] | None = None


class Video(Wire):
    item_id: Id
    create_time: Number = None
    caption: str | None = None
    share_url: str | None = None
    embed_url: str | None = None
    thumbnail_url: str | None = None
    video_duration: Number = None
    likes: Number = None
    comments: Number = None
    shares: Number = None
    favorites: Number = None
    video_views: Number = None
    reach: Number = None
    new_followers: Number = None
    total_time_watched: Number = None
    average_time_watched: Number = None
    full_video_watched_rate: Number = None
    video_view_retention: list[Any] | None = None
    impression_sources: Shares = None
    audience_genders: Shares = None
    audience_countries: Shares = None
    audience_cities: Shares = None
    audience_types: Shares = None


class VideosAnswer(Wire):
    videos: list[Video] | None
    cursor: Number = None
    has_more: bool | None = None


def profile(raw: ProfileAnswer) -> types.AccountProfile:
    """An account; every field may be missing for want of a scope."""
    return types.AccountProfile(
        display_name=raw.display_name or None,
        username=raw.username or None,
        profile_image=raw.profile_image or None,
        profile_url=raw.profile_deep_link or None,
        bio=raw.bio_description,
        is_verified=raw.is_verified,
        is_business_account=raw.is_business_account,
        followers_count=count(raw.followers_count),
        following_count=count(raw.following_count),
        likes_count=count(raw.total_likes),
        videos_count=count(raw.videos_count),
        audience_ages=distribution(raw.audience_ages, "age"),
        audience_genders=distribution(raw.audience_genders, "gender"),
        audience_countries=distribution(raw.audience_countries, "country"),
        audience_cities=cities(raw.audience_cities),
        days=None if raw.metrics is None else tuple(account_day(each) for each in raw.metrics),
    )


def account_day(raw: Day) -> types.AccountDay:
    """One day of an account."""
    return types.AccountDay(
        on=day(raw.date),
        video_views=count(raw.video_views),
        profile_views=count(raw.profile_views),
        likes=count(raw.likes),
        comments=count(raw.comments),
        shares=count(raw.shares),
        followers_count=count(raw.followers_count),
        unique_video_views=count(raw.unique_video_views),
        total_followers=count(raw.daily_total_followers),
        new_followers=count(raw.daily_new_followers),
        lost_followers=count(raw.daily_lost_followers),
        engaged_audience=count(raw.engaged_audience),
    )


def video_page(answer: VideosAnswer) -> types.AccountVideoPage:
    """The cursor stands beside the videos."""
    videos = tuple(video(raw) for raw in answer.videos or ())
    return types.AccountVideoPage(videos, limit(answer.cursor) or 0, bool(answer.has_more))


def video(raw: Video) -> types.AccountVideo:
    """One post with its numbers."""
    return types.AccountVideo(
        video_id=identifier(raw.item_id),
        created_at=instant(raw.create_time),
        caption=raw.caption or "",
        share_url=raw.share_url or None,
        embed_url=raw.embed_url or None,
        thumbnail_url=raw.thumbnail_url or None,
        duration=quantity(raw.video_duration),
        likes=count(raw.likes),
        comments=count(raw.comments),
        shares=count(raw.shares),
        favorites=count(raw.favorites),
        video_views=count(raw.video_views),
        reach=count(raw.reach),
        new_followers=count(raw.new_followers),
        total_time_watched=quantity(raw.total_time_watched),
        average_time_watched=quantity(raw.average_time_watched),
        completion_rate=share(raw.full_video_watched_rate),
        retention=retention(raw.video_view_retention),
        impression_sources=distribution(raw.impression_sources, "impression_source", codes=False),
        audience_genders=distribution(raw.audience_genders, "gender"),
        audience_countries=distribution(raw.audience_countries, "country"),
        audience_cities=cities(raw.audience_cities),
        audience_types=distribution(
            raw.audience_types, _key(raw.audience_types, "type", "audience_type")
        ),
    )


def cities(raw: Shares) -> tuple[Share, ...] | None:
    """Fractions by city: documented as such, seen as percent; a value over 1 decides for the whole list."""
    return distribution(raw, _key(raw, "city_name", "city"), codes=False)


def _key(raw: Shares, *names: str) -> str:
    """The name a list of shares uses, among those seen or likely."""
    entries = raw if isinstance(raw, list) else []
    return next((name for name in names if any(name in entry for entry in entries)), names[0])
