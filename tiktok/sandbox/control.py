"""The control plane ``/_sandbox/…``: what a test or a developer does to this TikTok."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

from . import control_tto, orders, publishing, tokens, webhooks
from .answers import Refusal, as_json, invalid
from .creators import MEMBERSHIPS
from .http import Request, Response
from .oddities import ODDITIES
from .tto import campaigns, links
from .world import Fault, Grant, Switches, World, start_over

Data = dict[str, Any]
_GARBAGE = ("html", "truncated", "empty")


def answer(world: World, request: Request, name: str) -> Response:
    """One control call: JSON in, JSON out; HTTP 400 with ``error`` when it cannot be done."""
    action = (_READS if request.method == "GET" else _WRITES).get(name)
    if action is None:
        return as_json({"error": f"unknown control {request.method} {name}"}, 404)
    try:
        given = request.query if request.method == "GET" else json.loads(request.body or b"{}")
        return as_json(action(world, given))
    except Refusal as refusal:
        return as_json({"error": refusal.message}, 400)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        return as_json({"error": f"bad arguments: {error!r}"}, 400)


def health(world: World, given: Mapping[str, Any]) -> Data:
    """Alive, and since when in sandbox time."""
    return {"ok": True, "seed": world.seed, "now": world.clock.now(), "level": world.limiter.level}


def reset(world: World, given: Mapping[str, Any]) -> Data:
    """Forget orders, grants, videos, faults and advanced time."""
    start_over(world)
    return {}


def read_clock(world: World, given: Mapping[str, Any]) -> Data:
    """Sandbox time in Unix seconds and its distance from real time."""
    return {"now": world.clock.now(), "offset_seconds": world.clock.offset}


def advance(world: World, given: Mapping[str, Any]) -> Data:
    """``advance_seconds`` pass at once."""
    world.clock.advance(float(given["advance_seconds"]))
    world.dirty = True
    return read_clock(world, given)


def publish(world: World, given: Mapping[str, Any]) -> Data:
    """``handle`` publishes a video with ``caption`` through ``invite_link``, now or ``ago_seconds`` ago.

    With a link of orders that accepts the order; with one of a campaign it joins it."""
    link, handle = given["invite_link"], given["handle"]
    at = world.clock.now() - float(given.get("ago_seconds", 0))
    campaign = campaigns.by_link(world, link)
    if campaign is not None:
        caption = given.get("caption", f"For {campaign.brand_name} #ad")
        return {"video_id": links.publish(world, campaign, handle, caption, at)}
    code = orders.by_link(world, link)
    if code is None:
        raise Refusal(40007, "No such invite link.")
    caption = given.get("caption", f"For {code.brand_name} #ad")
    return {"video_id": orders.publish(world, handle, code, caption, at)}


def tie(world: World, given: Mapping[str, Any]) -> Data:
    """``handle`` adds ``campaign_code`` to the published ``video_id``."""
    code = world.codes.get(given["campaign_code"])
    if code is None:
        raise Refusal(40007, "No such campaign code.")
    orders.tie(world, given["handle"], given["video_id"], code)
    return {}


def show_videos(world: World, given: Mapping[str, Any]) -> Data:
    """Every video of ``handle``, newest first."""
    now = world.clock.now()
    return {
        "videos": [
            {**asdict(video), "views": world.views_at(video, now)}
            for video in world.videos_of(given["handle"])
        ]
    }


def review(world: World, given: Mapping[str, Any]) -> Data:
    """Sets ``result`` (and ``reason``) of the review of ``video_id``: of an order, or of a campaign."""
    bound = world.linked.get(given["video_id"])
    if bound is not None:
        links.decide(world, bound, given["result"], given.get("reason", ""))
        return {}
    orders.decide(world, given["video_id"], given["result"], given.get("reason", ""))
    return {}


def delete(world: World, given: Mapping[str, Any]) -> Data:
    """The creator deletes ``video_id``, which is tied to an order."""
    orders.delete(world, given["video_id"])
    return {}


def show_creator(world: World, given: Mapping[str, Any]) -> Data:
    """Show the creator ``handle``, as in the market of ``account`` if given."""
    return asdict(world.creator(given["handle"], given.get("account", "")))


def set_creator(world: World, given: Mapping[str, Any]) -> Data:
    """Overrides the ``membership`` of ``handle``, in the market of ``account`` alone if given."""
    if given["membership"] not in MEMBERSHIPS:
        raise invalid(f"membership: Must be one of {', '.join(MEMBERSHIPS)}.")
    world.move(given["handle"], given["membership"], given.get("account", ""))
    return {}


def add_views(world: World, given: Mapping[str, Any]) -> Data:
    """``add`` views for ``video_id`` now; likes and the rest follow."""
    amount = int(given["add"])
    if amount < 0:
        raise invalid("add: Counters do not fall.")
    world.added_views.setdefault(given["video_id"], []).append([world.clock.now(), amount])
    world.dirty = True
    return {}


def fail(world: World, given: Mapping[str, Any]) -> Data:
    """The next ``times`` calls (whose path contains ``path``) misbehave; ``times`` 0 clears all.

    With ``rate`` (0 to 1) that share of all such calls does, until cleared."""
    fault = Fault(**{"times": 1, **given})
    if fault.rate is not None and not 0 <= fault.rate <= 1:
        raise invalid("rate: Must be between 0 and 1.")
    if fault.garbage is not None and fault.garbage not in _GARBAGE:
        raise invalid(f"garbage: Must be one of {', '.join(_GARBAGE)}.")
    world.faults = [*world.faults, fault] if fault.times > 0 else []
    return {"waiting": len(world.faults)}


def expire(world: World, given: Mapping[str, Any]) -> Data:
    """The access tokens of ``open_id`` or ``handle`` expire now."""
    tokens.expire(world, _grant(world, given))
    return {}


def revoke(world: World, given: Mapping[str, Any]) -> Data:
    """The creator withdraws the consent in the app; ``reason`` as in TikTok's webhook, 1 by default."""
    grant = _grant(world, given)
    tokens.end(world, grant, reason=int(given.get("reason", tokens.BY_CREATOR)))
    return {}


