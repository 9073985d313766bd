"""The order report: ``/tcm/report/get/v2/``."""

from __future__ import annotations

from datetime import date, timedelta

from . import clock, creators, videos
from .answers import invalid, page_info
from .facts import Facts
from .http import Request
from .parameters import Parameters
from .tokens import require_account, require_brand
from .videos import Habits, Video
from .world import ACCOUNT_ID, Order, World

Data = dict[str, object]

DEFAULT_METRICS = (
    "engagement_count",
    "engagement_rate",
    "video_views",
    "likes",
    "shares",
    "comments",
    "reach",
    "total_play_time",
    "average_view_time",
    "two_seconds_views",
    "six_seconds_views",
    "video_completion_rate",
)
AUDIENCE_METRICS = (
    "lifetime_gender_distribution",
    "lifetime_top_age_distribution",
    "lifetime_top_country_distribution",
    "lifetime_device_distribution",
    "audience_interest_distribution",
    "most_popular_country_state_distribution",
)
OPT_IN_METRICS = (
    "video_view_retention",
    "video_views_by_source",
    "video_views_organic",
    "video_views_paid",
    "video_boosted_date",
    "engagement_rate_benchmark_p25",
    "engagement_rate_benchmark_p50",
    "video_completion_rate_benchmark_p25",
    "video_completion_rate_benchmark_p50",
    *AUDIENCE_METRICS,
)
_LONGEST_DAYS = 60
REACH = 0.88


def get(world: World, request: Request, given: Parameters) -> Data:
    """Rows for the known orders among ``order_ids``; foreign ones are ignored."""
    require_brand(world, request)
    given.text("tcm_account_id")
    order_ids = given.strings("order_ids", most=200)
    days = _days(given)
    metrics = given.strings("metrics", most=100, required=False) or list(DEFAULT_METRICS)
    unknown = [name for name in metrics if name not in DEFAULT_METRICS + OPT_IN_METRICS]
    if unknown:
        raise invalid(f"metrics: {unknown[0]} is not a valid metric.")
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 10, 1, 100)
    require_account(given)
    tied = [
        (world.orders[order_id], video_id)
        for order_id in dict.fromkeys(order_ids)
        if order_id in world.orders
        for video_id in world.orders[order_id].video_ids
    ]
    shown = tied[(page - 1) * size : page * size]
    return {
        "insights": [_row(world, order, video_id, metrics, days) for order, video_id in shown],
        "page_info": page_info(page, size, len(tied)),
    }


def _days(given: Parameters) -> list[date] | None:
    """The days of the daily split; None when it is not asked for."""
    start, end = given.day("start_date"), given.day("end_date")
    daily = given.flag("need_daily_stats")
    if start is None or end is None:
        if daily or start or end:
            missing = "start_date" if start is None else "end_date"
            raise invalid(f"{missing}: Missing data for required field.")
        return None
    if not 0 <= (end - start).days <= _LONGEST_DAYS:
        raise invalid("end_date: Must be 0 to 60 days after start_date.")
    count = (end - start).days + 1
    return [start + timedelta(days=n) for n in range(count)] if daily else None


def _row(
    world: World, order: Order, video_id: str, metrics: list[str], days: list[date] | None
) -> Data:
    video = world.video(order.handle, video_id)
    assert video is not None  # noqa: S101 - a tie exists only for a video of this creator
    known = _metrics(world, video)
    values = {name: known[name] for name in metrics}
    if days is not None:
        values["daily_stats"] = daily(world, video, days)
    return {
        "dimensions": {
            "order_id": order.order_id,
            "order_type": "API_ORDER_V2",
            "video_id": video_id,
            "handle_name": order.handle,
            "video_first_release_time": clock.text(video.created_at)[:10],
            "tcm_account_id": ACCOUNT_ID,
        },
        "metrics": values,
    }


