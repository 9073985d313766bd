"""From the legacy dialect's wire shapes to the public types."""

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


def invite_result(answer: wire.InviteAnswer) -> types.InviteResult:
    """Reasons come per handle, as an object or a list; a rejection without a reason is kept."""
    reasons = _reasons(answer.reject_reasons)
    rejected = {name: "" for name in answer.rejected or () if isinstance(name, str)}
    return types.InviteResult(
        in_marketplace=tuple(answer.in_tcm or ()),
        invited=tuple(name for name in answer.invited or () if isinstance(name, str)),
        rejected=rejected | reasons,
    )


def _reasons(raw: Mapping[str, object] | list[wire.RejectReason] | None) -> dict[str, str]:
    if isinstance(raw, list):
        return {
            entry.handle_name or entry.handler_name or "": entry.reject_reason or entry.reason or ""
            for entry in raw
        }
    return {
        name: "; ".join(map(str, reason)) if isinstance(reason, list) else str(reason)
        for name, reason in (raw or {}).items()
    }


def profile(raw: wire.Creator) -> types.Profile:
    """A creator; `followings_count` is the legacy spelling, `following_count` the later one."""
    following = raw.following_count if raw.followings_count is None else raw.followings_count
    rate = raw.creator_rate or wire.Rate()
    return types.Profile(
        handle=identifier(raw.handle_name),
        display_name=raw.display_name or raw.handle_name,
        profile_image=raw.profile_image or None,
        bio=raw.bio,
        creator_id=None if raw.creator_id is None else str(raw.creator_id),
        country=raw.location or None,
        followers_count=count(raw.followers_count),
        following_count=count(following),
        likes_count=count(raw.likes_count),
        videos_count=count(raw.videos_count),
        average_views=quantity(raw.average_views),
        engagement_rate=quantity(raw.engagement_rate),
        completion_rate=share(raw.completion_rate),
        creator_rate=money(rate.rate, rate.currency),
        audience_countries=distribution(raw.audience_countries, "country"),
        audience_genders=distribution(raw.audience_genders, "gender"),
        audience_ages=distribution(raw.audience_ages, "age"),
        audience_locales=distribution(raw.audience_locales, "locale"),
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
        video_views=count(raw.video_views),
        engagement_count=count(raw.engagement_count),
        engagement_rate=quantity(raw.engagement_rate),
    )


def created_orders(answer: wire.CreateAnswer) -> types.CreatedOrders:
    """The code, the link and the orders that TikTok accepted."""
    return types.CreatedOrders(
        campaign_code=identifier(answer.campaign_code),
        invite_link=identifier(answer.invite_link),
        remaining_orders=limit(answer.remaining_orders),
        orders=tuple(
            types.CreatedOrder(identifier(raw.order_id), raw.handle_name)
            for raw in answer.orders or ()
        ),
    )


def order_page(answer: wire.OrdersAnswer) -> types.OrderPage:
    """One page of orders."""
    info = answer.page_info or wire.PageInfo()
    orders = tuple(order(raw) for raw in answer.orders or ())
    return types.OrderPage(orders, info.page, _total_pages(info))


def _total_pages(info: wire.PageInfo) -> int:
    return info.page if info.total_page is None else info.total_page


def order(raw: wire.Order) -> types.OrderState:
    """One order with the ids of its videos."""
    return types.OrderState(
        order_id=identifier(raw.order_id),
        handle=raw.handle_name,
        campaign_code=raw.campaign_code,
        invite_link=raw.invite_link,
        video_ids=tuple(identifier(video_id) for video_id in raw.video_ids or ()),
        quota=None if raw.quota is None else quota(raw.quota),
    )


def quota(raw: wire.Quota) -> types.Quota:
    """How many videos there are and may be."""
    return types.Quota(
        current_video_count=limit(raw.current_video_count),
        per_creator_video_limit=limit(raw.per_creator_video_limit),
        total_video_limit=limit(raw.total_video_limit),
    )


def video_review(raw: wire.Audit) -> types.VideoReview:
    """Review state of one video."""
    return types.VideoReview(
        video_id=identifier(raw.video_id),
        video_status=raw.video_status,
        bind_status=raw.bind_status,
        review_status=raw.review_status,
        uploaded_at=instant(raw.upload_time),
        published_at=instant(raw.publish_time),
        embed_url=raw.embed_url or None,
        reject_reason=raw.reject_reason or None,
    )


def report_page(answer: wire.ReportAnswer) -> types.ReportPage:
    """One page of report rows."""
    info = answer.page_info or wire.PageInfo()
    rows = tuple(report_row(raw) for raw in answer.insights or ())
    return types.ReportPage(rows, info.page, _total_pages(info))


def report_row(raw: wire.Insight) -> types.ReportRow:
    """One video of one order."""
    daily = raw.metrics.daily_stats
    return types.ReportRow(
        order_id=identifier(raw.dimensions.order_id),
        video_id=identifier(raw.dimensions.video_id),
        handle=raw.dimensions.handle_name,
        released_at=instant(raw.dimensions.video_first_release_time),
        metrics=report_metrics(raw.metrics),
        daily=None if daily is None else tuple(daily_metrics(entry) for entry in daily),
    )


def report_metrics(raw: wire.Metrics) -> types.ReportMetrics:
    """Lifetime numbers of one video."""
    states = raw.most_popular_country_state_distribution or wire.States()
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
        gender_distribution=distribution(raw.lifetime_gender_distribution, "gender"),
        age_distribution=distribution(raw.lifetime_top_age_distribution, "age"),
        country_distribution=distribution(raw.lifetime_top_country_distribution, "country"),
        locale_distribution=distribution(states.locale_distribution, "locale", codes=False),
        locale_country=states.country or None,
        engagement_rate_benchmark_p25=quantity(raw.engagement_rate_benchmark_p25),
        engagement_rate_benchmark_p50=quantity(raw.engagement_rate_benchmark_p50),
        video_completion_rate_benchmark_p25=share(raw.video_completion_rate_benchmark_p25),
        video_completion_rate_benchmark_p50=share(raw.video_completion_rate_benchmark_p50),
    )


def daily_metrics(raw: wire.Daily) -> types.DailyMetrics:
    """One day of one video; the day's views are called `views` in one page and `video_views` in another."""
    return types.DailyMetrics(
        on=day(raw.date),
        video_views=count(raw.video_views if raw.views is None else raw.views),
        likes=count(raw.likes),
        comments=count(raw.comments),
        shares=count(raw.shares),
        reach=count(raw.reach),
        engagement_rate=quantity(raw.engagement_rate),
        video_completion_rate=share(raw.video_completion_rate),
    )
