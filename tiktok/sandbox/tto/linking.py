"""The calls around links: ``/tto/tcm/campaign/link/…`` of brands, ``/tto/creator/…`` of creators."""

from __future__ import annotations

from tiktok.sandbox import clock
from tiktok.sandbox.answers import Refusal, page_info
from tiktok.sandbox.http import Request
from tiktok.sandbox.parameters import Parameters
from tiktok.sandbox.records import Campaign, LinkRequest
from tiktok.sandbox.tokens import require_brand, require_creator, require_self, require_tto
from tiktok.sandbox.world import Grant, World

from . import links
from .campaigns import TYPES, by_link, owned

Data = dict[str, object]

_SCOPE = "tto.campaign.link"


def ask(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tto/tcm/campaign/link/``."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    campaign_id, video_id = given.text("campaign_id"), given.text("video_id")
    action = given.one_of("action", ("LINK", "REVOKE"))
    require_tto(grant, account_id)
    campaign = owned(world, account_id, campaign_id)
    act = links.request_link if action == "LINK" else links.revoke_request
    value = _request(world, act(world, campaign, video_id))
    del value["campaign_id"], value["link_request_id"]
    return value


def status(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/tcm/campaign/link/status/``, newest first."""
    grant = require_brand(world, request)
    account_id = given.text("tto_tcm_account_id")
    campaign_ids = given.strings("campaign_ids", most=50, required=False)
    handles = given.strings("handle_names", most=50, required=False)
    kinds = [given.one_of("campaign_type", TYPES)] if given.optional("campaign_type") else TYPES
    page = given.integer("page", 1, 1, 10**6)
    size = given.integer("page_size", 10, 1, 50)
    require_tto(grant, account_id)
    found = [
        each
        for each in reversed(world.link_requests.values())
        if (campaign := world.campaigns[each.campaign_id]).account_id == account_id
        and campaign.campaign_type in kinds
        and (not campaign_ids or each.campaign_id in campaign_ids)
        and (not handles or each.handle in [handle.lower() for handle in handles])
    ]
    return {
        "video_infos": [_request(world, each) for each in found[(page - 1) * size : page * size]],
        "page_info": page_info(page, size, len(found)),
    }


def _request(world: World, asked: LinkRequest) -> Data:
    sent = clock.utc(asked.sent_at).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "video_id": asked.video_id,
        "campaign_id": asked.campaign_id,
        "campaign_type": world.campaigns[asked.campaign_id].campaign_type,
        "status": asked.status,
        "number_of_requests": asked.requests,
        "last_reminded_timestamp": sent,
        "link_request_id": asked.link_request_id,
    }


def join(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tto/creator/campaign/join/``. Joining twice is no error."""
    grant, campaign = _campaign(world, request, given)
    links.join(world, campaign, grant.handle)
    return {}


def link_video(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tto/creator/campaign/video/link/``."""
    grant = require_creator(world, request, _SCOPE)
    given.text("creator_id")
    link, video_id = given.text("tto_invite_link"), given.text("video_id")
    require_self(grant, given)
    links.link_own(world, _linked_to(world, link), grant.handle, video_id)
    return {}


def requests(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/tto/creator/link/request/get/``: what waits for this creator in the campaign."""
    grant, campaign = _campaign(world, request, given)
    return {
        "campaign_id": campaign.campaign_id,
        "spark_authorization_days": campaign.spark_days,
        "link_requests": [
            {"video_id": each.video_id, "link_request_id": each.link_request_id}
            for each in world.link_requests.values()
            if (each.campaign_id, each.handle) == (campaign.campaign_id, grant.handle)
            and each.status == "IN_REVIEW"
        ],
    }


def confirm(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/tto/creator/link/request/confirm/``."""
    grant = require_creator(world, request, _SCOPE)
    given.text("creator_id")
    request_id = given.text("link_request_id")
    action = given.one_of("action", ("APPROVE", "REJECT"))
    require_self(grant, given)
    asked = world.link_requests.get(request_id)
    if asked is None or asked.handle != grant.handle:
        raise Refusal(40007, f"Link request {request_id} does not exist.")
    links.answer_request(world, asked, approve=action == "APPROVE")
    return {}


def _campaign(world: World, request: Request, given: Parameters) -> tuple[Grant, Campaign]:
    grant = require_creator(world, request, _SCOPE)
    given.text("creator_id")
    link = given.text("tto_invite_link")
    require_self(grant, given)
    return grant, _linked_to(world, link)


def _linked_to(world: World, link: str) -> Campaign:
    campaign = by_link(world, link)
    if campaign is None:
        raise Refusal(40007, "No campaign has this invite link.")
    return campaign
