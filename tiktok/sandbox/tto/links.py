"""How a video comes into a campaign, and leaves review: requests, joins, links, publications."""

from __future__ import annotations

from tiktok.sandbox import spark_rules, webhooks
from tiktok.sandbox.answers import Refusal, invalid
from tiktok.sandbox.cast import IN, KNOWN
from tiktok.sandbox.clock import DAY
from tiktok.sandbox.records import Campaign, Invitee, Linked, LinkRequest
from tiktok.sandbox.world import Published, World

REVIEWS = ("APPROVED", "REJECTED")
_REMINDER_SECONDS = DAY
_MOST_REQUESTS = 3


def request_link(world: World, campaign: Campaign, video_id: str) -> LinkRequest:
    """The brand asks for a video, or reminds of it."""
    pending = pending_request(world, campaign, video_id)
    now = world.clock.now()
    if pending is None:
        handle = _owner(world, campaign, video_id)
        _require_free(world, video_id)
        asked = LinkRequest(world.next_id("7461"), campaign.campaign_id, video_id, handle, now)
        world.link_requests[asked.link_request_id] = asked
        return asked
    if now < pending.sent_at + _REMINDER_SECONDS:
        raise invalid("action: A reminder can be sent 24 hours after the last request.")
    if pending.requests >= _MOST_REQUESTS:
        raise invalid("action: No more than 2 reminders can be sent.")
    pending.requests += 1
    pending.sent_at = now
    world.dirty = True
    return pending


def revoke_request(world: World, campaign: Campaign, video_id: str) -> LinkRequest:
    """The brand takes a pending request back."""
    pending = pending_request(world, campaign, video_id)
    if pending is None:
        raise invalid("action: There is no pending link request to revoke.")
    pending.status = "REVOKE"
    world.dirty = True
    return pending


def pending_request(world: World, campaign: Campaign, video_id: str) -> LinkRequest | None:
    """The request of a video that waits for its creator."""
    return next(
        (
            each
            for each in world.link_requests.values()
            if (each.campaign_id, each.video_id) == (campaign.campaign_id, video_id)
            and each.status == "IN_REVIEW"
        ),
        None,
    )


def answer_request(world: World, asked: LinkRequest, *, approve: bool) -> None:
    """The creator's word on it."""
    if asked.status != "IN_REVIEW":
        raise invalid(f"link_request_id: The request is {asked.status}, not pending.")
    if approve:
        _require_free(world, asked.video_id)
        link(world, world.campaigns[asked.campaign_id], asked.handle, asked.video_id)
    asked.status = "APPROVE" if approve else "REJECTED"
    world.dirty = True


def join(world: World, campaign: Campaign, handle: str) -> Invitee:
    """A creator accepts the invitation; a brand link lets every marketplace creator in."""
    person = world.creator(handle, campaign.account_id)
    if person.membership != IN:
        raise Refusal(40121, f"Handle {handle} is not a marketplace creator.")
    invitee = campaign.invitees.get(person.handle)
    now = world.clock.now()
    if invitee is None:
        if campaign.campaign_type == "CAMPAIGN":
            raise Refusal(40001, "The creator is not invited to this campaign.")
        invitee = campaign.invitees[person.handle] = Invitee(person.handle, now, now)
    invitee.joined_at = invitee.joined_at or now
    world.dirty = True
    return invitee


def link_own(world: World, campaign: Campaign, handle: str, video_id: str) -> None:
    """A creator puts one of their own public videos into the campaign; that joins, too."""
    if video_id in world.private or world.video(handle, video_id) is None:
        raise Refusal(40007, "The creator has no such public video.")
    join(world, campaign, handle)
    _require_free(world, video_id)
    link(world, campaign, handle, video_id)


def publish(world: World, campaign: Campaign, handle: str, caption: str, at: float) -> str:
    """A creator posts a new video through the invite link."""
    invitee = join(world, campaign, handle)
    shot = Published(world.next_id("745"), invitee.handle, at, caption)
    world.publish(shot)
    link(world, campaign, invitee.handle, shot.video_id)
    spark_rules.grant_with_upload(world, shot.video_id, campaign.spark_days)
    return shot.video_id


def link(world: World, campaign: Campaign, handle: str, video_id: str) -> None:
    """Bind and tell subscribers: uploaded, not yet through review."""
    bound = Linked(video_id, handle.lower(), campaign.campaign_id, world.clock.now())
    world.linked[video_id] = bound
    world.dirty = True
    webhooks.tell_video(world, bound, "tto_video_uploaded")


def decide(world: World, bound: Linked, result: str, reason: str = "") -> None:
    """The review ends; who passed it is published."""
    if result not in REVIEWS:
        raise invalid(f"result: Must be one of {', '.join(REVIEWS)}.")
    first = bound.result != "APPROVED"
    bound.result, bound.reason, bound.decided_at = result, reason, world.clock.now()
    world.dirty = True
    if result == "APPROVED" and first:
        webhooks.tell_video(world, bound, "tto_video_published")


def decide_due(world: World) -> None:
    """Decide reviews that are due: with the switch they end by themselves after a while."""
    limit = world.switches.auto_review_seconds
    if limit is None:
        return
    now = world.clock.now()
    for bound in [*world.linked.values()]:
        if bound.result is None and now - bound.at >= limit:
            decide(world, bound, "APPROVED")


def _require_free(world: World, video_id: str) -> None:
    if video_id in world.linked or video_id in world.ties:
        raise invalid("video_id: The video is already linked to a campaign.")


def _owner(world: World, campaign: Campaign, video_id: str) -> str:
    """The invited creator of a public video."""
    for handle in campaign.invitees:
        if any(each.video_id == video_id for each in world.public_videos_of(handle)):
            return handle
    shot = world.published.get(video_id)
    unknown_accounts = [*KNOWN, *([shot.handle] if shot else [])]
    if any(world.video(handle, video_id) is not None for handle in unknown_accounts):
        raise invalid("video_id: Its creator is not invited to this campaign, or it is not public.")
    raise Refusal(40007, f"Video {video_id} does not exist.")
