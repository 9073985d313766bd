"""Creators and their videos: ``/tcm/creator/…``."""

from __future__ import annotations

from . import creators, videos
from .answers import Refusal, invalid
from .cast import IN, INVALID, INVITED
from .clock import DAY, utc
from .facts import Facts
from .http import Request
from .parameters import Parameters
from .tokens import require_account, require_brand, require_creator, require_self
from .videos import Video
from .world import World

Data = dict[str, object]

_PROFILE_IMAGE_SECONDS = 2 * DAY
_THUMBNAIL_SECONDS = 6 * 3600.0
_DEFAULT_FIELDS = ["profile_image", "display_name"]
_AVERAGES = (
    "average_views",
    "average_likes",
    "average_shares",
    "average_comments",
    "engagement_rate",
    "completion_rate",
    "six_seconds_views_rate",
)
_BENCHMARKS = (
    "average_views_benchmark",
    "engagement_rate_benchmark",
    "engagements_benchmark",
    "completion_rate_benchmark",
    "six_seconds_views_rate_benchmark",
    "followers_growth_rate_benchmark",
)
_SPONSORED = {
    "avg_views_per_video": "average_views",
    "avg_six_seconds_views_per_video": "six_seconds_views_rate",
    "video_completion_rate": "completion_rate",
    "engagement_rate": "engagement_rate",
    "recent_videos_likes": "average_likes",
    "recent_videos_shares": "average_shares",
    "recent_videos_comments": "average_comments",
}
_MARKETPLACE_ONLY = (
    *_AVERAGES,
    *_BENCHMARKS,
    "followers_growth_rate",
    "sponsored_video",
    "creator_rate",
    "audience_locales",
    "topics",
    "creator_badges",
)
_AUDIENCE = (
    "audience_countries",
    "audience_genders",
    "audience_ages",
    "audience_locales",
    "audience_device",
    "audience_usage",
)


