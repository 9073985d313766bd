"""Decode the answers of the Accounts API into its types."""

from __future__ import annotations

from . import accounts_types as types
from .reader import Row
from .types import Share


def profile(raw: Row) -> types.AccountProfile:
    """An account; every field may be missing for want of a scope."""
    return types.AccountProfile(
        display_name=raw.text("display_name"),
        username=raw.text("username"),
        profile_image=raw.text("profile_image"),
        profile_url=raw.text("profile_deep_link"),
        bio=raw.text("bio_description"),
        is_verified=raw.flag("is_verified"),
        is_business_account=raw.flag("is_business_account"),
        followers_count=raw.count("followers_count"),
        following_count=raw.count("following_count"),
        likes_count=raw.count("total_likes"),
        videos_count=raw.count("videos_count"),
        audience_ages=raw.shares("audience_ages", key="age"),
        audience_genders=raw.shares("audience_genders", key="gender"),
        audience_countries=raw.shares("audience_countries", key="country"),
        audience_cities=cities(raw),
        days=raw.rows("metrics", account_day) if raw.has("metrics") else None,
    )


def account_day(raw: Row) -> types.AccountDay:
    """One day of an account."""
    return types.AccountDay(
        on=raw.day("date"),
        video_views=raw.count("video_views"),
        profile_views=raw.count("profile_views"),
        likes=raw.count("likes"),
        comments=raw.count("comments"),
        shares=raw.count("shares"),
        followers_count=raw.count("followers_count"),
        unique_video_views=raw.count("unique_video_views"),
        total_followers=raw.count("daily_total_followers"),
        new_followers=raw.count("daily_new_followers"),
        lost_followers=raw.count("daily_lost_followers"),
        engaged_audience=raw.count("engaged_audience"),
    )


def video_page(answer: Row) -> types.AccountVideoPage:
    """The cursor stands beside the videos."""
    return types.AccountVideoPage(
        answer.rows("videos", video), answer.limit("cursor") or 0, bool(answer.flag("has_more"))
    )


def video(raw: Row) -> types.AccountVideo:
    """One post with its numbers."""
    return types.AccountVideo(
        video_id=raw.identifier("item_id"),
        created_at=raw.instant("create_time"),
        caption=raw.text("caption") or "",
        share_url=raw.text("share_url"),
        embed_url=raw.text("embed_url"),
        thumbnail_url=raw.text("thumbnail_url"),
        duration=raw.quantity("video_duration"),
        likes=raw.count("likes"),
        comments=raw.count("comments"),
        shares=raw.count("shares"),
        favorites=raw.count("favorites"),
        video_views=raw.count("video_views"),
        reach=raw.count("reach"),
        new_followers=raw.count("new_followers"),
        total_time_watched=raw.quantity("total_time_watched"),
        average_time_watched=raw.quantity("average_time_watched"),
        completion_rate=raw.share("full_video_watched_rate"),
        retention=raw.retention("video_view_retention"),
        impression_sources=raw.shares("impression_sources", key="impression_source", is_code=False),
        audience_genders=raw.shares("audience_genders", key="gender"),
        audience_countries=raw.shares("audience_countries", key="country"),
        audience_cities=cities(raw),
        # a viewer is new or returning, and a follower or none
        audience_types=raw.shares("audience_types", key=("type", "audience_type"), whole=2.0),
    )


def share_id(raw: Row) -> str:
    """The id of a publication."""
    return raw.identifier("share_id")


def publish_status(raw: Row) -> types.PublishStatus:
    """How far a publication is."""
    return types.PublishStatus(
        status=raw.identifier("status"),
        post_ids=raw.ids("post_ids"),
        reason=raw.text("reason", "fail_reason") or "",
    )


def cities(raw: Row) -> tuple[Share, ...] | None:
    """Fractions by city: documented as such, seen as percent."""
    return raw.shares("audience_cities", key=("city_name", "city"), is_code=False)
