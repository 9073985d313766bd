"""Oddities: the same facts as in documented answers, written otherwise.

Each oddity changes the ``data`` of an answer on its way out. All but ``live_campaigns``, ``spoilt_fields`` and
the two that add numbers say the same as before, so that a client may not notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

LISTS = frozenset(
    {"posts", "videos", "campaigns", "creators", "video_infos", "orders", "insights", "anchors"}
    | {"brands", "onboarding_status", "audit_status_list", "subscriptions", "link_requests"}
)
COUNTERS = frozenset(
    {"likes", "comments", "shares", "favorites", "video_views", "views", "reach", "likes_count"}
    | {"followers_count", "following_count", "followings_count", "videos_count", "total_likes"}
    | {"engagement_count", "median_views", "new_followers", "number_of_followers"}
)
SPLIT = ("likes", "comments", "shares", "favorites")
_PAID_SHARE = 4

Data = dict[str, Any]


def applied(names: list[str], spoilt: Mapping[str, Any], data: object) -> object:
    """The answer's data with these oddities, and with every field of ``spoilt`` replaced by its value."""
    for name in names:
        data = ODDITIES[name](data)
    return (
        _each(data, lambda row: {k: spoilt.get(k, v) for k, v in row.items()}) if spoilt else data
    )


def _each(value: Any, change: Callable[[Data], Data]) -> Any:
    """Every object within a value, changed from the innermost on."""
    if isinstance(value, list):
        return [_each(item, change) for item in value]
    if isinstance(value, dict):
        return change({key: _each(item, change) for key, item in value.items()})
    return value


def omit_empty(data: object) -> object:
    """Keys without a value are not sent: no null, no empty list, object or text."""
    return _each(data, lambda row: {k: v for k, v in row.items() if v not in (None, [], {}, "")})


def fractional_counters(data: object) -> object:
    """Counters are floats, and times are, too; what advertising brought may be part of a click."""
    return _each(data, _fractional)


def _fractional(row: Data) -> Data:
    floats = {k: float(v) for k, v in row.items() if k in COUNTERS and type(v) is int}
    clicks = {k: row[k] + 0.25 for k in ("ad_clicks", "ad_conversions") if row.get(k)}
    return row | floats | clicks


def numbers_as_text(data: object) -> object:
    """Counters are texts and ids that are digits are numbers; a curve stands in a text."""
    return _each(data, _retyped)


def _retyped(row: Data) -> Data:
    counters = {k: str(v) for k, v in row.items() if k in COUNTERS and type(v) is int}
    ids = {
        k: int(v)
        for k, v in row.items()
        if k.endswith("_id") and isinstance(v, str) and v.isdigit() and v[0] != "0"
    }
    curve = row.get("video_view_retention")
    curves = (
        {"video_view_retention": str(curve)}
        if isinstance(curve, list) and curve and not isinstance(curve[0], dict)
        else {}
    )
    return row | counters | ids | curves


def repeated_rows(data: object) -> object:
    """The last row of a list comes twice, and an empty one with it."""
    return _each(data, _repeated)


def _repeated(row: Data) -> Data:
    lists = {
        k: [*v, v[-1], None] for k, v in row.items() if k in LISTS and isinstance(v, list) and v
    }
    return row | lists


def live_campaigns(data: object) -> object:
    """Campaigns as TikTok's own screens make them: no creators, no brand, for one in three no link."""
    return _each(data, _live)


def _live(row: Data) -> Data:
    if not isinstance(row.get("campaigns"), list):
        return row
    return row | {"campaigns": [_live_campaign(each) for each in row["campaigns"]]}


def _live_campaign(campaign: Data) -> Data:
    hidden = {"handle_names", "brand_name"}
    if int(campaign["campaign_id"]) % 3 == 0:
        hidden.add("invite_link")
    kept = {k: v for k, v in campaign.items() if k not in hidden}
    return kept | {"campaign_channel_type": "STANDARD_CAMPAIGN", "update_time": "-"}


def anchor_metrics(data: object) -> object:
    """Reported videos have the numbers of an anchor."""
    return _each(data, lambda row: row | _anchored(row) if "anchor_metrics" in row else row)


def _anchored(row: Data) -> Data:
    views = int(row.get("video_views") or 0)
    counts = {"anchor_views": views // 2, "anchor_clicks": views // 90}
    unique = {"anchor_unique_views": views // 3, "anchor_unique_clicks": views // 110}
    return {
        "anchor_id": row["anchor_id"] or "7465000000000000001",
        "anchor_metrics": counts | unique,
    }


def daily_splits(data: object) -> object:
    """Days tell organic from paid, too: counters and engagement rate."""
    return _each(data, _split_days)


def _split_days(row: Data) -> Data:
    if not isinstance(row.get("daily_stats"), list):
        return row
    return row | {"daily_stats": [each | _split(each) for each in row["daily_stats"]]}


def _split(day: Data) -> Data:
    parts: Data = {}
    for name in SPLIT:
        paid = int(day.get(name) or 0) // _PAID_SHARE
        parts |= {f"{name}_organic": int(day.get(name) or 0) - paid, f"{name}_paid": paid}
    rate = day.get("engagement_rate")
    return parts | {"engagement_rate_organic": rate, "engagement_rate_paid": rate}


ODDITIES: dict[str, Callable[[object], object]] = {
    each.__name__: each
    for each in (
        *(omit_empty, fractional_counters, numbers_as_text, repeated_rows, live_campaigns),
        *(anchor_metrics, daily_splits),
    )
}
