"""The Accounts API: ``/business/get/`` and ``/business/video/list/`` with a creator's token."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date, timedelta

from . import clock, videos
from .answers import Refusal, invalid
from .clock import DAY
from .creators import Creator, named
from .facts import Facts
from .http import Request
from .parameters import Parameters
from .report import REACH, settled_views
from .tcm import ms
from .tokens import require_creator
from .tto import shapes
from .videos import Video
from .world import Grant, World

Data = dict[str, object]

_DEFAULT_FIELDS = ["display_name", "profile_image"]
_PAST_DAYS = 60
_NEEDS = {
    "username": "user.info.username",
    "profile_deep_link": "user.info.profile",
    "bio_description": "user.info.profile",
    "is_verified": "user.info.profile",
    "is_business_account": "user.account.type",
    "following_count": "user.info.stats",
    "followers_count": "user.info.stats",
    "total_likes": "user.info.stats",
    "videos_count": "user.info.stats",
}
_INSIGHTS = (
    "video_views",
    "profile_views",
    "likes",
    "comments",
    "shares",
    "audience_activity",
    "audience_ages",
    "audience_genders",
    "audience_countries",
    "audience_cities",
    "unique_video_views",
    "daily_total_followers",
    "daily_new_followers",
    "daily_lost_followers",
    "engaged_audience",
)
# Known names that an ordinary account has nothing for.
_OF_REGISTERED_BUSINESSES = (
    "address_clicks",
    "app_download_clicks",
    "bio_link_clicks",
    "email_clicks",
    "lead_submissions",
    "phone_number_clicks",
)
_OF_OTHER_ITEMS = (
    *_OF_REGISTERED_BUSINESSES,
    "website_clicks",
    "profile_views",
    "media_type",
    "is_ad",
)
_ITEM_FIELDS = (
    "item_id",
    "thumbnail_url",
    "share_url",
    "embed_url",
    "caption",
    "create_time",
    "video_duration",
    "likes",
    "comments",
    "shares",
    "favorites",
    "video_views",
)
_ITEM_INSIGHTS = (
    "reach",
    "new_followers",
    "total_time_watched",
    "average_time_watched",
    "full_video_watched_rate",
    "video_view_retention",
    "impression_sources",
    "audience_genders",
    "audience_countries",
    "audience_cities",
    "audience_types",
    "engagement_likes",
)
_PER_DAY = {"video_views", "profile_views", "likes", "comments", "shares", "audience_activity"}
_CITIES = {"GB": ("London", "Leeds"), "US": ("New York", "Austin"), "DE": ("Berlin", "Köln")}


def profile(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/business/get/``; what a missing scope or a small audience hides is absent."""
    grant = require_creator(world, request, "user.info.basic")
    given.text("business_id")
    asked = given.strings("fields", most=100, required=False) or _DEFAULT_FIELDS
    days = _days(world, given)
    person = world.creator(grant.handle)
    known = _real_time(world, request, person)
    _require_known(asked, known, _INSIGHTS, _OF_REGISTERED_BUSINESSES)
    _require_own(grant, given)
    value = {
        name: known[name]
        for name in asked
        if name in known and (name not in _NEEDS or _NEEDS[name] in grant.scopes)
    }
    if "user.insights" in grant.scopes:
        audience = _audience(world, person)
        value |= {name: audience[name] for name in asked if name in audience}
        daily = [name for name in asked if name in _PER_DAY or name == "followers_count"]
        if daily:
            value["metrics"] = [_one_day(world, person, day, daily) for day in days]
    return value


def _require_known(asked: Iterable[str], *known: Container[str]) -> None:
    unknown = [name for name in asked if not any(name in names for names in known)]
    if unknown:
        raise invalid(f"fields: {unknown[0]} is not a valid field.")


def _require_own(grant: Grant, given: Parameters) -> None:
    business_id = given.text("business_id")
    if business_id != grant.open_id:
        raise Refusal(40001, f"No permission to operate business account id: {business_id}")


def _days(world: World, given: Parameters) -> list[date]:
    """The last seven days until yesterday by default; sixty back at the most."""
    yesterday = clock.utc(world.clock.now()).date() - timedelta(days=1)
    end = given.day("end_date") or yesterday
    start = given.day("start_date") or end - timedelta(days=6)
    if start > end:
        raise invalid("start_date: Must not be after end_date.")
    if (yesterday - start).days > _PAST_DAYS:
        raise invalid(f"start_date: No more than {_PAST_DAYS} days back.")
    count = (min(end, yesterday) - start).days + 1
    return [start + timedelta(days=n) for n in range(max(0, count))]


def _real_time(world: World, request: Request, person: Creator) -> Data:
    counts = shapes.counts(world, person)
    return {
        "profile_image": shapes.profile_image(world, request, person.handle),
        "username": person.handle,
        "display_name": person.display_name,
        "profile_deep_link": f"https://www.tiktok.com/@{person.handle}",
        "bio_description": person.bio,
        "is_verified": person.followers > 400_000,
        "is_business_account": False,
        "following_count": counts["following_count"],
        "followers_count": counts["followers_count"],
        "total_likes": counts["likes_count"],
        "videos_count": counts["videos_count"],
    }


