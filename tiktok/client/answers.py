"""From the wire shapes that both dialects share to the public types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from . import types, wire
from .normalize import (
    count,
    day,
    distribution,
    identifier,
    instant,
    limit,
    money,
    quantity,
    retention,
    share,
)


def memberships(
    answer: wire.StatusAnswer, asked: Iterable[str], plain: Mapping[str, str]
) -> dict[str, types.Membership]:
    """Status per handle as asked; a handle without a word we know is left out, not guessed."""
    told = {
        (entry.handle_name or entry.handler_name or "").casefold(): entry.status
        for entry in answer.onboarding_status or ()
    }
    statuses = {handle: told.get(plain[handle].casefold(), "") for handle in asked}
    known = {status.value for status in types.Membership}
    return {
        handle: types.Membership(status) for handle, status in statuses.items() if status in known
    }


def profile(raw: wire.Creator) -> types.Profile:
    """A creator in either dialect, public or authorized."""
    following = raw.followings_count if raw.following_count is None else raw.following_count
    return types.Profile(
        handle=identifier(raw.handle_name),
        display_name=raw.display_name or raw.handle_name,
        profile_image=raw.profile_image or None,
        bio=raw.bio,
        creator_id=optional_id(raw.creator_id),
        country=raw.country_code or raw.location or None,
        followers_count=count(raw.followers_count),
        following_count=count(following),
        likes_count=count(raw.likes_count),
        videos_count=count(raw.videos_count),
        average_views=quantity(raw.average_views),
        median_views=quantity(raw.median_views),
        engagement_rate=quantity(raw.engagement_rate),
        completion_rate=share(raw.completion_rate),
        creator_rate=price(raw),
        audience_countries=distribution(raw.audience_countries, "country"),
        audience_genders=distribution(raw.audience_genders, "gender"),
        audience_ages=distribution(raw.audience_ages, "age"),
        audience_locales=distribution(raw.audience_locales, "locale"),
        audience_devices=distribution(raw.audience_devices or raw.audience_device, "device"),
        audience_usages=distribution(raw.audience_usages or raw.audience_usage, "usage"),
        industry_labels=label_list(raw.industry_labels),
        content_labels=label_list(raw.content_labels),
    )


def price(raw: wire.Creator) -> types.Money | None:
    """The starting price, in either of its two shapes."""
    if raw.creator_rate is None:
        return money(raw.creator_price, raw.currency)
    return money(raw.creator_rate.rate, raw.creator_rate.currency)


def label_list(raw: Iterable[wire.Label] | None) -> tuple[types.Label, ...]:
    """Labels with their ids as text, whether TikTok wrote numbers or text; nameless ones left out."""
    return tuple(
        types.Label(str(label.label_id), label.label_name)
        for label in raw or ()
        if label.label_id is not None and label.label_name
    )


def video_page(answer: wire.PostsAnswer) -> types.VideoPage:
    """The cursor stands in `page_info` or beside it, by endpoint."""
    info = answer.page_info or wire.PageInfo(cursor=answer.cursor, has_more=answer.has_more)
    return types.VideoPage(
        videos=tuple(video(post) for post in answer.posts or ()),
        cursor=limit(info.cursor) or 0,
        has_more=bool(info.has_more),
    )


def video(raw: wire.Post) -> types.Video:
    """One post; without a creation time there is no post."""
    created_at = instant(raw.create_time)
    if created_at is None:
        raise ValueError("a create_time is missing")
    return types.Video(
        video_id=identifier(raw.video_id),
        created_at=created_at,
        caption=raw.caption or "",
        embed_url=raw.embed_url or None,
        thumbnail_url=raw.thumbnail_url or None,
        likes=count(raw.likes),
        comments=count(raw.comments),
        shares=count(raw.shares),
        favorites=count(raw.favorites),
        video_views=count(raw.video_views),
        engagement_count=count(raw.engagement_count),
        engagement_rate=quantity(raw.engagement_rate),
        hashtags=tuple(raw.caption_hashtags or ()),
        mentioned_accounts=tuple(raw.mentioned_accounts or ()),
        collaboration_status=raw.collaboration_status or None,
    )


def totals(raw: wire.Totals) -> types.ReportMetrics:
    """A video's lifetime numbers, without the audience: each report has its own names for that."""
    return types.ReportMetrics(
        engagement_count=count(raw.engagement_count),
        engagement_rate=quantity(raw.engagement_rate),
        video_views=count(raw.video_views),
        likes=count(raw.likes),
        shares=count(raw.shares),
        comments=count(raw.comments),
        reach=count(raw.reach),
        total_play_time=quantity(raw.total_play_time),
        average_view_time=quantity(raw.average_view_time),
        video_completion_rate=share(raw.video_completion_rate),
        two_seconds_views=share(raw.two_seconds_views),
        six_seconds_views=share(raw.six_seconds_views),
        video_view_retention=retention(raw.video_view_retention),
    )


def days(raw: wire.Totals) -> tuple[types.DailyMetrics, ...] | None:
    """A video's days, or None when they were not asked for."""
    return None if raw.daily_stats is None else tuple(map(daily_metrics, raw.daily_stats))


def daily_metrics(raw: wire.Daily) -> types.DailyMetrics:
    """One day of one video."""
    return types.DailyMetrics(
        on=day(raw.date),
        video_views=count(raw.video_views if raw.views is None else raw.views),
        video_views_organic=count(raw.video_views_organic),
        video_views_paid=count(raw.video_views_paid),
        likes=count(raw.likes),
        comments=count(raw.comments),
        shares=count(raw.shares),
        favorites=count(raw.favorites),
        reach=count(raw.reach),
        engagement_rate=quantity(raw.engagement_rate),
        video_completion_rate=share(raw.video_completion_rate),
    )


def spark_authorization(raw: wire.Spark, video_id: str) -> types.SparkAuthorization:
    """State of a Spark Ads authorization; TikTok may leave out the video it was asked for."""
    return types.SparkAuthorization(
        video_id=optional_id(raw.video_id) or video_id,
        status=raw.auth_status or "",
        status_updated_at=instant(raw.auth_status_updated_time),
        requested_days=limit(raw.requested_authorization_days),
        remaining_requests=limit(raw.num_remaining_request),
        auth_code=raw.auth_code or None,
        auth_code_status=raw.auth_code_status or None,
        auth_code_starts_at=instant(raw.auth_code_start_time),
        auth_code_ends_at=instant(raw.auth_code_end_time),
    )


def page_of(info: wire.PageInfo | None) -> tuple[int, int]:
    """Page and number of pages; the latter goes by two names and neither is to be trusted."""
    info = info or wire.PageInfo()
    page = limit(info.page) or 1
    total = limit(info.total_size if info.total_page is None else info.total_page)
    return page, page if total is None else total


def optional_id(raw: wire.Id | None) -> str | None:
    """An id as text, or None when it is absent or empty."""
    return None if raw is None or raw == "" else str(raw)
