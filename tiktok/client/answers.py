"""Decode what both dialects send into the public types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from . import types
from .normalize import count
from .reader import Row


def memberships(
    answer: Row, asked: Iterable[str], plain: Mapping[str, str]
) -> dict[str, types.Membership]:
    """Status per handle as asked; a handle without a word we know is left out, not guessed."""
    reported = dict(answer.rows("onboarding_status", _status))
    statuses = {handle: reported.get(plain[handle].casefold(), "") for handle in asked}
    known = {status.value for status in types.Membership}
    return {
        handle: types.Membership(status) for handle, status in statuses.items() if status in known
    }


def _status(raw: Row) -> tuple[str, str]:
    return raw.identifier("handle_name", "handler_name").casefold(), raw.text("status") or ""


def profile(raw: Row) -> types.Profile:
    """A creator in either dialect, public or authorized.

    The legacy one says ``location``, ``followings_count``, ``audience_device``, ``audience_usage``;
    TikTok One says ``creator_price`` with ``currency`` in public and ``creator_rate`` to the authorized.
    """
    handle = raw.identifier("handle_name")
    return types.Profile(
        handle=handle,
        display_name=raw.text("display_name") or handle,
        profile_image=raw.text("profile_image"),
        bio=raw.text("bio"),
        creator_id=raw.optional_id("creator_id"),
        country=raw.text("country_code", "location"),
        followers_count=raw.count("followers_count"),
        following_count=raw.count("following_count", "followings_count"),
        likes_count=raw.count("likes_count"),
        videos_count=raw.count("videos_count"),
        average_views=raw.quantity("average_views"),
        median_views=raw.quantity("median_views"),
        engagement_rate=raw.quantity("engagement_rate"),
        completion_rate=raw.share("completion_rate"),
        creator_rate=price(raw),
        audience_countries=raw.shares("audience_countries", key="country"),
        audience_genders=raw.shares("audience_genders", key="gender"),
        audience_ages=raw.shares("audience_ages", key="age"),
        audience_locales=raw.shares("audience_locales", key="locale"),
        audience_devices=raw.shares("audience_devices", "audience_device", key="device"),
        audience_usages=raw.shares("audience_usages", "audience_usage", key="usage"),
        industry_labels=labels(raw, "industry_labels"),
        content_labels=labels(raw, "content_labels"),
        unreadable=raw.unreadable,
    )


def price(raw: Row) -> types.Money | None:
    """The starting price, in either of its two shapes."""
    if raw.has("creator_rate"):
        return raw.row("creator_rate").money("rate", "currency")
    return raw.money("creator_price", "currency")


def labels(raw: Row, name: str) -> tuple[types.Label, ...]:
    """Labels with their ids as text, whether TikTok wrote numbers or text; nameless ones left out."""
    return raw.rows(name, _label)


def _label(raw: Row) -> types.Label:
    return types.Label(raw.identifier("label_id"), raw.identifier("label_name"))


def video_page(answer: Row) -> types.VideoPage:
    """The cursor stands in ``page_info`` for public videos and beside it for authorized ones."""
    end = answer.row("page_info") if answer.has("page_info") else answer
    return types.VideoPage(
        videos=answer.rows("posts", video),
        cursor=end.limit("cursor") or 0,
        has_more=bool(end.flag("has_more")),
    )


def video(raw: Row) -> types.Video:
    """One post. Engagement is of the legacy dialect; favorites and what follows them, of TikTok One."""
    return types.Video(
        video_id=raw.identifier("video_id"),
        created_at=raw.instant("create_time"),
        caption=raw.text("caption") or "",
        embed_url=raw.text("embed_url"),
        thumbnail_url=raw.text("thumbnail_url"),
        likes=raw.count("likes"),
        comments=raw.count("comments"),
        shares=raw.count("shares"),
        favorites=raw.count("favorites"),
        video_views=raw.count("video_views"),
        engagement_count=raw.count("engagement_count"),
        engagement_rate=raw.quantity("engagement_rate"),
        hashtags=raw.texts("caption_hashtags"),
        mentioned_accounts=raw.texts("mentioned_accounts"),
        collaboration_status=raw.text("collaboration_status"),
        unreadable=raw.unreadable,
    )


def totals(raw: Row) -> types.ReportMetrics:
    """A video's lifetime numbers, without the audience: each report has its own names for that."""
    return types.ReportMetrics(
        engagement_count=raw.count("engagement_count"),
        engagement_rate=raw.quantity("engagement_rate"),
        video_views=raw.count("video_views"),
        likes=raw.count("likes"),
        shares=raw.count("shares"),
        comments=raw.count("comments"),
        reach=raw.count("reach"),
        total_play_time=raw.quantity("total_play_time"),
        average_view_time=raw.quantity("average_view_time"),
        video_completion_rate=raw.share("video_completion_rate"),
        two_seconds_views=raw.share("two_seconds_views"),
        six_seconds_views=raw.share("six_seconds_views"),
        video_view_retention=raw.retention("video_view_retention"),
    )


