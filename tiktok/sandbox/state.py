"""The world written down and read back, for ``--state``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import world as worlds
from .clock import Clock
from .records import (
    Anchor,
    BrandCode,
    BrandGrant,
    BrandProfile,
    Campaign,
    Delivery,
    Linked,
    LinkRequest,
    Publication,
    Spark,
    Subscription,
)
from .world import AuthCode, CampaignCode, Grant, Order, Published, Switches, Tie, World

FORMAT = 1
_KEPT: dict[str, Any] = {
    "codes": CampaignCode,
    "orders": Order,
    "published": Published,
    "ties": Tie,
    "auth_codes": AuthCode,
    "grants": Grant,
    "campaigns": Campaign,
    "link_requests": LinkRequest,
    "linked": Linked,
    "brands": BrandProfile,
    "anchors": Anchor,
    "sparks": Spark,
    "brand_codes": BrandCode,
    "brand_grants": BrandGrant,
    "subscriptions": Subscription,
    "publications": Publication,
    "deliveries": Delivery,
}


def save(world: World, file: Path) -> None:
    """Write the state atomically, readable by its owner only."""
    state: dict[str, Any] = {
        "format": FORMAT,
        "seed": world.seed,
        "offset": world.clock.offset,
        "born_at": world.born_at,
        "numbers": world.numbers,
        "memberships": world.memberships,
        "markets": world.markets,
        "published_by": world.published_by,
        "added_views": world.added_views,
        "private": world.private,
    }
    for name in _KEPT:
        state[name] = {key: asdict(value) for key, value in getattr(world, name).items()}
    draft = file.with_name(file.name + ".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(state), encoding="utf-8")
    draft.replace(file)
    world.dirty = False


def load(file: Path, level: str, switches: Switches) -> World:
    """The state as it was saved; its own seed wins over a new one."""
    state = json.loads(file.read_text(encoding="utf-8"))
    if state.get("format") != FORMAT:
        raise ValueError("state of another version")
    world = worlds.new(state["seed"], level, switches)
    world.clock, world.born_at = Clock(state["offset"]), state["born_at"]
    world.numbers = state["numbers"]
    world.memberships = state["memberships"]
    world.markets = state.get("markets", {})
    world.published_by = state["published_by"]
    world.added_views = state["added_views"]
    world.private = state.get("private", [])
    for name, kind in _KEPT.items():
        if name in state:  # a state of before TikTok One lacks the newer ones
            setattr(world, name, {key: kind(**value) for key, value in state[name].items()})
    return world
