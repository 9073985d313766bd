"""Campaigns and their creators: ``/tto/tcm/campaign/…``."""

from __future__ import annotations

from tiktok.sandbox import clock
from tiktok.sandbox.answers import Refusal, invalid, page_info
from tiktok.sandbox.cast import IN
from tiktok.sandbox.facts import Facts
from tiktok.sandbox.http import Request
from tiktok.sandbox.parameters import Parameters
from tiktok.sandbox.records import Campaign, Invitee
from tiktok.sandbox.tokens import require_brand, require_tto
from tiktok.sandbox.world import World

Data = dict[str, object]

TYPES = ("CAMPAIGN", "BRAND_LINK")
SPARK_DAYS = (0, 7, 30, 60, 180, 365)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def create(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tto/tcm/campaign/create/``; with ``campaign_id`` it adds creators to that one."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    campaign_id = given.optional("campaign_id")
    notify = given.flag("send_notification")
    if campaign_id is not None:
        handles = given.strings("handle_names", most=100)
        require_tto(grant, account_id)
        campaign = owned(world, account_id, campaign_id)
        _require_invitations(campaign)
        return _created(world, campaign, _invite(world, campaign, handles, notify=notify))
    campaign, handles = _drafted(world, account_id, given)
    require_tto(grant, account_id)
    _require_parts(world, campaign)
    world.campaigns[campaign.campaign_id] = campaign
    return _created(world, campaign, _invite(world, campaign, handles, notify=notify))


def _drafted(world: World, account_id: str, given: Parameters) -> tuple[Campaign, list[str]]:
    kind = given.one_of("campaign_type", TYPES, "CAMPAIGN")
    usual = kind == "CAMPAIGN"
    profile_id = given.optional("brand_profile_id")
    if not usual and profile_id is None:
        raise invalid("brand_profile_id: Missing data for required field.")
    brand_name = given.text("brand_name", longest=60) if usual and profile_id is None else ""
    name = given.text("campaign_name", longest=120) if usual else ""
    description = (given.optional("campaign_description") or "") if usual else ""
    if len(description) > 1000:
        raise invalid("campaign_description: Longer than maximum length 1000.")
    handles = given.strings("handle_names", most=100) if usual else []
    advertiser_ids = given.strings("advertiser_ids", most=50, required=False)
    now = world.clock.now()
    campaign = Campaign(
        campaign_id=world.next_id("746"),
        account_id=account_id,
        campaign_type=kind,
        brand_name=brand_name,
        brand_profile_id=profile_id,
        campaign_name=name,
        campaign_description=description,
        anchor_id=given.optional("anchor_id") if usual else None,
        advertiser_ids=advertiser_ids,
        spark_days=_spark_days(given, required=bool(advertiser_ids)),
        invite_link=_new_link(world),
        created_at=now,
        updated_at=now,
        business_account_handle=given.optional("business_account_handle"),
    )
    return campaign, handles


def _spark_days(given: Parameters, *, required: bool) -> int:
    name = "default_spark_ads_requested_authorization_days"
    days = given.integer(name, -1, 0, 365)
    if days < 0 and required:
        raise invalid(f"{name}: Missing data for required field.")
    return next(each for each in SPARK_DAYS if each >= days)


def _new_link(world: World) -> str:
    facts = Facts(world.seed, "tto-link", repr(world.born_at), str(world.numbers))
    slug = "".join(facts.pick(f"{place}", _LETTERS) for place in range(6))
    return f"https://www.tiktok.com/t/ZSbx{world.numbers}{slug}/"


def _require_parts(world: World, campaign: Campaign) -> None:
    """Brand profile and anchor exist; the profile lends its name."""
    if campaign.brand_profile_id is not None:
        brand = world.brands.get(campaign.brand_profile_id)
        if brand is None or brand.account_id != campaign.account_id:
            raise Refusal(40007, f"Brand profile {campaign.brand_profile_id} does not exist.")
        campaign.brand_name = brand.brand_name
    if campaign.anchor_id is not None:
        anchor = world.anchors.get(campaign.anchor_id)
        if anchor is None or anchor.account_id != campaign.account_id:
            raise Refusal(40007, f"Anchor {campaign.anchor_id} does not exist.")


def update(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tto/tcm/campaign/update/``: adds creators and ad accounts; nothing else can change."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    campaign_id = given.text("campaign_id")
    kind = given.one_of("campaign_type", TYPES)
    handles = given.strings("handle_names", most=100, required=False)
    advertiser_ids = given.strings("advertiser_ids", most=50, required=False)
    notify = given.flag("send_notification")
    require_tto(grant, account_id)
    campaign = owned(world, account_id, campaign_id)
    if campaign.campaign_type != kind:
        raise invalid(f"campaign_type: The campaign is a {campaign.campaign_type}.")
    if handles:
        _require_invitations(campaign)
    known = dict.fromkeys((*campaign.advertiser_ids, *advertiser_ids))
    if len(known) > 50:
        raise invalid("advertiser_ids: At most 50 items are allowed.")
    campaign.advertiser_ids = list(known)
    campaign.updated_at = world.clock.now()
    failed = _invite(world, campaign, handles, notify=notify)
    return {**_created(world, campaign, failed), "update_time": clock.text(campaign.updated_at)}


def _require_invitations(campaign: Campaign) -> None:
    if campaign.campaign_type != "CAMPAIGN":
        raise invalid("handle_names: Only for campaign_type CAMPAIGN.")


def _invite(
    world: World, campaign: Campaign, handles: list[str], *, notify: bool = False
) -> list[str]:
    """Adds who is in the marketplace; returns who is not. One time in three it takes a moment."""
    now = world.clock.now()
    wait = world.switches.handle_delay_seconds
    late = Facts(world.seed, "late", str(world.numbers)).number("draw") % 3 == 0
    failed = []
    for handle in dict.fromkeys(handles):
        person = world.creator(handle.removeprefix("@"), campaign.account_id)
        if person.membership != IN:
            failed.append(handle)
            continue
        if notify:
            reported = campaign.notifications
            reported[person.handle] = reported.get(person.handle, 0) + 1
        if person.handle not in campaign.invitees:
            invitee = Invitee(person.handle, now, now + wait if late else now)
            campaign.invitees[person.handle] = invitee
    world.numbers += 1
    world.dirty = True
    return failed


def _created(world: World, campaign: Campaign, failed: list[str]) -> Data:
    value = shown(world, campaign)
    del value["video_ids"]
    if failed:
        value["failed_handle_names"] = failed
    if not value["country_codes"]:
        del value["country_codes"]
    return value


def get(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/tcm/campaign/``: one type per call, five campaigns a page, newest first."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    wanted = given.strings("campaign_ids", most=5, required=False)
    kind = given.one_of("campaign_type", TYPES, "CAMPAIGN")
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 5, 1, 5)
    require_tto(grant, account_id)
    found = [
        each
        for each in reversed(world.campaigns.values())
        if each.account_id == account_id
        and each.campaign_type == kind
        and (not wanted or each.campaign_id in wanted)
    ]
    return {
        "campaigns": [shown(world, each) for each in found[(page - 1) * size : page * size]],
        "page_info": page_info(page, size, len(found)),
    }


def shown(world: World, campaign: Campaign) -> Data:
    """A campaign as brands see it. Who joined or declined is not told."""
    value: Data = {
        "campaign_id": campaign.campaign_id,
        "campaign_type": campaign.campaign_type,
        "brand_name": campaign.brand_name,
        "brand_profile_id": campaign.brand_profile_id,
        "campaign_name": campaign.campaign_name,
        "campaign_description": campaign.campaign_description,
        "anchor_id": campaign.anchor_id,
        "advertiser_ids": list(campaign.advertiser_ids),
        "spark_ads_requested_authorization_days": campaign.spark_days,
        "invite_link": campaign.invite_link,
        "handle_names": visible_handles(world, campaign),
        "video_ids": video_ids(world, campaign),
        "country_codes": country_codes(world, campaign),
        "create_time": clock.text(campaign.created_at),
    }
    if campaign.business_account_handle is not None:
        value["dm_info"] = {
            "business_account_handle": campaign.business_account_handle,
            "dm_allowed": True,
        }
    return value


def visible_handles(world: World, campaign: Campaign) -> list[str]:
    """The handles that the campaign lists by now; a brand link lists nobody."""
    if campaign.campaign_type == "BRAND_LINK":
        return []
    now = world.clock.now()
    return [each.handle for each in campaign.invitees.values() if each.visible_at <= now]


def country_codes(world: World, campaign: Campaign) -> list[str]:
    """Countries of the invited, and of whoever linked a video: the report's header values."""
    handles = [*visible_handles(world, campaign)]
    handles += [world.linked[each].handle for each in video_ids(world, campaign)]
    return list(dict.fromkeys(world.creator(handle).country for handle in handles))


def video_ids(world: World, campaign: Campaign) -> list[str]:
    """The linked videos, first linked first."""
    return [
        each.video_id for each in world.linked.values() if each.campaign_id == campaign.campaign_id
    ]


def owned(world: World, account_id: str, campaign_id: str) -> Campaign:
    """The account's campaign; another's does not exist."""
    campaign = world.campaigns.get(campaign_id)
    if campaign is None or campaign.account_id != account_id:
        raise Refusal(40007, f"Campaign {campaign_id} does not exist.")
    return campaign


def by_link(world: World, link: str) -> Campaign | None:
    """The campaign of an invite link."""
    return next((each for each in world.campaigns.values() if each.invite_link == link), None)
