"""Creators: ``/tto/tcm/creator/…`` for brands, ``/tto/creator/authorized/…`` for themselves."""

from __future__ import annotations

from tiktok.sandbox.answers import invalid
from tiktok.sandbox.cast import IN, INVITED, NOT_IN
from tiktok.sandbox.creators import Creator, named
from tiktok.sandbox.facts import Facts
from tiktok.sandbox.http import Request
from tiktok.sandbox.parameters import Parameters
from tiktok.sandbox.tcm import in_marketplace
from tiktok.sandbox.tokens import require_brand, require_creator, require_self, require_tto
from tiktok.sandbox.world import World

from . import shapes

Data = dict[str, object]

FIELDS = (
    "profile_image",
    "handle_name",
    "display_name",
    "bio",
    "country_code",
    "followers_count",
    "following_count",
    "likes_count",
    "videos_count",
    "creator_rate",
    "content_labels",
    "industry_labels",
    "audience_countries",
    "audience_genders",
    "audience_ages",
    "audience_devices",
    "audience_usages",
)
_DEFAULT_FIELDS = ["profile_image", "display_name"]
_SMALLEST_AUDIENCE = 100


def status(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/tcm/creator/status/get/``; this generation does not know INVITED."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    handles = given.strings("handle_names", most=20)
    require_tto(grant, account_id)
    return {
        "onboarding_status": [
            {"handle_name": handle, "status": _status(world, handle, account_id)}
            for handle in handles
        ]
    }


def _status(world: World, handle: str, account_id: str) -> str:
    membership = world.creator(handle, account_id).membership
    return NOT_IN if membership == INVITED else membership


def public(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/tcm/creator/public/``."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    handle = given.text("handle_name")
    require_tto(grant, account_id)
    person = in_marketplace(world, handle, account_id)
    figures = shapes.figures(world, person, world.clock.now())
    value: Data = {
        "handle_name": person.handle,
        "display_name": person.display_name,
        "bio": person.bio,
        "profile_image": shapes.profile_image(world, request, person.handle),
        "creator_id": person.creator_id,
        **shapes.counts(world, person),
        "median_views": figures["median_views"],
        "engagement_rate": figures["engagement_rate"],
        "creator_price": person.rate,
        "currency": None if person.rate is None else person.currency,
        "industry_labels": shapes.labels(shapes.industry_label(world.seed, person)),
        "content_labels": shapes.labels(shapes.content_label(person)),
    }
    if person.handle == shapes.STRANGER:
        value["creator_tier"] = {"name": "RISING", "since": "2026-01"}
    return value


def public_videos(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/tcm/creator/public/video/list/``; the cursor is in ``page_info``."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    handle = given.text("handle_name")
    wanted = given.strings("video_ids", most=25, required=False)
    cursor = given.integer("cursor", 0, 0, 10**15)
    limit = given.integer("limit", 10, 1, 25)
    require_tto(grant, account_id)
    person = in_marketplace(world, handle, account_id)
    shown = world.public_videos_of(person.handle)
    hits, more, cursor = shapes.page_of(shown, wanted, cursor, limit)
    return {
        "posts": [shapes.post(world, person, video, request) for video in hits],
        "page_info": {"has_more": more, "cursor": cursor},
    }


def authorized(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/creator/authorized/``; without ``fields`` only image and display name."""
    grant = require_creator(world, request, "biz.creator.info")
    given.text("creator_id")
    asked = given.strings("fields", most=100, required=False) or _DEFAULT_FIELDS
    unknown = [name for name in asked if name not in FIELDS]
    if unknown:
        raise invalid(f"fields: {unknown[0]} is not a valid field.")
    require_self(grant, given)
    person = world.creator(grant.handle)
    known = _profile(world, person, request)
    if "biz.creator.insights" in grant.scopes:
        known |= _audience(world, person)
    return {name: known.get(name) for name in asked}


def authorized_videos(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/creator/authorized/video/list/``; the cursor is at the top."""
    grant = require_creator(world, request, "video.list")
    given.text("creator_id")
    wanted = given.strings("video_ids", most=100, required=False)
    cursor = given.integer("cursor", 0, 0, 10**15)
    limit = given.integer("limit", 10, 1, 10)
    require_self(grant, given)
    if wanted:  # documented here only: they come all at once
        cursor, limit = 0, len(wanted)
    person = world.creator(grant.handle)
    shown = world.public_videos_of(person.handle)
    hits, more, cursor = shapes.page_of(shown, wanted, cursor, limit)
    posts = [shapes.post(world, person, video, request) for video in hits]
    return {"posts": posts, "has_more": more, "cursor": cursor}


def _profile(world: World, person: Creator, request: Request) -> Data:
    inside = person.membership == IN
    industry = shapes.industry_label(world.seed, person) if inside else None
    return {
        "profile_image": shapes.profile_image(world, request, person.handle),
        "handle_name": person.handle,
        "display_name": person.display_name,
        "bio": person.bio,
        "country_code": person.country,
        **shapes.counts(world, person),
        "creator_rate": _rate(person) if inside else None,
        "content_labels": shapes.labels(shapes.content_label(person), numbers=True),
        "industry_labels": shapes.labels(industry, numbers=True),
    }


def _rate(person: Creator) -> Data | None:
    if person.rate is None:
        return None
    return {"rate": person.rate, "currency": person.currency}


def _audience(world: World, person: Creator) -> Data:
    """Shares of the followers; nothing below a hundred of them."""
    if shapes.counts(world, person)["followers_count"] < _SMALLEST_AUDIENCE:
        return {name: [] for name in FIELDS if name.startswith("audience_")}
    facts = Facts(world.seed, "audience", person.handle)
    others = [country for country in ("US", "GB", "DE", "BR") if country != person.country][:2]
    women = facts.between("women", 0.2, 0.8)
    shares = {
        "country": facts.shares("country", (person.country, *others), (0.7, 0.2, 0.1)),
        "gender": facts.shares("gender", ("Female", "Male"), (women, 0.5)),
        "age": facts.shares(
            "tto_age",
            ("18-24", "25-34", "35-44", "55+", "Other"),
            (0.25, 0.4, 0.2, 0.05, 0.1),
        ),
        "device": facts.shares(
            "tto_device", ("APPLE", "SAMSUNG", "XIAOMI", "OTHER"), (0.5, 0.25, 0.1, 0.15)
        ),
        "usage": facts.shares("usage", ("active", "inactive"), (0.92, 0.08)),
    }
    plural = {"country": "audience_countries"}
    return {plural.get(key, f"audience_{key}s"): named(key, parts) for key, parts in shares.items()}
