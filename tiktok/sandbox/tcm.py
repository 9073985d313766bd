"""Creators and their videos: ``/tcm/creator/…``."""

from __future__ import annotations

from . import creators, videos
from .answers import Refusal, invalid
from .clock import DAY, utc
from .creators import IN, INVALID, INVITED, NOT_IN, Creator
from .http import Request
from .parameters import Parameters
from .tokens import require_account, require_brand, require_creator, require_self
from .videos import Video
from .world import World

Data = dict[str, object]

_PROFILE_IMAGE_SECONDS = 2 * DAY
_THUMBNAIL_SECONDS = 6 * 3600.0
_DEFAULT_FIELDS = ["profile_image", "display_name"]
_MARKETPLACE_ONLY = (
    "average_views",
    "engagement_rate",
    "completion_rate",
    "six_seconds_views_rate",
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
    given.text("tcm_account_id")
    handles = given.strings("handle_names", "handler_names", most=20)
    require_account(given)
    return {
        "onboarding_status": [
            {"handler_name": handle, "status": world.creator(handle).membership}
            for handle in handles
        ]
    }


def invite(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tcm/creator/invite/``."""
    require_brand(world, request)
    given.text("tcm_account_id")
    handles = given.strings("handle_names", "handler_names", most=20)
    require_account(given)
    answer: dict[str, list[str]] = {"in_tcm": [], "invited": [], "rejected": []}
    reasons: dict[str, str] = {}
    for handle in handles:
        membership = world.creator(handle).membership
        if membership == IN:
            answer["in_tcm"].append(handle)
        elif membership == INVALID:
            answer["rejected"].append(handle)
            reasons[handle] = "This account does not exist."
        else:
            answer["invited"].append(handle)
            world.memberships[handle.lower()] = INVITED
            world.dirty = True
    return {**answer, "reject_reasons": reasons}


def public(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tcm/creator/public/``: the shared model with fewer fields filled."""
    require_brand(world, request)
    handle = given.text("handle_name")
    require_account(given)
    person = in_marketplace(world, handle)
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
    person = in_marketplace(world, handle)
    return _posts(world, person, request, (wanted, cursor, limit))


def authorized(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tcm/creator/authorized/``; without ``fields`` only image and display name."""
    grant = require_creator(world, request, "biz.creator.info")
    given.text("creator_id")
    asked = given.strings("fields", most=100, required=False) or _DEFAULT_FIELDS
    require_self(grant, given)
    person = world.creator(grant.handle)
    known = _authorized_fields(world, person, request)
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise invalid(f"fields: {unknown[0]} is not a valid field.")
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


def in_marketplace(world: World, handle: str) -> Creator:
    """The creator, if brands may see the account."""
    person = world.creator(handle)
    if person.membership == INVALID:
        raise Refusal(40007, f"Handle {handle} does not exist.")
    if person.membership in {NOT_IN, INVITED}:
        raise Refusal(40121, f"Handle {handle} is not a marketplace creator.")
    return person


def _identity(world: World, person: Creator, request: Request) -> Data:
    expires = int(world.clock.now() // 3600 * 3600 + _PROFILE_IMAGE_SECONDS)
    return {
        "handle_name": person.handle,
        "display_name": person.display_name,
        "bio": person.bio,
        "profile_image": f"{request.origin}/_sandbox/a/{person.handle}.svg?x-expires={expires}",
    }


def _counts(world: World, person: Creator) -> Data:
    days = (world.clock.now() - world.born_at) / DAY
    shown = world.public_videos_of(person.handle)
    return {
        "followers_count": person.followers + int(days * person.daily_followers),
        "followings_count": person.following,
        "videos_count": person.older_videos + len(shown),
        "likes_count": person.likes + int(days * person.daily_followers * 8),
    }


def _authorized_fields(world: World, person: Creator, request: Request) -> Data:
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
        **_averages(world, person),
    }
    if person.membership != IN:
        known |= dict.fromkeys(_MARKETPLACE_ONLY)
    return known


def _rate(person: Creator) -> Data:
    if person.rate is None:
        return {"rate": "", "currency": "", "is_negotiable_type": True}
    return {"rate": person.rate, "currency": person.currency, "is_negotiable_type": False}


def _averages(world: World, person: Creator) -> Data:
    """TikTok's averages over the latest 30 videos; none without a view."""
    latest = world.public_videos_of(person.handle)[:30]
    now = world.clock.now()
    seen = {video.video_id: world.views_at(video, now) for video in latest}
    total = sum(seen.values())
    if not total:
        return dict.fromkeys(("average_views", "engagement_rate", "completion_rate"))
    paces = {video_id: videos.habits(world.seed, video_id) for video_id in seen}
    engaged = sum(sum(videos.counters(paces[v], n).values()) for v, n in seen.items())
    completed = sum(paces[v].retention[-1] for v in seen) / len(seen)
    return {
        "average_views": round(total / len(seen), 2),
        "engagement_rate": round(engaged / total, 4),
        "completion_rate": round(completed, 4),
        "six_seconds_views_rate": round(sum(p.retention[6] for p in paces.values()) / len(seen), 4),
    }


def _page(given: Parameters) -> tuple[list[str], int, int]:
    wanted = given.strings("video_ids", most=25, required=False)
    cursor = given.integer("cursor", 0, 0, 10**15)
    return wanted, cursor, given.integer("limit", 10, 1, 10)


def _posts(
    world: World, person: Creator, request: Request, page: tuple[list[str], int, int]
) -> Data:
    """Newest first; the cursor is the last item's time in ms, a list of ids ignores it."""
    wanted, cursor, limit = page
    shown = world.public_videos_of(person.handle)
    if wanted:
        hits = [video for video in shown if video.video_id in wanted]
        more: list[Video] = []
    else:
        older = [video for video in shown if not cursor or ms(video) < cursor]
        hits, more = older[:limit], older[limit:]
    return {
        "posts": [_post(world, person, video, request) for video in hits],
        "page_info": {"has_more": bool(more), "cursor": ms(hits[-1]) if hits else cursor},
    }


def ms(video: Video) -> int:
    """When the video was posted, in epoch milliseconds."""
    return int(video.created_at * 1000)


def _post(world: World, person: Creator, video: Video, request: Request) -> Data:
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
