"""The control plane's part for TikTok One: invitations, link requests, Spark, webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from . import publishing, seeds, spark_rules, webhooks
from .answers import Refusal, invalid
from .records import Campaign, LinkRequest
from .tto import brands, campaigns, links
from .world import World

Data = dict[str, Any]
Action = Callable[[World, Mapping[str, Any]], Data]


def _campaign(world: World, given: Mapping[str, Any]) -> Campaign:
    if "campaign_id" in given:
        found = world.campaigns.get(given["campaign_id"])
    else:
        found = campaigns.by_link(world, given["invite_link"])
    if found is None:
        raise Refusal(40007, "No such campaign.")
    return found


def join(world: World, given: Mapping[str, Any]) -> Data:
    """``handle`` accepts the invitation to ``campaign_id`` or ``invite_link``."""
    links.join(world, _campaign(world, given), given["handle"])
    return {}


def link(world: World, given: Mapping[str, Any]) -> Data:
    """``handle`` puts the public ``video_id`` into the campaign."""
    links.link_own(world, _campaign(world, given), given["handle"], given["video_id"])
    return {}


def answer_link(world: World, given: Mapping[str, Any]) -> Data:
    """The creator's ``action`` (APPROVE or REJECT) on ``link_request_id``, or on what is pending for ``video_id``."""
    if given["action"] not in {"APPROVE", "REJECT"}:
        raise invalid("action: Must be APPROVE or REJECT.")
    asked = _request(world, given)
    links.answer_request(world, asked, approve=given["action"] == "APPROVE")
    return {"status": asked.status}


def _request(world: World, given: Mapping[str, Any]) -> LinkRequest:
    if "link_request_id" in given:
        found = world.link_requests.get(given["link_request_id"])
    else:
        found = next(
            (
                each
                for each in world.link_requests.values()
                if each.video_id == given["video_id"] and each.status == "IN_REVIEW"
            ),
            None,
        )
    if found is None:
        raise Refusal(40007, "No such link request.")
    return found


def show_campaigns(world: World, given: Mapping[str, Any]) -> Data:
    """Campaigns with who joined, link requests, linked videos and their reviews."""
    return {
        "campaigns": [asdict(each) for each in world.campaigns.values()],
        "link_requests": [asdict(each) for each in world.link_requests.values()],
        "linked": [asdict(each) for each in world.linked.values()],
    }


def spark(world: World, given: Mapping[str, Any]) -> Data:
    """Answers a waiting request for ``video_id`` (``accept``, ``days``), or moves its ``code_status``."""
    if "code_status" in given:
        spark_rules.move(world, given["video_id"], given["code_status"])
    else:
        days = given.get("days")
        spark_rules.answer(world, given["video_id"], accept=given["accept"], days=days)
    return asdict(world.sparks[given["video_id"]])


def privacy(world: World, given: Mapping[str, Any]) -> Data:
    """Makes ``video_id`` ``private`` (true) or public again."""
    video_id = given["video_id"]
    world.private = [each for each in world.private if each != video_id]
    if given["private"]:
        world.private.append(video_id)
    world.dirty = True
    return {"private": video_id in world.private}


def anchor(world: World, given: Mapping[str, Any]) -> Data:
    """Sets the ``status`` of ``anchor_id``."""
    found = world.anchors.get(given["anchor_id"])
    if found is None:
        raise Refusal(40007, "No such anchor.")
    if given["status"] not in brands.ANCHOR_STATES:
        raise invalid(f"status: Must be one of {', '.join(brands.ANCHOR_STATES)}.")
    found.status = given["status"]
    world.dirty = True
    return {}


def show_webhooks(world: World, given: Mapping[str, Any]) -> Data:
    """Subscriptions, and every delivery with the answers it got."""
    return {
        "subscriptions": [
            {name: value for name, value in asdict(each).items() if name != "token"}
            for each in world.subscriptions.values()
        ],
        "deliveries": [asdict(each) for each in world.deliveries.values()],
    }


def deliver(world: World, given: Mapping[str, Any]) -> Data:
    """Sends a webhook: ``event`` for the linked ``video_id``, or an ``incident`` for ``product``, or a ``delivery_id`` again."""
    if "delivery_id" in given:
        again = world.deliveries[given["delivery_id"]]
        again.state, again.next_at = "WAITING", world.clock.now()
    elif "incident" in given:
        webhooks.tell_status(world, given["incident"], given.get("product", "TIKTOK_ONE_API"))
    else:
        bound = world.linked.get(given["video_id"])
        if bound is None:
            raise Refusal(40007, "No such video is linked to a campaign.")
        webhooks.tell_video(world, bound, given.get("event", "tto_video_published"))
    return {"deliveries": len(world.deliveries)}


def show_publications(world: World, given: Mapping[str, Any]) -> Data:
    """Films that apps had published, in the order in which they came, with their states."""
    return {"publications": [asdict(each) for each in world.publications.values()]}


def fail_publication(world: World, given: Mapping[str, Any]) -> Data:
    """TikTok gives the publication ``share_id`` up for this ``reason``."""
    made = world.publications.get(given["share_id"])
    if made is None or made.state != publishing.PROCESSING:
        raise Refusal(40007, "No such publication is under way.")
    publishing.fail(world, made, given["reason"])
    return {}


def revoke_brand(world: World, given: Mapping[str, Any]) -> Data:
    """The brand withdraws the consent behind ``token``."""
    if world.brand_grants.pop(given["token"], None) is None:
        raise Refusal(40007, "No such brand token.")
    world.dirty = True
    return {}


def seed(world: World, given: Mapping[str, Any]) -> Data:
    """Fills the world with an example of every state; says what is where."""
    return seeds.fill(world)


READS: dict[str, Action] = {
    "campaigns": show_campaigns,
    "publications": show_publications,
    "webhooks": show_webhooks,
}
WRITES: dict[str, Action] = {
    "join": join,
    "link": link,
    "link/answer": answer_link,
    "spark": spark,
    "privacy": privacy,
    "anchor": anchor,
    "publication/fail": fail_publication,
    "webhook": deliver,
    "brand/revoke": revoke_brand,
    "seed": seed,
}
