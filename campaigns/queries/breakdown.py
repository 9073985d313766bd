"""The parts of a post's numbers: where views come from, organic and paid, TikTok's benchmarks; or why they are not there."""

from __future__ import annotations

from typing import Any

from campaigns.models import Post
from tiktok.availability import SEND_AN_ORDER
from tiktok.enums import Dialect, PostMetric
from tiktok.queries.metrics import NOT_YET
from ui.templatetags.formats import percent

SOURCES = {
    "for_you": "For You feed", "hashtag": "Hashtags", "sound": "Sounds", "personal_profile": "Profile",
    "search": "Search", "following": "Following", "other": "Other",
}  # fmt: skip
NOT_FROM_TTCM = "The Creator Marketplace does not tell organic and paid views apart."
NO_BENCHMARK = "TikTok One gives no benchmarks."


def view_sources(post: Post) -> tuple[list[dict[str, Any]], str]:
    """The shares of views by where they came from, the largest first; else the reason why there are none."""
    counts = _part(post, "sources")
    total = sum(counts.values())
    if not total:
        return [], _reason(post)
    rows = [
        {"label": SOURCES.get(name, name.replace("_", " ").capitalize()), "share": count / total}
        for name, count in counts.items()
        if count
    ]
    return sorted(rows, key=lambda row: row["share"], reverse=True), ""


def organic_and_paid(post: Post) -> tuple[list[dict[str, Any]], str]:
    """Views without and with advertising as shares of both, each with its numbers; else the reason why there are none."""
    sides = {"Organic": _part(post, "organic"), "Paid (Spark Ads)": _part(post, "paid")}
    views = {name: side.get("video_views") for name, side in sides.items()}
    total = sum(count or 0 for count in views.values())
    if not total:
        is_tied_at_ttcm = post.is_tied_to_order and _dialect(post) == Dialect.TTCM
        return [], NOT_FROM_TTCM if is_tied_at_ttcm else _reason(post)
    rows = [
        {"label": name, "share": count / total, "views": count, **sides[name]}
        for name, count in views.items()
        if count is not None
    ]
    return rows, ""


def benchmark(post: Post, metric: str) -> str:
    """TikTok's 25th and 50th percentile of similar videos in words, or why there are none; empty for other metrics."""
    if metric not in {PostMetric.ENGAGEMENT_RATE, PostMetric.VIDEO_COMPLETION_RATE}:
        return ""
    if not post.is_tied_to_order:
        return ""
    if pair := _part(post, "benchmarks").get(metric):
        return f"TikTok’s benchmark: P25 {percent(pair[0])}, P50 {percent(pair[1])}."
    return NO_BENCHMARK if _dialect(post) == Dialect.TTO else ""


def _part(post: Post, name: str) -> dict[str, Any]:
    return post.video.breakdown.get(name, {}) if post.video and post.is_tied_to_order else {}


def _reason(post: Post) -> str:
    return NOT_YET if post.is_tied_to_order else SEND_AN_ORDER


def _dialect(post: Post) -> str:
    account = post.order.request.marketplace_account if post.order else None
    return account.dialect if account else ""
