"""Publishing over the Accounts API: ``/business/video/publish/`` has TikTok fetch a film, ``/business/publish/status/`` follows it.

There is no idempotency: a second call publishes a second video.
"""

from __future__ import annotations

from . import webhooks
from .answers import Refusal, invalid
from .http import Request
from .parameters import Parameters
from .records import Campaign, Publication
from .tokens import require_creator
from .tto import campaigns, links
from .webhooks import may_call
from .world import Grant, Published, World

Data = dict[str, object]

SCOPE = "video.publish"
LONGEST_CAPTION = 2200  # UTF-16 units
FETCHED_FOR_SECONDS = 3600.0
FETCH_AGAIN_SECONDS = 10.0
PROCESSING, COMPLETE, FAILED = "PROCESSING_DOWNLOAD", "PUBLISH_COMPLETE", "FAILED"
REASONS = (
    "file_format_check_failed", "duration_check_failed", "frame_rate_check_failed", "picture_size_check_failed",
    "internal", "video_pull_failed", "auth_removed", "spam_risk_too_many_posts", "spam_risk_user_banned_from_posting",
    "spam_risk_text", "spam_risk", "publish_cancelled",
)  # fmt: skip


def publish(world: World, request: Request, given: Parameters) -> Data:
    """POST ``/business/video/publish/``."""
    grant = require_creator(world, request, SCOPE)
    given.text("business_id")
    url = given.text("video_url")
    post = given.nested("post_info")
    caption = post.optional("caption") or ""
    if len(caption.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_CAPTION:
        raise invalid(f"caption: Longer than maximum length {LONGEST_CAPTION}.")
    for name in ("is_brand_organic", "disable_comment", "disable_duet", "disable_stitch"):
        post.flag(name)
    is_branded, link = post.flag("is_branded_content"), post.optional("tto_invite_link") or ""
    if not may_call(url):
        raise invalid("video_url: Must be https, or http on this machine.")
    _require_own(grant, given)
    if link:
        if not is_branded:
            raise invalid("tto_invite_link: Valid only when is_branded_content is true.")
        _require_joined(_campaign(world, link), grant)
    made = Publication(
        f"v_pub_url~v1.{world.next_id('2345')}", grant.open_id, grant.handle, url, caption, link,
        world.clock.now(),
    )  # fmt: skip
    world.publications[made.share_id] = made
    return {"share_id": made.share_id}


def _require_own(grant: Grant, given: Parameters) -> None:
    business_id = given.text("business_id")
    if business_id != grant.open_id:
        raise Refusal(40001, f"No permission to operate business account id: {business_id}")


def _campaign(world: World, link: str) -> Campaign:
    campaign = campaigns.by_link(world, link)
    if campaign is None:
        raise Refusal(40007, "No campaign has this invite link.")
    return campaign


def _require_joined(campaign: Campaign, grant: Grant) -> None:
    invitee = campaign.invitees.get(grant.handle)
    if invitee is None or invitee.joined_at is None:
        raise Refusal(40001, "The creator has not joined this campaign.")


def status(world: World, request: Request, given: Parameters) -> Data:
    """GET ``/business/publish/status/``. ``post_ids`` come when the video is public, a moment after it is complete."""
    grant = require_creator(world, request, SCOPE)
    given.text("business_id")
    share_id = given.text("publish_id")
    _require_own(grant, given)
    found = world.publications.get(share_id)
    if found is None or found.open_id != grant.open_id:
        raise Refusal(40007, f"Publish task {share_id} does not exist.")
    value: Data = {"status": found.state}
    if found.reason:
        value["reason"] = found.reason
    if found.video_id:
        value["post_ids"] = [found.video_id]
    return value


# --- what becomes of it, on the sandbox's clock -------------------------------------------------------------------
def to_fetch(world: World) -> list[Publication]:
    """The publications whose film is to be fetched now; each is tried again in a while."""
    now = world.clock.now()
    waiting = [
        each
        for each in world.publications.values()
        if each.state == PROCESSING and each.fetched_at is None and each.fetch_at <= now
    ]
    for each in waiting:
        each.fetch_at = now + FETCH_AGAIN_SECONDS
    return waiting


def note_fetch(world: World, made: Publication, problem: str, *, is_final: bool) -> None:
    """Keep the end of one try to fetch the film; ``problem`` is a reason, empty where it came."""
    now = world.clock.now()
    world.dirty = True
    if made.state != PROCESSING or made.fetched_at is not None:
        return
    if not problem:
        made.fetched_at = now
    elif is_final or now >= made.at + FETCHED_FOR_SECONDS:
        fail(world, made, problem)


def go_on(world: World) -> None:
    """Films that were fetched become videos: complete after ``publish_seconds``, public after as long again."""
    now, pause = world.clock.now(), world.switches.publish_seconds
    for made in world.publications.values():
        if made.fetched_at is None or made.video_id or made.state == FAILED:
            continue
        if made.state == PROCESSING and now >= made.fetched_at + pause:
            _complete(world, made)
        if made.state == COMPLETE and now >= made.fetched_at + 2 * pause:
            _show(world, made)


def _complete(world: World, made: Publication) -> None:
    reason = world.switches.publish_failure
    if made.open_id not in world.grants:
        reason = "auth_removed"
    if reason:
        fail(world, made, reason)
        return
    made.state, world.dirty = COMPLETE, True
    webhooks.tell_publication(world, made, "post.publish.complete")


def _show(world: World, made: Publication) -> None:
    """The video is there for everybody and, with an invite link, linked; its review goes as that of any linked one."""
    now = world.clock.now()
    campaign = campaigns.by_link(world, made.invite_link) if made.invite_link else None
    if campaign is not None:
        made.video_id = links.publish(world, campaign, made.handle, made.caption, now)
    else:
        shot = Published(world.next_id("745"), made.handle, now, made.caption)
        world.publish(shot)
        made.video_id = shot.video_id
    webhooks.tell_publication(world, made, "post.publish.publicly_available", post_id=made.video_id)


def fail(world: World, made: Publication, reason: str) -> None:
    """TikTok gives it up."""
    if reason not in REASONS:
        raise invalid(f"reason: Must be one of {', '.join(REASONS)}.")
    made.state, made.reason, world.dirty = FAILED, reason, True
    webhooks.tell_publication(world, made, "post.publish.failed", reason=reason)
