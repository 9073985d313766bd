"""The actions of the phone's buttons; each says in a sentence what has happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tiktok.sandbox import orders, seeds, spark_rules, tokens
from tiktok.sandbox.answers import Refusal
from tiktok.sandbox.cast import IN
from tiktok.sandbox.tto import campaigns, links
from tiktok.sandbox.world import Published, World

Form = Mapping[str, str]


def enter(world: World, form: Form) -> str:
    """The creator joins the marketplace."""
    world.memberships[form["handle"]] = IN
    world.dirty = True
    return "You are in the marketplace now."


def join(world: World, form: Form) -> str:
    """The creator accepts a campaign's invitation."""
    campaign = campaigns.by_link(world, form["invite_link"])
    if campaign is None:
        raise Refusal(40007, "No campaign has this invite link.")
    links.join(world, campaign, form["handle"])
    return f"You joined {campaign.campaign_name or campaign.brand_name}."


def publish(world: World, form: Form) -> str:
    """A new video, through an invite link or just so."""
    handle, link = form["handle"], form.get("invite_link", "").strip()
    now, caption = world.clock.now(), form.get("caption", "").strip()
    if not link:
        world.publish(Published(world.next_id("745"), handle, now, caption or "A new video"))
        return "The video is public."
    campaign, code = campaigns.by_link(world, link), orders.by_link(world, link)
    if campaign is not None:
        links.publish(world, campaign, handle, caption or f"For {campaign.brand_name} #ad", now)
        return f"The video is up for {campaign.brand_name} and waits for review."
    if code is not None:
        orders.publish(world, handle, code, caption or f"For {code.brand_name} #ad", now)
        return f"The video is up for {code.brand_name} and waits for review."
    raise Refusal(40007, "No campaign or order has this invite link.")


def attach(world: World, form: Form) -> str:
    """A campaign code or an invite link goes into a video that is there already."""
    handle, video_id, text = form["handle"], form["video_id"], form.get("code", "").strip()
    if not text:
        raise Refusal(40002, "Type a campaign code or an invite link.")
    campaign = campaigns.by_link(world, text)
    if campaign is not None:
        links.link_own(world, campaign, handle, video_id)
        return f"The video belongs to {campaign.campaign_name or campaign.brand_name} now."
    code = world.codes.get(text.upper()) or orders.by_link(world, text)
    if code is None:
        raise Refusal(40007, f"No campaign has the code or link {text}.")
    orders.tie(world, handle, video_id, code)
    return f"The video belongs to {code.brand_name}'s order now."


def answer(world: World, form: Form) -> str:
    """The creator's word on a link request."""
    asked = world.link_requests[form["link_request_id"]]
    approve = form["decision"] == "APPROVE"
    links.answer_request(world, asked, approve=approve)
    return "You approved; the video is linked." if approve else "You rejected the request."


def spark(world: World, form: Form) -> str:
    """The creator's word on an ad permission, and for how long."""
    accept = form["decision"] == "ACCEPT"
    days = int(form["days"])
    spark_rules.answer(world, form["video_id"], accept=accept, days=days)
    return f"The brand may advertise with it for {days} days." if accept else "You declined."


def privacy(world: World, form: Form) -> str:
    """Private becomes public and the other way round."""
    video_id = form["video_id"]
    world.dirty = True
    if video_id in world.private:
        world.private.remove(video_id)
        return "The video is public again."
    world.private.append(video_id)
    return "Only you can see the video now."


def revoke(world: World, form: Form) -> str:
    """The creator disconnects the app."""
    grant = world.grants.get(world.creator(form["handle"]).open_id)
    if grant is None:
        raise Refusal(40007, "The app is not connected.")
    tokens.end(world, grant, reason=tokens.BY_CREATOR)
    return "The app has no access any more."


def review(world: World, form: Form) -> str:
    """TikTok's reviewers decide."""
    video_id, passed = form["video_id"], form["decision"] == "pass"
    reason = "" if passed else form.get("reason", "").strip() or "Undisclosed advertising"
    bound = world.linked.get(video_id)
    if bound is not None:
        links.decide(world, bound, "APPROVED" if passed else "REJECTED", reason)
    else:
        orders.decide(world, video_id, "SUCCEED" if passed else "CONTENT_REVIEW_FAIL", reason)
    return "The video passed review." if passed else "The video failed review."


def advance(world: World, form: Form) -> str:
    """Time passes."""
    world.clock.advance(float(form["seconds"]))
    world.dirty = True
    return "Time has passed."


def seed(world: World, form: Form) -> str:
    """Examples of every state."""
    seeds.fill(world)
    return "Examples are in. Try Maya Bakes or Rio."


ACTIONS: dict[str, Callable[[World, Form], str]] = {
    "enter": enter,
    "join": join,
    "publish": publish,
    "attach": attach,
    "answer": answer,
    "spark": spark,
    "privacy": privacy,
    "revoke": revoke,
    "review": review,
    "advance": advance,
    "seed": seed,
}
