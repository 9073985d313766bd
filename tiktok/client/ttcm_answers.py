"""What only the legacy dialect sends: from its wire shapes to the public types."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from . import ttcm_wire as wire
from . import types
from .answers import days, page_of, totals
from .normalize import distribution, identifier, instant, limit, quantity, share


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
    orders = tuple(order(raw) for raw in answer.orders or ())
    return types.OrderPage(orders, *page_of(answer.page_info))


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
        video_status=raw.video_status or "",
        bind_status=raw.bind_status or "",
        review_status=raw.review_status,
        uploaded_at=instant(raw.upload_time),
        published_at=instant(raw.publish_time),
        embed_url=raw.embed_url or None,
        reject_reason=raw.reject_reason or None,
    )


def report_page(answer: wire.ReportAnswer) -> types.ReportPage:
    """One page of report rows."""
    rows = tuple(report_row(raw) for raw in answer.insights or ())
    return types.ReportPage(rows, *page_of(answer.page_info))


def report_row(raw: wire.Insight) -> types.ReportRow:
    """One video of one order."""
    return types.ReportRow(
        order_id=identifier(raw.dimensions.order_id),
        video_id=identifier(raw.dimensions.video_id),
        handle=raw.dimensions.handle_name,
        released_at=instant(raw.dimensions.video_first_release_time),
        metrics=report_metrics(raw.metrics),
        daily=days(raw.metrics),
    )


def report_metrics(raw: wire.Metrics) -> types.ReportMetrics:
    """Lifetime numbers of one video, with its audience and its benchmarks."""
    states = raw.most_popular_country_state_distribution or wire.States()
    return msgspec.structs.replace(
        totals(raw),
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
