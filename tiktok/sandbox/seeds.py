"""An example of every state, for looking around and for tests."""

from __future__ import annotations

from typing import Any

from . import spark_rules, tokens
from .answers import invalid
from .clock import DAY
from .records import BrandProfile, Campaign, Invitee
from .tto import links
from .world import TTO_ACCOUNT_ID, Grant, World

_MARK = "SEED/"
_SCOPES = [
    "user.info.basic",
    "user.info.username",
    "user.info.stats",
    "user.info.profile",
    "user.account.type",
    "user.insights",
    "biz.creator.info",
    "biz.creator.insights",
    "video.list",
    "video.insights",
    "tto.campaign.link",
]


def fill(world: World) -> dict[str, Any]:
    """A multi-country campaign, a brand link, link requests and Spark in every state, consents.

    Once only; what is there already stays."""
    if any(each.invite_link.endswith(_MARK) for each in world.campaigns.values()):
        raise invalid("The examples are in already.")
    free = _free_videos(world)
    if len(free) < 4:
        raise invalid("Maya Bakes has too few free videos for the examples.")
    brand = BrandProfile(
        world.next_id("7463"), TTO_ACCOUNT_ID, "Oakmill", "27000000000", "https://oakmill.example"
    )
    world.brands[brand.brand_profile_id] = brand
    wide = _campaign(
        world, "CAMPAIGN", "Oakmill spring loaf", ("rio.runs", "zoe.zen", "sam.skates")
    )
    local = _campaign(world, "CAMPAIGN", "Oakmill at home", ("maya.bakes",))
    brand_link = _campaign(world, "BRAND_LINK", "", ())
    brand_link.brand_profile_id = brand.brand_profile_id
    requests = _requests(world, local, free)
    sparks = _sparks(world, wide)
    return {
        "campaigns": {
            "multi_country": wide.campaign_id,
            "requests": local.campaign_id,
            "brand_link": brand_link.campaign_id,
        },
        "link_requests": requests,
        "sparks": sparks,
        "tokens": {handle: _consent(world, handle) for handle in ("maya.bakes", "wee.kim")},
        "revoked_tokens": {"lena.lifts": _revoked(world, "lena.lifts")},
    }


def _campaign(world: World, kind: str, name: str, handles: tuple[str, ...]) -> Campaign:
    now = world.clock.now()
    campaign = Campaign(
        campaign_id=world.next_id("746"),
        account_id=TTO_ACCOUNT_ID,
        campaign_type=kind,
        brand_name="Oakmill",
        brand_profile_id=None,
        campaign_name=name,
        campaign_description="One short video with the seeded loaf.",
        anchor_id=None,
        advertiser_ids=[],
        spark_days=0,
        invite_link=f"https://www.tiktok.com/t/ZSbx{world.numbers}{_MARK}",
        created_at=now - 30 * DAY,
        updated_at=now - 30 * DAY,
        invitees={handle: Invitee(handle, now, now) for handle in handles},
    )
    world.campaigns[campaign.campaign_id] = campaign
    return campaign


def _free_videos(world: World) -> list[str]:
    shown = [video.video_id for video in world.public_videos_of("maya.bakes")]
    return [each for each in shown if each not in world.linked and each not in world.ties][:4]


def _requests(world: World, campaign: Campaign, video_ids: list[str]) -> dict[str, str]:
    asked = [links.request_link(world, campaign, video_id) for video_id in video_ids]
    links.answer_request(world, asked[1], approve=True)
    links.answer_request(world, asked[2], approve=False)
    links.revoke_request(world, campaign, asked[3].video_id)
    return {each.status: each.link_request_id for each in asked}


def _sparks(world: World, campaign: Campaign) -> dict[str, str]:
    """One video per state; the first has none."""
    ids: dict[str, str] = {}
    for state in ("NONE", "WAITING", "REJECTED", *spark_rules.CODE_STATES):
        caption = f"Loaf, {state.lower().replace('_', ' ')} #ad"
        at = world.clock.now() - 3 * DAY
        ids[state] = links.publish(world, campaign, "rio.runs", caption, at)
        if state != "NONE":
            spark_rules.apply(world, ids[state], 30, extend=False)
        if state == "REJECTED" or state in spark_rules.CODE_STATES:
            spark_rules.answer(world, ids[state], accept=state != "REJECTED")
        if state in spark_rules.CODE_STATES:
            spark_rules.move(world, ids[state], state)
    links.publish(world, campaign, "sam.skates", "Bread break #ad", world.clock.now() - DAY)
    return ids


def _consent(world: World, handle: str) -> str:
    person = world.creator(handle)
    now = world.clock.now()
    deadline = now + tokens.REFRESH_SECONDS
    token = world.token("act")
    grant = Grant(person.open_id, person.handle, list(_SCOPES), world.token("rft"), deadline)
    grant.access[token] = now + tokens.ACCESS_SECONDS
    world.grants[person.open_id] = grant
    return token


def _revoked(world: World, handle: str) -> str:
    token = _consent(world, handle)
    grant = world.grants[world.creator(handle).open_id]
    tokens.end(world, grant, reason=tokens.BY_CREATOR)
    return token