def _metrics(world: World, video: Video) -> Data:
    """Counters of this moment, and what TikTok computes once per UTC day (null on the first day)."""
    seen = world.views_at(video, world.clock.now())
    pace = videos.habits(world.seed, video.video_id)
    numbers = videos.counters(pace, seen)
    engaged = sum(numbers.values())
    total_seconds = round(seen * pace.average_seconds)
    settled = settled_views(world, video)
    return {
        **numbers,
        "video_views": seen,
        "engagement_count": engaged,
        "engagement_rate": round(engaged / seen, 5) if seen else None,
        "total_play_time": total_seconds,
        "average_view_time": round(total_seconds / seen, 3) if seen else None,
        "video_completion_rate": pace.retention[-1] if seen else None,
        "reach": None if settled is None else int(settled * REACH),
        "two_seconds_views": None if settled is None else pace.retention[2],
        "six_seconds_views": None if settled is None else pace.retention[6],
        "video_view_retention": list(pace.retention) if seen else None,
        "video_views_by_source": sources(world, video, seen),
        "video_views_organic": seen,
        "video_views_paid": None,
        "engagement_rate_benchmark_p25": 0.021,
        "engagement_rate_benchmark_p50": 0.048,
        "video_completion_rate_benchmark_p25": 0.09,
        "video_completion_rate_benchmark_p50": 0.17,
        "video_boosted_date": "1970-01-01",
        **_audience(world, video, settled),
    }


def settled_views(world: World, video: Video) -> int | None:
    """Views at the last midnight UTC, None while the video has not seen one."""
    now = clock.utc(world.clock.now()).date()
    if now <= clock.utc(video.created_at).date():
        return None
    return world.views_at(video, clock.day_start(now))


def _audience(world: World, video: Video, settled: int | None) -> Data:
    if settled is None:
        return dict.fromkeys(AUDIENCE_METRICS)
    facts = Facts(world.seed, "viewers", video.video_id)
    country = world.creator(video.handle).country
    other = "GB" if country == "US" else "US"
    lists = (
        facts.shares("gender", ("FEMALE", "MALE"), (0.6, 0.4)),
        creators.ages(facts),
        facts.shares("country", (country, other), (0.8, 0.2)),
        facts.shares("device", ("ios", "android"), (0.6, 0.4)),
        facts.shares("interest_tag", ("Food", "Sports", "Travel"), (0.5, 0.3, 0.2)),
    )
    keys = ("gender", "age", "country", "device", "interest_tag")
    values = [creators.named(key, parts) for key, parts in zip(keys, lists, strict=True)]
    return dict(zip(AUDIENCE_METRICS, [*values, _states(facts, country)], strict=True))


def _states(facts: Facts, country: str) -> Data | None:
    """Only a few countries have a split by state."""
    states = creators.STATES.get(country)
    if states is None:
        return None
    weights = [1 / (place + 1) for place in range(len(states))]
    parts = facts.shares("locale", states, weights)
    return {"country": country, "locale_distribution": creators.named("locale", parts)}


def sources(world: World, video: Video, seen: int) -> object:
    """Views by source: an object as documented or a list as in TikTok's example, by video."""
    facts = Facts(world.seed, "sources", video.video_id)
    for_you = int(seen * facts.between("for_you", 0.6, 0.9))
    parts = {"for_you": for_you, "following": seen - for_you}
    if facts.unit("shape") < 0.5:
        return parts
    return [{"source": name, "video_views": part} for name, part in parts.items()]


def daily(world: World, video: Video, days: list[date]) -> list[Data]:
    """Whole UTC days since the release; a day without data is missing."""
    today = clock.utc(world.clock.now()).date()
    first = clock.utc(video.created_at).date()
    pace = videos.habits(world.seed, video.video_id)
    rows = [one_day(world, video, pace, day) for day in days if first <= day < today]
    return [row for row in rows if row["views"]]


def one_day(world: World, video: Video, pace: Habits, day: date) -> Data:
    start = world.views_at(video, clock.day_start(day))
    end = world.views_at(video, clock.day_start(day + timedelta(days=1)))
    before, after = videos.counters(pace, start), videos.counters(pace, end)
    numbers = {name: after[name] - before[name] for name in after}
    seen = end - start
    return {
        "date": day.isoformat(),
        "views": seen,
        **numbers,
        "reach": int(seen * REACH),
        "engagement_rate": round(sum(numbers.values()) / seen, 5) if seen else None,
        "video_completion_rate": pace.retention[-1],
    }
