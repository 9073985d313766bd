"""The creator's screens: who to be, inbox, videos, connected apps."""

from __future__ import annotations

from html import escape

from tiktok.sandbox import orders
from tiktok.sandbox.cast import IN, INVALID, INVITED, KNOWN
from tiktok.sandbox.consent import MEANINGS
from tiktok.sandbox.creators import Creator
from tiktok.sandbox.records import Campaign, LinkRequest, Spark
from tiktok.sandbox.tto import shapes
from tiktok.sandbox.videos import Video
from tiktok.sandbox.world import Order, World

from .parts import (
    address,
    badge,
    card,
    compact,
    day,
    empty,
    face,
    field,
    folded,
    form,
    moment,
    press,
    shot,
)

_SHOWN_VIDEOS = 10
_MEMBERSHIPS = {IN: ("In the marketplace", "good"), INVITED: ("Invited to the marketplace", "warn")}


def home(world: World) -> str:
    """Everybody who has a part in something, and the known faces."""
    busy = [each.handle for each in world.orders.values()]
    busy += [handle for each in world.campaigns.values() for handle in each.invitees]
    busy += [each.handle for each in world.grants.values()]
    people = [world.creator(handle) for handle in dict.fromkeys((*busy, *KNOWN))]
    shown = "".join(_person(world, each) for each in people[:40] if each.membership != INVALID)
    finder = field("Or type any handle", "handle", "home", hint="someone.else")
    return f"""<h1 class="ask">Who are you today?</h1>
<p class="lead">This is a sandbox, not TikTok. Pick a creator and answer what brands ask of them.</p>
{shown}<form method="get" action="/">{finder}<div class="row"><button class="main">Open</button></div>
</form>"""


def _person(world: World, person: Creator) -> str:
    number = waiting(world, person.handle)
    state = badge(f"{number} waiting", "warn") if number else ""
    followers = compact(shapes.counts(world, person)["followers_count"])
    return (
        f'<a class="person" href="{address(person.handle)}">{face(world, person, small=True)}'
        f"<span><b>{escape(person.display_name)}</b><small>@{escape(person.handle)} ·"
        f" {followers} followers</small></span>{state}</a>"
    )


def waiting(world: World, handle: str) -> int:
    """How many things wait for this creator's word."""
    invited = sum(
        each.invitees[handle].joined_at is None
        for each in world.campaigns.values()
        if handle in each.invitees
    )
    fresh = sum(not each.video_ids for each in _orders(world, handle))
    return invited + fresh + len(_requests(world, handle)) + len(_sparks(world, handle))


def _orders(world: World, handle: str) -> list[Order]:
    return [each for each in world.orders.values() if each.handle == handle]


def _requests(world: World, handle: str) -> list[LinkRequest]:
    found = world.link_requests.values()
    return [each for each in found if each.handle == handle and each.status == "IN_REVIEW"]


def _sparks(world: World, handle: str) -> list[Spark]:
    mine = {each.video_id for each in world.linked.values() if each.handle == handle}
    mine |= {each.video_id for each in world.ties.values() if each.handle == handle}
    found = world.sparks.values()
    return [each for each in found if each.video_id in mine and each.status == "WAITING"]


def header(world: World, person: Creator) -> str:
    """Name, handle, followers, and where the creator stands with the marketplace."""
    label, tone = _MEMBERSHIPS.get(person.membership, ("Not in the marketplace", ""))
    followers = compact(shapes.counts(world, person)["followers_count"])
    return (
        f'<div class="who">{face(world, person)}<div><h1>{escape(person.display_name)}</h1>'
        f"<p>@{escape(person.handle)} · {followers} followers · {escape(person.country)}</p>"
        f"{badge(label, tone)}</div></div>"
    )


