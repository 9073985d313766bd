"""What only the legacy dialect sends, before `ttcm_answers` reads it. The rules are those of `wire`."""

from __future__ import annotations

from typing import Any

from .wire import Id, Number, PageInfo, Shares, Totals, Wire


class RejectReason(Wire):
    handle_name: str | None = None
    handler_name: str | None = None
    reject_reason: str | None = None
    reason: str | None = None


class InviteAnswer(Wire):
    in_tcm: list[str] | None = None
    invited: list[str | bool] | None = None
    rejected: list[str | bool] | None = None
    reject_reasons: dict[str, Any] | list[RejectReason] | None = None


class Created(Wire):
    order_id: Id
    handle_name: str


class CreateAnswer(Wire):
    campaign_code: str
    invite_link: str
    orders: list[Created] | None
    remaining_orders: Number = None


class Quota(Wire):
    current_video_count: Number = None
    per_creator_video_limit: Number = None
    total_video_limit: Number = None


class Order(Wire):
    order_id: Id
    handle_name: str
    campaign_code: str
    invite_link: str
    video_ids: list[Id] | None = None
    quota: Quota | None = None


class OrdersAnswer(Wire):
    orders: list[Order] | None
    page_info: PageInfo | None = None


class Audit(Wire):
    video_id: Id
    review_status: str
    video_status: str | None = None
    bind_status: str | None = None
    upload_time: Number = None
    publish_time: Number = None
    embed_url: str | None = None
    reject_reason: str | None = None


class AuditAnswer(Wire):
    audit_status_list: list[Audit] | None


class Dimensions(Wire):
    order_id: Id
    video_id: Id
    handle_name: str
    video_first_release_time: Number = None


class States(Wire):
    country: str | None = None
    locale_distribution: Shares = None


class Metrics(Totals):
    lifetime_gender_distribution: Shares = None
    lifetime_top_age_distribution: Shares = None
    lifetime_top_country_distribution: Shares = None
    most_popular_country_state_distribution: States | None = None
    engagement_rate_benchmark_p25: Number = None
    engagement_rate_benchmark_p50: Number = None
    video_completion_rate_benchmark_p25: Number = None
    video_completion_rate_benchmark_p50: Number = None


class Insight(Wire):
    dimensions: Dimensions
    metrics: Metrics


class ReportAnswer(Wire):
    insights: list[Insight] | None
    page_info: PageInfo | None = None


class AccountsAnswer(Wire):
    tcm_account_ids: list[Id] | None
    page_info: PageInfo | None = None
