"""Decode what only the legacy dialect sends into the public types."""

from __future__ import annotations

import msgspec

from . import types
from .answers import days, page_of, totals, views_by_source
from .reader import Row


def invite_result(answer: Row) -> types.InviteResult:
    """Reasons come per handle, as an object or a list; a rejection without a reason is kept."""
    reasons = answer.named(
        "reject_reasons",
        key=("handle_name", "handler_name"),
        value=("reject_reason", "reason"),
        read=_reason,
    )
    return types.InviteResult(
        in_marketplace=answer.texts("in_tcm"),
        invited=answer.texts("invited"),
        rejected=dict.fromkeys(answer.texts("rejected"), "") | dict(reasons),
    )


def _reason(reported: object) -> str:
    return "; ".join(map(str, reported)) if isinstance(reported, list) else str(reported or "")


def created_orders(answer: Row) -> types.CreatedOrders:
    """The code, the link and the orders that TikTok accepted: all of it, or nothing is known."""
    return types.CreatedOrders(
        campaign_code=answer.identifier("campaign_code"),
        invite_link=answer.identifier("invite_link"),
        remaining_orders=answer.limit("remaining_orders"),
        orders=answer.rows("orders", _created, is_complete=True),
    )


def _created(raw: Row) -> types.CreatedOrder:
    return types.CreatedOrder(raw.identifier("order_id"), raw.identifier("handle_name"))


def order_page(answer: Row) -> types.OrderPage:
    """One page of orders."""
    orders = answer.rows("orders", order)
    return types.OrderPage(orders, *page_of(answer), listed=answer.length("orders"))


def order(raw: Row) -> types.OrderState:
    """One order with the ids of its videos."""
    return types.OrderState(
        order_id=raw.identifier("order_id"),
        handle=raw.text("handle_name") or "",
        campaign_code=raw.text("campaign_code") or "",
        invite_link=raw.text("invite_link") or "",
        video_ids=raw.ids("video_ids"),
        quota=_quota(raw.row("quota")) if raw.has("quota") else None,
    )


def _quota(raw: Row) -> types.Quota:
    return types.Quota(
        current_video_count=raw.limit("current_video_count"),
        per_creator_video_limit=raw.limit("per_creator_video_limit"),
        total_video_limit=raw.limit("total_video_limit"),
    )


def video_review(raw: Row) -> types.VideoReview:
    """Review state of one video."""
    return types.VideoReview(
        video_id=raw.identifier("video_id"),
        video_status=raw.text("video_status") or "",
        bind_status=raw.text("bind_status") or "",
        review_status=raw.text("review_status") or "",
        uploaded_at=raw.instant("upload_time"),
        published_at=raw.instant("publish_time"),
        embed_url=raw.text("embed_url"),
        reject_reason=raw.text("reject_reason"),
    )


def report_page(answer: Row) -> types.ReportPage:
    """One page of report rows."""
    rows = answer.rows("insights", report_row)
    return types.ReportPage(rows, *page_of(answer), listed=answer.length("insights"))


def report_row(raw: Row) -> types.ReportRow:
    """One video of one order."""
    dimensions, numbers = raw.row("dimensions"), raw.row("metrics")
    return types.ReportRow(
        order_id=dimensions.identifier("order_id"),
        video_id=dimensions.identifier("video_id"),
        handle=dimensions.text("handle_name") or "",
        released_at=dimensions.instant("video_first_release_time"),
        metrics=report_metrics(numbers),
        daily=days(numbers),
        views_by_source=views_by_source(numbers),
    )


def report_metrics(raw: Row) -> types.ReportMetrics:
    """Lifetime numbers of one video, with its audience and its benchmarks."""
    states = raw.row("most_popular_country_state_distribution")
    return msgspec.structs.replace(
        totals(raw),
        gender_distribution=raw.shares("lifetime_gender_distribution", key="gender"),
        age_distribution=raw.shares("lifetime_top_age_distribution", key="age"),
        country_distribution=raw.shares("lifetime_top_country_distribution", key="country"),
        locale_distribution=states.shares("locale_distribution", key="locale", is_code=False),
        locale_country=states.text("country"),
        engagement_rate_benchmark_p25=raw.quantity("engagement_rate_benchmark_p25"),
        engagement_rate_benchmark_p50=raw.quantity("engagement_rate_benchmark_p50"),
        video_completion_rate_benchmark_p25=raw.share("video_completion_rate_benchmark_p25"),
        video_completion_rate_benchmark_p50=raw.share("video_completion_rate_benchmark_p50"),
        unreadable=raw.unreadable,
    )