def inbox(world: World, person: Creator) -> str:
    """The creator's inbox: what brands want."""
    back = address(person.handle)
    parts = [header(world, person), _marketplace(person, back)]
    parts += _section(
        "Link requests", [_request(world, x, back) for x in _requests(world, person.handle)]
    )
    parts += _section(
        "Ad permissions", [_spark(world, x, back) for x in _sparks(world, person.handle)]
    )
    campaigns = [x for x in reversed(world.campaigns.values()) if _concerns(x, person)]
    parts += _section("Campaigns", [_campaign(world, x, person, back) for x in campaigns])
    mine = _orders(world, person.handle)[::-1]
    parts += _section("Orders", [_order(world, x, back) for x in mine])
    if not any((campaigns, mine, _requests(world, person.handle))):
        parts.append(empty("No invitations yet. A brand's campaign or order shows up here."))
    return "".join(parts)


def _section(title: str, cards: list[str]) -> list[str]:
    return [f"<h2>{title}</h2>", *cards] if cards else []


def _marketplace(person: Creator, back: str) -> str:
    if person.membership == IN:
        return ""
    text = "Brands can invite only creators who joined TikTok's marketplace."
    if person.membership == INVITED:
        text = "A brand invites you to join TikTok's marketplace."
    button = press("Join the marketplace", "enter", back, {"handle": person.handle}, main=True)
    return card("Marketplace", "", text, f'<div class="row">{button}</div>')


def _concerns(campaign: Campaign, person: Creator) -> bool:
    if campaign.campaign_type == "BRAND_LINK":
        return person.membership == IN
    return person.handle in campaign.invitees


def _campaign(world: World, campaign: Campaign, person: Creator, back: str) -> str:
    invitee = campaign.invitees.get(person.handle)
    joined = invitee is not None and invitee.joined_at is not None
    open_to_all = campaign.campaign_type == "BRAND_LINK"
    state = (
        badge("Joined", "good") if joined else badge("Open" if open_to_all else "Invited", "warn")
    )
    days = campaign.spark_days
    spark = f"<br>Uploading lets the brand advertise with it for {days} days." if days else ""
    text = f"{escape(campaign.brand_name)} · {escape(campaign.campaign_description)}{spark}"
    hidden = {"handle": person.handle, "invite_link": campaign.invite_link}
    button = "" if joined else press("Join", "join", back, hidden, main=True)
    row = f'<div class="row">{button}</div>' if button else ""
    title = campaign.campaign_name or f"{campaign.brand_name}: open link"
    return card(title, state, text, row + _publish(campaign.campaign_id, back, hidden))


def _publish(key: str, back: str, hidden: dict[str, str]) -> str:
    inside = field("Caption", "caption", key, hint="What the video is about #ad")
    inside += '<button class="main">Publish now</button>'
    filled = form("publish", back, inside, **hidden)
    return folded("Publish a video for it", key, filled)


def _order(world: World, order: Order, back: str) -> str:
    code = world.codes[order.code]
    made, whole = len(order.video_ids), code.video_number
    full = made >= whole
    tone, word = ("good", "Done") if full else ("warn", "In progress" if made else "New")
    text = f"Campaign code {escape(code.code)} · {made} of {whole} videos"
    hidden = {"handle": order.handle, "invite_link": code.invite_link}
    below = "" if full else _publish(order.order_id, back, hidden)
    return card(f"{code.brand_name}", badge(word, tone), text, below)


def _request(world: World, asked: LinkRequest, back: str) -> str:
    campaign = world.campaigns[asked.campaign_id]
    text = f"{escape(campaign.brand_name)} wants your video “{_caption(world, asked)}”."
    if asked.requests > 1:
        text += f" Reminded {asked.requests - 1} times."
    hidden = {"handle": asked.handle, "link_request_id": asked.link_request_id}
    yes = press("Approve", "answer", back, {**hidden, "decision": "APPROVE"}, main=True)
    no = press("Reject", "answer", back, {**hidden, "decision": "REJECT"})
    title = campaign.campaign_name or campaign.brand_name
    return card(title, badge("Link request", "warn"), text, f'<div class="row">{yes}{no}</div>')


def _caption(world: World, asked: LinkRequest) -> str:
    video = world.video(asked.handle, asked.video_id)
    return escape(asked.video_id if video is None else video.caption)


