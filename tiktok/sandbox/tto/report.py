"""Post metrics of a campaign, one country per call: ``/tto/tcm/report/``."""

from __future__ import annotations

from datetime import date, timedelta

from tiktok.sandbox import clock, creators, videos
from tiktok.sandbox.answers import invalid, page_info
from tiktok.sandbox.clock import DAY
from tiktok.sandbox.creators import Creator
from tiktok.sandbox.facts import Facts
from tiktok.sandbox.http import Request
from tiktok.sandbox.parameters import Parameters
from tiktok.sandbox.records import Campaign, Linked
from tiktok.sandbox.report import REACH, one_day, settled_views, sources
from tiktok.sandbox.tokens import require_brand, require_tto
from tiktok.sandbox.videos import Habits, Video
from tiktok.sandbox.world import World

from . import shapes
from .campaigns import country_codes, owned, video_ids

Data = dict[str, object]

_PAID_SHARE = 0.4
_DISTRIBUTIONS = (
    "audience_genders_distribution",
    "audience_age_distribution",
    "audience_countries_distribution",
    "audience_locale_distribution",
    "audience_device_distribution",
    "audience_language_distribution",
    "audience_interest_distribution",
)


def get(world: World, request: Request, given: Parameters) -> Data:
    """Only videos of creators in the country of the ``Country-Code`` header."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    campaign_id = given.text("campaign_id")
    country = request.headers.get("country-code", "")
    if not country:
        raise invalid("Country-Code: Missing data for required header.")
    days = _days(given)
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 25, 1, 100)
    require_tto(grant, account_id)
    campaign = owned(world, account_id, campaign_id)
    _require_match(world, campaign, country, days)
    ids = video_ids(world, campaign)
    mine = [v for v in ids if world.creator(world.linked[v].handle).country == country]
    shown = [world.linked[v] for v in mine[(page - 1) * size : page * size]]
    return {
        "tto_tcm_account_id": account_id,
        "campaign_id": campaign_id,
        "country_code": country,
        "campaign_type": campaign.campaign_type,
        "campaign_channel_type": "API_LITE_CAMPAIGN",
        "page_info": page_info(page, size, len(mine)),
        "videos": [_row(world, request, campaign, bound, days) for bound in shown],
    }


def _days(given: Parameters) -> list[date]:
    start, end = given.day("start_date"), given.day("end_date")
    if start is None and end is None:
        return []
    if start is None or end is None:
        missing = "start_date" if start is None else "end_date"
        raise invalid(f"{missing}: Both start_date and end_date, or neither.")
    if not 0 <= (end - start).days <= 730:
        raise invalid("end_date: Must not be before start_date.")
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def _require_match(world: World, campaign: Campaign, country: str, days: list[date]) -> None:
    if country not in country_codes(world, campaign):
        raise invalid(f"Country-Code: {country} is not a country of this campaign.")
    if days and days[0] < clock.utc(campaign.created_at).date():
        raise invalid("start_date: Must not be before the creation of the campaign.")


def _row(
    world: World, request: Request, campaign: Campaign, bound: Linked, days: list[date]
) -> Data:
    video = world.video(bound.handle, bound.video_id)
    assert video is not None  # noqa: S101 - a link exists only for a video of this creator
    person = world.creator(bound.handle)
    spark = world.sparks.get(bound.video_id)
    value: Data = {
        "video_info": {
            "video_id": bound.video_id,
            "create_time": clock.text(video.created_at),
            "embed_url": shapes.embed_url(bound.video_id),
            "thumbnail_url": shapes.thumbnail(world, request, bound.video_id),
            "authorization_code": None if spark is None else spark.code,
        },
        "creator_info": {"handle_name": person.handle, "display_name": person.display_name},
        **_counters(world, video),
        **_watching(world, video),
        **_audience(world, video, person),
        **_ads(world, video),
        **_anchor(world, video, campaign),
    }
    if days:
        value["daily_stats"] = _daily(world, video, days) or None
    return value


def _paid_views(world: World, video: Video, at: float) -> int | None:
    """The views that advertising has added since the Spark code came into use; None without it."""
    spark = world.sparks.get(video.video_id)
    if spark is None or spark.used_at is None or at < spark.used_at:
        return None
    grown = world.views_at(video, at) - world.views_at(video, spark.used_at)
    return int(grown * _PAID_SHARE)


def _counters(world: World, video: Video) -> Data:
    now = world.clock.now()
    seen, paid = world.views_at(video, now), _paid_views(world, video, now)
    pace = videos.habits(world.seed, video.video_id)
    numbers = videos.counters(pace, seen)
    engaged = sum(numbers.values())
    value: Data = {
        "video_views": seen,
        "video_views_organic": seen - (paid or 0),
        "video_views_paid": paid,
    }
    for name, number in {**numbers, "favorites": int(seen * pace.favorite_rate)}.items():
        bought = None if paid is None or not seen else number * paid // seen
        value |= {
            name: number,
            f"{name}_organic": None if bought is None else number - bought,
            f"{name}_paid": bought,
        }
    rate = round(engaged / seen, 5) if seen else None
    return {
        **value,
        "engagement_count": engaged,
        "engagement_rate": rate,
        "engagement_rate_organic": rate if paid else None,
        "engagement_rate_paid": rate if paid else None,
    }


def _watching(world: World, video: Video) -> Data:
    """Play time is of this moment for a week, then of the last midnight; reach always of the latter."""
    now = world.clock.now()
    pace = videos.habits(world.seed, video.video_id)
    settled = settled_views(world, video)
    seen = world.views_at(video, now)
    if settled is not None and now - video.created_at >= 7 * DAY:
        seen = settled
    seconds = round(seen * pace.average_seconds)
    average = round(seconds / seen, 3) if seen else None
    paid = _paid_views(world, video, now) is not None
    return {
        **_reach(world, video, settled),
        "total_play_time": seconds,
        **_split("average_view_time", average, paid=paid),
        **_split("video_completion_rate", pace.retention[-1] if seen else None, paid=paid),
        "video_view_retention": [1, *pace.retention[1:]] if seen else None,
        **_early("two_seconds_views", pace, 2, settled, paid=paid),
        **_early("six_seconds_views", pace, 6, settled, paid=paid),
        "video_views_by_source": _by_source(world, video, seen) if seen else None,
    }


def _split(name: str, value: float | None, *, paid: bool) -> Data:
    return {name: value, f"{name}_organic": value, f"{name}_paid": value if paid else None}


def _reach(world: World, video: Video, settled: int | None) -> Data:
    """People, of the last midnight; the paid part is missing without advertising."""
    if settled is None:
        return dict.fromkeys(("reach", "reach_organic", "reach_paid"))
    midnight = clock.day_start(clock.utc(world.clock.now()).date())
    bought = _paid_views(world, video, midnight)
    paid = None if bought is None else int(bought * REACH)
    reach = int(settled * REACH)
    return {"reach": reach, "reach_organic": reach - (paid or 0), "reach_paid": paid}


def _early(name: str, pace: Habits, second: int, settled: int | None, *, paid: bool) -> Data:
    part = None if settled is None else pace.retention[second]
    return {name: part, f"organic_{name}": part, f"paid_{name}": part if paid else None}


def _by_source(world: World, video: Video, seen: int) -> object:
    """Counts that add up to the views; an object or a list, by video."""
    for_you = sources(world, video, seen)
    facts = Facts(world.seed, "tto-sources", video.video_id)
    names = ("for_you", "following", "personal_profile", "search", "hashtag", "sound", "other")
    parts = facts.shares("source", names, (0.8, 0.08, 0.05, 0.03, 0.02, 0.01, 0.01))
    counts = {name: int(seen * part) for name, part in parts.items()}
    counts["for_you"] += seen - sum(counts.values())
    if isinstance(for_you, dict):
        return counts
    return [{"source": name, "video_views": count} for name, count in counts.items()]


def _audience(world: World, video: Video, person: Creator) -> Data:
    """Shares of the viewers; nothing on the first UTC day, states in the United States only."""
    if settled_views(world, video) is None:
        return dict.fromkeys(_DISTRIBUTIONS)
    facts = Facts(world.seed, "viewers", video.video_id)
    country = person.country
    other = "GB" if country == "US" else "US"
    ages = facts.shares("age6", tuple("123456"), (0.03, 0.25, 0.38, 0.2, 0.09, 0.05))
    states = facts.shares("locale", ("5332921", "4736286", "5128638"), (0.5, 0.3, 0.2))
    interests = facts.shares("interest", ("14", "3", "21", "8"), (0.4, 0.3, 0.2, 0.1))
    lists = (
        ("gender", facts.shares("gender", ("FEMALE", "MALE"), (0.6, 0.4))),
        ("age", ages),
        ("country", facts.shares("country", (country, other), (0.8, 0.2))),
        ("locale", states if country == "US" else None),
        ("device", facts.shares("device", ("ios", "android"), (0.6, 0.4))),
        ("language", facts.shares("language", ("en", "es"), (0.85, 0.15))),
        ("interest_tag", interests),
    )
    return {
        name: None if parts is None else creators.named(key, parts)
        for name, (key, parts) in zip(_DISTRIBUTIONS, lists, strict=True)
    }


def _ads(world: World, video: Video) -> Data:
    paid = _paid_views(world, video, world.clock.now())
    if not paid:
        rates = ("ad_cpa", "ad_cpc", "ad_cpm", "ad_ctr", "ad_cvr", "ad_roas")
        counts = ("ad_cost", "ad_clicks", "ad_conversions", "ad_impressions")
        return {**dict.fromkeys(counts, 0), **dict.fromkeys(rates)}
    cost, clicks, conversions = round(paid * 0.006, 2), paid // 80, paid // 2000
    return {
        "ad_cost": cost,
        "ad_clicks": clicks,
        "ad_conversions": conversions,
        "ad_impressions": paid,
        "ad_cpa": round(cost / conversions, 2) if conversions else None,
        "ad_cpc": round(cost / clicks, 2) if clicks else None,
        "ad_cpm": round(cost / paid * 1000, 2),
        "ad_ctr": round(clicks / paid, 4),
        "ad_cvr": round(conversions / clicks, 4) if clicks else None,
        "ad_roas": round(conversions * 12 / cost, 2) if cost else None,
    }


def _anchor(world: World, video: Video, campaign: Campaign) -> Data:
    if campaign.anchor_id is None:
        return {"anchor_id": None, "anchor_metrics": None}
    seen = world.views_at(video, world.clock.now())
    return {
        "anchor_id": campaign.anchor_id,
        "anchor_metrics": {
            "anchor_views": seen * 6 // 10,
            "anchor_clicks": seen // 90,
            "anchor_unique_views": seen // 2,
            "anchor_unique_clicks": seen // 110,
        },
    }


def _daily(world: World, video: Video, days: list[date]) -> list[Data]:
    """Whole UTC days since the post; a day without data is missing, not zero."""
    today = clock.utc(world.clock.now()).date()
    first = clock.utc(video.created_at).date()
    pace = videos.habits(world.seed, video.video_id)
    whole = [day for day in days if first <= day < today]
    rows = [(day, one_day(world, video, pace, day)) for day in whole]
    return [{**row, **_daily_split(world, video, pace, day)} for day, row in rows if row["views"]]


def _daily_split(world: World, video: Video, pace: Habits, day: date) -> Data:
    start, end = clock.day_start(day), clock.day_start(day + timedelta(days=1))
    seen = world.views_at(video, end) - world.views_at(video, start)
    after = _paid_views(world, video, end)
    paid = None if after is None else after - (_paid_views(world, video, start) or 0)
    return {
        "video_views_organic": seen - (paid or 0),
        "video_views_paid": paid,
        "favorites": int(seen * pace.favorite_rate),
    }