def status(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tcm/creator/status/get/``; answers under the documented misspelling ``handler_name``."""
    require_brand(world, request)
    account_id = given.text("tcm_account_id")
    handles = given.strings("handle_names", "handler_names", most=20)
    require_account(given)
    return {
        "onboarding_status": [
            {"handler_name": handle, "status": world.creator(handle, account_id).membership}
            for handle in handles
        ]
    }


def invite(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tcm/creator/invite/``."""
    require_brand(world, request)
    account_id = given.text("tcm_account_id")
    handles = given.strings("handle_names", "handler_names", most=20)
    require_account(given)
    answer: dict[str, list[str]] = {"in_tcm": [], "invited": [], "rejected": []}
    reasons: dict[str, str] = {}
    for handle in handles:
        membership = world.creator(handle, account_id).membership
        if membership == IN:
            answer["in_tcm"].append(handle)
        elif membership == INVALID:
            answer["rejected"].append(handle)
            reasons[handle] = "This account does not exist."
        else:
            answer["invited"].append(handle)
            at = account_id if f"{account_id}/{handle.lower()}" in world.markets else ""
            world.move(handle, INVITED, at)
    return {**answer, "reject_reasons": reasons}


def public(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tcm/creator/public/``: the shared model with fewer fields filled."""
    require_brand(world, request)
    handle = given.text("handle_name")
    require_account(given)
    person = in_marketplace(world, handle, given.text("tcm_account_id"))
    return {
        **_identity(world, person, request),
        "creator_id": person.creator_id,
        **_counts(world, person),
        "creator_rate": None,
        "audience_countries": None,
        "audience_locales": None,
        "is_on_vacation": False,
    }


def public_videos(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tcm/creator/public/video/list/``."""
    require_brand(world, request)
    handle = given.text("handle_name")
    wanted, cursor, limit = _page(given)
    require_account(given)
    person = in_marketplace(world, handle, given.text("tcm_account_id"))
    return _posts(world, person, request, (wanted, cursor, limit))


def authorized(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tcm/creator/authorized/``; without ``fields`` only image and display name."""
    grant = require_creator(world, request, "biz.creator.info")
    given.text("creator_id")
    asked = given.strings("fields", most=100, required=False) or _DEFAULT_FIELDS
    person = world.creator(grant.handle)
    known = _authorized_fields(world, person, request)
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise invalid(f"fields: {unknown[0]} is not a valid field.")
    require_self(grant, given)
    if "biz.creator.insights" not in grant.scopes:
        known |= dict.fromkeys(_AUDIENCE)
    return {name: known[name] for name in asked}


def authorized_videos(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tcm/creator/authorized/video/list/``."""
    grant = require_creator(world, request, "video.list")
    given.text("creator_id")
    page = _page(given)
    require_self(grant, given)
    return _posts(world, world.creator(grant.handle), request, page)


def in_marketplace(world: World, handle: str, account_id: str) -> creators.Creator:
    """The creator, if brands may see the account in the market of theirs."""
    person = world.creator(handle, account_id)
    if person.membership == INVALID:
        raise Refusal(40007, f"Handle {handle} does not exist.")
    if person.membership != IN:
        raise Refusal(40121, f"Handle {handle} is not a marketplace creator.")
    return person


def _identity(world: World, person: creators.Creator, request: Request) -> Data:
    expires = int(world.clock.now() // 3600 * 3600 + _PROFILE_IMAGE_SECONDS)
    return {
        "handle_name": person.handle,
        "display_name": person.display_name,
        "bio": person.bio,
        "profile_image": f"{request.origin}/_sandbox/a/{person.handle}.svg?x-expires={expires}",
    }


def _counts(world: World, person: creators.Creator) -> dict[str, int]:
    days = (world.clock.now() - world.born_at) / DAY
    shown = world.public_videos_of(person.handle)
    return {
        "followers_count": person.followers + int(days * person.daily_followers),
        "followings_count": person.following,
        "videos_count": person.older_videos + len(shown),
        "likes_count": person.likes + int(days * person.daily_followers * 8),
    }


def _authorized_fields(world: World, person: creators.Creator, request: Request) -> Data:
    known: Data = {
        **_identity(world, person, request),
        **_counts(world, person),
        "creator_id": person.creator_id,
        "location": person.country,
        "topics": [person.topic],
        "creator_badges": ["RESPONSIVE", "RISING"],
        "is_on_vacation": False,
        "vacation_start_date": "",
        "vacation_end_date": "",
        "creator_rate": _rate(person),
        **dict.fromkeys(_AUDIENCE),
        **creators.audience(world.seed, person),
        **_averages(world, world.public_videos_of(person.handle)[:30]),
        **_active(world, person),
        "sponsored_video": _sponsored(world, person),
    }
    if person.membership != IN:
        known |= dict.fromkeys(_MARKETPLACE_ONLY)
    return known


def _rate(person: creators.Creator) -> Data:
    if person.rate is None:
        return {"rate": "", "currency": "", "is_negotiable_type": True}
    return {"rate": person.rate, "currency": person.currency, "is_negotiable_type": False}


def _averages(world: World, latest: list[Video]) -> Data:
    """TikTok's averages over these videos; none without a view."""
    now = world.clock.now()
    paces = [videos.habits(world.seed, video.video_id) for video in latest]
    seen = [world.views_at(video, now) for video in latest]
    total, amount = sum(seen), len(seen)
    if not total:
        return dict.fromkeys(_AVERAGES)
    each = [videos.counters(pace, views) for pace, views in zip(paces, seen, strict=True)]
    sums = {name: sum(numbers[name] for numbers in each) for name in each[0]}
    return {
        "average_views": round(total / amount, 2),
        **{f"average_{name}": round(number / amount, 2) for name, number in sums.items()},
        "engagement_rate": round(sum(sums.values()) / total, 4),
        "completion_rate": round(sum(pace.retention[-1] for pace in paces) / amount, 4),
        "six_seconds_views_rate": round(sum(pace.retention[6] for pace in paces) / amount, 4),
    }


def _active(world: World, person: creators.Creator) -> Data:
    """Growth over thirty days, and ranks among creators like this one: 1 is the first percent."""
    facts = Facts(world.seed, "standing", person.handle)
    now = _counts(world, person)["followers_count"]
    before = now - int(30 * person.daily_followers)
    return {
        "followers_growth_rate": round(now / before - 1, 4) if before > 0 else None,
        **{name: round(facts.between(name, 0.1, 1), 4) for name in _BENCHMARKS},
    }


def _sponsored(world: World, person: creators.Creator) -> Data | None:
    """The same averages over branded posts, in words of their own."""
    shown = world.public_videos_of(person.handle)
    branded = [v for v in shown if v.video_id in world.ties or v.video_id in world.linked][:30]
    figures = _averages(world, branded)
    return {theirs: figures[ours] for theirs, ours in _SPONSORED.items()} if branded else None


def _page(given: Parameters) -> tuple[list[str], int, int]:
    wanted = given.strings("video_ids", most=25, required=False)
    cursor = given.integer("cursor", 0, 0, 10**15)
    return wanted, cursor, given.integer("limit", 10, 1, 10)


def _posts(
    world: World, person: creators.Creator, request: Request, page: tuple[list[str], int, int]
) -> Data:
    """Newest first, among the wanted ones if any; the cursor is the last item's time in ms."""
    wanted, cursor, limit = page
    shown = world.public_videos_of(person.handle)
    matching = [video for video in shown if not wanted or video.video_id in wanted]
    older = [video for video in matching if not cursor or ms(video) < cursor]
    hits = older[:limit]
    return {
        "posts": [_post(world, person, video, request) for video in hits],
        "page_info": {
            "has_more": len(older) > limit,
            "cursor": ms(hits[-1]) if hits else cursor,
        },
    }


def ms(video: Video) -> int:
    """The time at which the video was posted, in epoch milliseconds."""
    return int(video.created_at * 1000)


def _post(world: World, person: creators.Creator, video: Video, request: Request) -> Data:
    now = world.clock.now()
    seen = world.views_at(video, now)
    numbers = videos.counters(videos.habits(world.seed, video.video_id), seen)
    engaged = sum(numbers.values())
    expires = int(now // 3600 * 3600 + _THUMBNAIL_SECONDS)
    return {
        "video_id": video.video_id,
        "display_name": person.display_name,
        "caption": video.caption,
        "create_time": str(ms(video)),
        "embed_url": f"https://www.tiktok.com/player/v1/{video.video_id}",
        "thumbnail_url": f"{request.origin}/_sandbox/t/{video.video_id}.svg?x-expires={expires}",
        **numbers,
        "video_views": seen,
        "engagement_count": engaged,
        "engagement_rate": round(engaged / seen, 5) if seen else None,
        "is_pinned": utc(video.created_at).day == 1,
    }