def _grant(world: World, given: Mapping[str, Any]) -> Grant:
    open_id = given.get("open_id") or world.creator(given["handle"]).open_id
    grant = world.grants.get(open_id)
    if grant is None:
        raise Refusal(40007, "The creator has not consented.")
    return grant


def stats(world: World, given: Mapping[str, Any]) -> Data:
    """Calls per path, refusals per limit, and the most calls let through in any second and minute."""
    return {
        "calls": dict(world.calls),
        "total": sum(world.calls.values()),
        "over": dict(world.limiter.over),
        "over_total": sum(world.limiter.over.values()),
        "busiest": dict(world.limiter.busiest),
    }


def show_arrivals(world: World, given: Mapping[str, Any]) -> Data:
    """Show when each of the last 100,000 calls came in, in sandbox time, and to which path."""
    return {"arrivals": list(world.arrivals)}


def forget_stats(world: World, given: Mapping[str, Any]) -> Data:
    """Starts counting anew; limits and their closure stay."""
    world.calls.clear()
    world.arrivals.clear()
    world.limiter.over.clear()
    world.limiter.busiest.clear()
    return {}


def show_orders(world: World, given: Mapping[str, Any]) -> Data:
    """Codes, orders and tied videos with their review."""
    return {
        "codes": [asdict(code) for code in world.codes.values()],
        "orders": [asdict(order) for order in world.orders.values()],
        "videos": [
            {**asdict(each), "review_status": orders.review_status(world, each)}
            for each in world.ties.values()
        ],
    }


def _require_sensible(name: str, value: Any) -> None:
    """Refuse what a switch cannot be."""
    if name == "authorization_webhook_url" and value and not webhooks.may_call(value):
        raise invalid(f"{name}: Must be https, or http on this machine.")
    if name == "publish_failure" and value and value not in publishing.REASONS:
        raise invalid(f"{name}: Must be one of {', '.join(publishing.REASONS)}.")
    if name == "oddities" and set(value) - ODDITIES.keys():
        raise invalid(f"{name}: Must be among {', '.join(ODDITIES)}.")


def switches(world: World, given: Mapping[str, Any]) -> Data:
    """Sets any field of `Switches`, ``level``, ``limits`` or ``special_limits``.

    ``limits`` is [per second, per minute, per day] in place of the level's, ``special_limits``
    [per second, per minute] of each special path or null for none."""
    known = {each.name for each in fields(Switches)}
    for name, value in given.items():
        if name == "level":
            world.limiter.set_level(value)
        elif name == "limits":
            per_second, per_minute, per_day = map(int, value)
            world.limiter.limits = (per_second, per_minute, per_day)
        elif name == "special_limits":
            world.limiter.special = None if value is None else (int(value[0]), int(value[1]))
        elif name in known:
            _require_sensible(name, value)
            setattr(world.switches, name, value)
        else:
            raise invalid(f"{name}: no such switch.")
    return {
        **asdict(world.switches),
        "level": world.limiter.level,
        "limits": world.limiter.limits,
        "special_limits": world.limiter.special,
    }


_READS: dict[str, Callable[[World, Mapping[str, Any]], Data]] = {
    "health": health,
    "clock": read_clock,
    "videos": show_videos,
    "creator": show_creator,
    "stats": stats,
    "arrivals": show_arrivals,
    "orders": show_orders,
    "switches": switches,
    **control_tto.READS,
}
_WRITES: dict[str, Callable[[World, Mapping[str, Any]], Data]] = {
    "reset": reset,
    "clock": advance,
    "publish": publish,
    "tie": tie,
    "review": review,
    "delete": delete,
    "creator": set_creator,
    "views": add_views,
    "fail": fail,
    "expire": expire,
    "revoke": revoke,
    "stats": forget_stats,
    "switches": switches,
    **control_tto.WRITES,
}
