"""Numbers of the videos of orders."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from .values import Share


class ReportMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Lifetime numbers of a video tied to an order.

    ``total_play_time`` and ``average_view_time`` are seconds; ``two_seconds_views``,
    ``six_seconds_views``, ``video_completion_rate`` and ``engagement_rate`` are fractions;
    ``video_view_retention[n]`` is the share still watching at second n; the benchmarks are the 25th and
    50th percentile of similar creators' videos.
    """

    engagement_count: int | None = None
    engagement_rate: float | None = None
    video_views: int | None = None
    likes: int | None = None
    shares: int | None = None
    comments: int | None = None
    reach: int | None = None
    total_play_time: float | None = None
    average_view_time: float | None = None
    video_completion_rate: float | None = None
    two_seconds_views: float | None = None
    six_seconds_views: float | None = None
    video_view_retention: tuple[float, ...] | None = None
    gender_distribution: tuple[Share, ...] | None = None
    age_distribution: tuple[Share, ...] | None = None
    country_distribution: tuple[Share, ...] | None = None
    locale_distribution: tuple[Share, ...] | None = None
    locale_country: str | None = None
    engagement_rate_benchmark_p25: float | None = None
    engagement_rate_benchmark_p50: float | None = None
    video_completion_rate_benchmark_p25: float | None = None
    video_completion_rate_benchmark_p50: float | None = None
    unreadable: frozenset[str] = frozenset()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The organic or the paid part of a video's numbers; often None throughout without Spark Ads."""

    video_views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    favorites: int | None = None
    reach: int | None = None
    engagement_rate: float | None = None
    average_view_time: float | None = None
    video_completion_rate: float | None = None
    two_seconds_views: float | None = None
    six_seconds_views: float | None = None


class DailyMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """One UTC day of a video. A day without data is missing from the list."""

    on: date
    video_views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    favorites: int | None = None
    reach: int | None = None
    engagement_rate: float | None = None
    video_completion_rate: float | None = None
    organic: Part = Part()
    paid: Part = Part()


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One video of one order. ``views_by_source`` are counts. ``released_at`` has the day's precision: midnight UTC of its first day."""

    order_id: str
    video_id: str
    handle: str
    released_at: datetime | None
    metrics: ReportMetrics
    daily: tuple[DailyMetrics, ...] | None
    organic: Part = Part()
    paid: Part = Part()
    views_by_source: dict[str, int] | None = None


class ReportPage(msgspec.Struct, frozen=True):
    """One page of a report; ``total_pages`` is TikTok's word and not to be trusted for loop control."""

    rows: tuple[ReportRow, ...]
    page: int
    total_pages: int
    listed: int = 0