def _audience(world: World, person: Creator) -> Data:
    if shapes.counts(world, person)["followers_count"] < 100:
        return {}
    facts = Facts(world.seed, "followers", person.handle)
    other = "US" if person.country != "US" else "GB"
    ages = ("18-24", "25-34", "35-44", "45-54", "55+")
    cities = (*_CITIES.get(person.country, ("Capital", "Harbour")), "Other")
    return {
        "audience_ages": named("age", facts.shares("age", ages, (0.3, 0.38, 0.18, 0.09, 0.05))),
        "audience_genders": named(
            "gender", facts.shares("gender", ("Female", "Male", "Other"), (0.6, 0.38, 0.02))
        ),
        "audience_countries": named(
            "country", facts.shares("country", (person.country, other), (0.8, 0.2))
        ),
        "audience_cities": named("city_name", facts.shares("city", cities, (0.3, 0.1, 0.6))),
    }


def _one_day(world: World, person: Creator, day: date, asked: list[str]) -> Data:
    facts = Facts(world.seed, "day", person.handle, day.isoformat())
    start, end = clock.day_start(day), clock.day_start(day + timedelta(days=1))
    seen, engaged = 0, {"likes": 0, "comments": 0, "shares": 0}
    for video in world.videos_of(person.handle):
        pace = videos.habits(world.seed, video.video_id)
        before, after = world.views_at(video, start), world.views_at(video, end)
        seen += after - before
        first, last = videos.counters(pace, before), videos.counters(pace, after)
        engaged = {name: engaged[name] + last[name] - first[name] for name in engaged}
    age = (end - world.born_at) / DAY
    known: Data = {
        "video_views": seen,
        "profile_views": int(seen * facts.between("profile", 0.01, 0.04)),
        **engaged,
        "followers_count": max(0, person.followers + int(age * person.daily_followers)),
        "audience_activity": [
            {"hour": str(hour), "count": int(person.followers * facts.between(f"{hour}", 0, 0.2))}
            for hour in range(24)
        ],
    }
    return {"date": day.isoformat(), **{name: known[name] for name in asked}}


def video_list(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/business/video/list/``: newest first, twenty a page; deep figures lag a UTC day."""
    grant = require_creator(world, request, "video.list")
    given.text("business_id")
    asked = given.strings("fields", most=100)
    _require_known(asked, _ITEM_FIELDS, _ITEM_INSIGHTS, _OF_OTHER_ITEMS)
    if "item_id" not in asked:
        raise invalid("fields: Must include item_id.")
    wanted = given.nested("filters").strings("video_ids", most=20, required=False)
    cursor = given.integer("cursor", 0, 0, 10**15)
    most = given.integer("max_count", 10, 1, 20)
    _require_own(grant, given)
    shown = world.public_videos_of(grant.handle)
    hits, more, cursor = shapes.page_of(shown, wanted, cursor, most)
    deep = "video.insights" in grant.scopes
    return {
        "videos": [_item(world, request, each, asked, deep=deep) for each in hits],
        "cursor": cursor,
        "has_more": more,
    }


def _item(world: World, request: Request, video: Video, asked: list[str], *, deep: bool) -> Data:
    known = _counted(world, request, video)
    known |= _deep(world, video) if deep else {}
    return {name: known[name] for name in asked if name in known and known[name] is not None}


def _counted(world: World, request: Request, video: Video) -> Data:
    seen = world.views_at(video, world.clock.now())
    pace = videos.habits(world.seed, video.video_id)
    return {
        "item_id": video.video_id,
        "thumbnail_url": shapes.thumbnail(world, request, video.video_id),
        "share_url": f"https://www.tiktok.com/@{video.handle}/video/{video.video_id}",
        "embed_url": shapes.embed_url(video.video_id),
        "caption": video.caption,
        "create_time": str(int(ms(video) // 1000)),
        "video_duration": float(pace.duration),
        **videos.counters(pace, seen),
        "favorites": int(seen * pace.favorite_rate),
        "video_views": seen,
    }


def _deep(world: World, video: Video) -> Data:
    """Figures of the last midnight UTC; None before the first. Countries come in percent."""
    settled = settled_views(world, video) or 0
    pace = videos.habits(world.seed, video.video_id)
    facts = Facts(world.seed, "item", video.video_id)
    home = world.creator(video.handle).country
    sources = ("For You", "Follow", "Personal Profile", "Search", "Others")
    countries = facts.shares("country", (home, "US" if home != "US" else "GB"), (0.8, 0.2))
    new = facts.between("new", 0.4, 0.8)
    fans = facts.between("fans", 0.1, 0.5)
    known: Data = {
        "reach": int(settled * REACH),
        "new_followers": settled // 900,
        "total_time_watched": round(settled * pace.average_seconds, 1),
        "average_time_watched": round(pace.average_seconds, 3),
        "full_video_watched_rate": pace.retention[-1],
        "video_view_retention": [
            {"second": str(second), "percentage": part}
            for second, part in enumerate(pace.retention)
        ],
        "impression_sources": named(
            "impression_source", facts.shares("s", sources, (0.8, 0.1, 0.04, 0.03, 0.03))
        ),
        "audience_genders": named(
            "gender", facts.shares("g", ("Female", "Male", "Other"), (0.6, 0.38, 0.02))
        ),
        "audience_countries": named(
            "country", {name: round(part * 100, 2) for name, part in countries.items()}
        ),
        "audience_cities": named("city_name", {"London": 17.49, "Leeds": 4.2}),
        "audience_types": [
            {"type": "NEW_VIEWER", "percentage": round(new, 4)},
            {"type": "RETURN_VIEWER", "percentage": round(1 - new, 4)},
            {"type": "FOLLOWER_PERCENT", "percentage": round(fans, 4)},
            {"type": "NON_FOLLOWER_PERCENT", "percentage": round(1 - fans, 4)},
        ],
        "engagement_likes": [
            {"second": str(second), "percentage": round(1 / pace.duration, 4)}
            for second in range(pace.duration)
        ],
    }
    return known if settled else dict.fromkeys(known)