def days(raw: Row) -> tuple[types.DailyMetrics, ...] | None:
    """A video's days, or None when they were not asked for."""
    return raw.rows("daily_stats", _day) if raw.has("daily_stats") else None


def _day(raw: Row) -> types.DailyMetrics:
    """One day of one video. Its views are called ``views`` on one page and ``video_views`` on another."""
    return types.DailyMetrics(
        on=raw.day("date"),
        video_views=raw.count("views", "video_views"),
        likes=raw.count("likes"),
        comments=raw.count("comments"),
        shares=raw.count("shares"),
        favorites=raw.count("favorites"),
        reach=raw.count("reach"),
        engagement_rate=raw.quantity("engagement_rate"),
        video_completion_rate=raw.share("video_completion_rate"),
        organic=part(raw, "organic"),
        paid=part(raw, "paid"),
    )


def part(raw: Row, side: str) -> types.Part:
    """The part of a number without advertising, or with it: ``likes_paid``, but ``paid_two_seconds_views``."""
    return types.Part(
        video_views=raw.count(f"video_views_{side}"),
        likes=raw.count(f"likes_{side}"),
        comments=raw.count(f"comments_{side}"),
        shares=raw.count(f"shares_{side}"),
        favorites=raw.count(f"favorites_{side}"),
        reach=raw.count(f"reach_{side}"),
        engagement_rate=raw.quantity(f"engagement_rate_{side}"),
        average_view_time=raw.quantity(f"average_view_time_{side}"),
        video_completion_rate=raw.share(f"video_completion_rate_{side}"),
        two_seconds_views=raw.share(f"{side}_two_seconds_views"),
        six_seconds_views=raw.share(f"{side}_six_seconds_views"),
    )


def views_by_source(raw: Row) -> dict[str, int] | None:
    """Counts from ``{source: n}`` or ``[{"source", "video_views"}]``; sources without a count left out."""
    if not raw.has("video_views_by_source"):
        return None
    counts = raw.named("video_views_by_source", key="source", value="video_views", read=count)
    return {name.lower(): views for name, views in counts if views is not None}


def spark_authorization(raw: Row, video_id: str) -> types.SparkAuthorization:
    """State of a Spark Ads authorization; TikTok may leave out the video it was asked for."""
    return types.SparkAuthorization(
        video_id=raw.optional_id("video_id") or video_id,
        status=raw.text("auth_status") or "",
        status_updated_at=raw.instant("auth_status_updated_time"),
        requested_days=raw.limit("requested_authorization_days"),
        remaining_requests=raw.limit("num_remaining_request"),
        auth_code=raw.text("auth_code"),
        auth_code_status=raw.text("auth_code_status"),
        auth_code_starts_at=raw.instant("auth_code_start_time"),
        auth_code_ends_at=raw.instant("auth_code_end_time"),
    )


def page_of(answer: Row) -> tuple[int, int]:
    """Page and number of pages; the latter goes by two names and neither is to be trusted."""
    info = answer.row("page_info")
    page = info.limit("page") or 1
    total = info.limit("total_page", "total_size")
    return page, page if total is None else total