def _spark(world: World, spark: Spark, back: str) -> str:
    text = f"A brand wants to advertise with your video for {spark.requested_days} days."
    choices = "".join(
        f'<option value="{days}"{" selected" if days == spark.requested_days else ""}>{days} days'
        for days in sorted({7, 30, 60, 365, spark.requested_days})
    )
    key = f"days-{spark.video_id}"
    inside = (
        f'<label for="{key}">How long</label><select id="{key}" name="days">{choices}</select>'
        '<div class="row"><button class="main" name="decision" value="ACCEPT">Allow</button>'
        '<button name="decision" value="REJECT">Decline</button></div>'
    )
    filled = form("spark", back, inside, video_id=spark.video_id)
    return card("Spark Ads", badge("Asked", "warn"), text, filled)


def clips(world: World, person: Creator, *, everything: bool) -> str:
    """The creator's videos, newest first, and a way to post one."""
    back = address(person.handle, "videos")
    found = world.videos_of(person.handle)
    shown = found if everything else found[:_SHOWN_VIDEOS]
    inside = field("Caption", "caption", "new", hint="What the video is about")
    inside += field(
        "Invite link (optional)", "invite_link", "new", hint="https://www.tiktok.com/t/…"
    )
    inside += '<button class="main">Publish now</button>'
    new = form("publish", back, inside, handle=person.handle)
    rest = len(found) - len(shown)
    older = f'<a class="button" href="{back}?all=1">Show {rest} older</a>' if rest else ""
    return (
        f"{header(world, person)}{folded('Publish a video', 'new', new)}"
        f"<h2>Videos</h2>{''.join(_clip(world, each, back) for each in shown)}{older}"
    )


def _clip(world: World, video: Video, back: str) -> str:
    private = video.video_id in world.private
    hidden = {"handle": video.handle, "video_id": video.video_id}
    views = compact(world.views_at(video, world.clock.now()))
    states = badge("Private", "bad") if private else ""
    states += _campaign_state(world, video.video_id)
    label = "Make public" if private else "Make private"
    toggle = press(
        label, "privacy", back, hidden, about=f"{video.caption}, {moment(video.created_at)}"
    )
    free = video.video_id not in world.linked and video.video_id not in world.ties
    return (
        f'<article class="card clip">{shot(world, video.video_id)}<div>'
        f"<h3>{escape(video.caption)}</h3><p>{views} views · {day(video.created_at)}</p>"
        f'{states}<div class="row">{toggle}</div>{_attach(video, back, hidden) if free else ""}'
        "</div></article>"
    )


def _attach(video: Video, back: str, hidden: dict[str, str]) -> str:
    inside = field("Code or invite link", "code", video.video_id, hint="QW7-44Z")
    inside += "<button>Add to this video</button>"
    filled = form("attach", back, inside, **hidden)
    return folded("Add a campaign code", video.video_id, filled)


def _campaign_state(world: World, video_id: str) -> str:
    linked, tied = world.linked.get(video_id), world.ties.get(video_id)
    if linked is not None:
        name = world.campaigns[linked.campaign_id].brand_name
        result = linked.result or "IN REVIEW"
    elif tied is not None:
        name = world.codes[world.orders[tied.order_id].code].brand_name
        result = orders.review_status(world, tied).replace("_", " ")
    else:
        return ""
    tone = {"APPROVED": "good", "SUCCEED": "good", "REJECTED": "bad"}.get(result, "warn")
    return badge(f"{name}: {result.lower()}", "bad" if "FAIL" in result else tone)


def apps(world: World, person: Creator) -> str:
    """The apps that have this creator's consent."""
    back = address(person.handle, "apps")
    grant = world.grants.get(person.open_id)
    if grant is None:
        shown = empty("No app is connected. It appears here once you allow it on the consent page.")
    else:
        scopes = "<br>".join(escape(MEANINGS.get(scope, scope)) for scope in grant.scopes)
        text = f"{scopes}<br>Until {moment(grant.deadline)}"
        button = press("Revoke access", "revoke", back, {"handle": person.handle})
        shown = card(
            "Influence", badge("Connected", "good"), text, f'<div class="row">{button}</div>'
        )
    return f"{header(world, person)}<h2>Connected apps</h2>{shown}"
