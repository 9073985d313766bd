"""Spark Ads: ``/tcm/tt_video/…`` and ``/spark_ad/recommend/``, for orders and TTO campaigns alike."""

from __future__ import annotations

from tiktok.sandbox import clock, spark_rules
from tiktok.sandbox.answers import Refusal, invalid
from tiktok.sandbox.clock import DAY
from tiktok.sandbox.facts import Facts
from tiktok.sandbox.http import Request
from tiktok.sandbox.parameters import Parameters
from tiktok.sandbox.records import BrandGrant, Linked
from tiktok.sandbox.tokens import require_brand, require_tto
from tiktok.sandbox.world import ACCOUNT_ID, World

from . import shapes

Data = dict[str, object]

_SPANS = {"PAST_ONE_MONTH": 30, "PAST_THREE_MONTHS": 90, "PAST_SIX_MONTHS": 180}


def apply(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tcm/tt_video/apply/``."""
    grant = require_brand(world, request)
    account_id, video_id = given.text("tcm_account_id"), given.text("video_id")
    days = given.integer("authorization_days", 30, 1, 365)
    extend = given.optional("action") is not None
    if extend:
        given.one_of("action", ("EXTEND",))
    _require_video(world, grant, account_id, video_id)
    spark_rules.apply(world, video_id, days, extend=extend)
    return {}


def status(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tcm/tt_video/status/``."""
    grant = require_brand(world, request)
    account_id, video_id = given.text("tcm_account_id"), given.text("video_id")
    _require_video(world, grant, account_id, video_id)
    spark = world.sparks.get(video_id)
    if spark is None:
        raise Refusal(40007, f"No authorization was requested for video {video_id}.")
    value: Data = {
        "video_id": video_id,
        "auth_status": spark.status,
        "auth_status_updated_time": clock.text(spark.updated_at),
        "requested_authorization_days": spark.requested_days,
    }
    if video_id in world.ties:
        value["num_remaining_request"] = 29
    if spark.code is not None:
        value |= {
            "auth_code": spark.code,
            "auth_code_start_time": clock.text(spark.starts_at),
            "auth_code_end_time": clock.text(spark.ends_at),
            "auth_code_status": spark_rules.state(world, spark),
        }
    return value


def _require_video(world: World, grant: BrandGrant, account_id: str, video_id: str) -> None:
    """The account may be of either generation; the video must be linked to it."""
    if account_id == ACCOUNT_ID:
        known = video_id in world.ties
    else:
        require_tto(grant, account_id)
        bound = world.linked.get(video_id)
        known = bound is not None and world.campaigns[bound.campaign_id].account_id == account_id
    if not known:
        raise invalid("video_id: The video is not linked to an order or campaign of this account.")


def recommend(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/spark_ad/recommend/``: linked videos worth advertising with."""
    grant = require_brand(world, request)
    account_id = given.text("tcm_account_id")
    wanted = given.strings("video_ids", most=100, required=False)
    unwanted = given.strings("exclude_video_ids", most=100, required=False)
    span = given.one_of("time", tuple(_SPANS), "PAST_THREE_MONTHS")
    require_tto(grant, account_id)
    since = world.clock.now() - _SPANS[span] * DAY
    found = [
        each
        for each in world.linked.values()
        if world.campaigns[each.campaign_id].account_id == account_id
        and (not wanted or each.video_id in wanted)
        and each.video_id not in unwanted
        and _posted_at(world, each) >= since
    ]
    return {"videos": [_recommended(world, request, each) for each in found[:100]]}


def _posted_at(world: World, bound: Linked) -> float:
    video = world.video(bound.handle, bound.video_id)
    return bound.at if video is None else video.created_at


def _recommended(world: World, request: Request, bound: Linked) -> Data:
    """The handle goes by the name of the field list or by that of the example, by video."""
    facts = Facts(world.seed, "recommended", bound.video_id)
    name = "creator_handle" if facts.unit("name") < 0.5 else "handle_name"
    return {
        "item_id": bound.video_id,
        "recommendation_level": facts.pick("level", ("HIGH", "MEDIUM", "LOW")),
        name: bound.handle,
        "embed_url": shapes.embed_url(bound.video_id),
        "thumbnail_url": shapes.thumbnail(world, request, bound.video_id),
        "create_time": str(int(_posted_at(world, bound))),
    }
