"""The desk beside the phone: the clock, TikTok's reviewers, and where the webhooks went."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from tiktok.sandbox import orders
from tiktok.sandbox.records import Delivery
from tiktok.sandbox.world import Tie, World

from .parts import badge, card, empty, field, folded, form, moment, press

_STEPS = (("1 hour", 3600), ("1 day", 86_400), ("1 week", 604_800))
_SHOWN = 8


def panel(world: World, back: str) -> str:
    """The whole of it."""
    steps = "".join(
        press(f"+ {label}", "advance", back, {"seconds": str(s)}) for label, s in _STEPS
    )
    return f"""<h2>Clock</h2><p class="now">{moment(world.clock.now())}</p>
<p class="lead">Views grow, reviews age and tokens expire as time passes. It never goes back.</p>
<div class="row">{steps}</div>
<h2>TikTok's review</h2>{_reviews(world, back)}
<h2>Webhooks</h2>{_webhooks(world)}
<h2>Examples</h2><p class="lead">A campaign, a link request and an ad permission in every state.</p>
<div class="row">{press("Fill with examples", "seed", back, {})}</div>"""


def _reviews(world: World, back: str) -> str:
    open_ones = [
        (each.at, each.video_id, each.handle, world.campaigns[each.campaign_id].brand_name)
        for each in world.linked.values()
        if each.result is None
    ]
    open_ones += [
        (each.at, each.video_id, each.handle, _brand(world, each))
        for each in world.ties.values()
        if orders.review_status(world, each) not in orders.RESULTS
    ]
    open_ones.sort(reverse=True)
    if not open_ones:
        return empty("Nothing waits for review. A video published for a brand shows up here.")
    cards = "".join(_review(world, *each[1:], back) for each in open_ones[:_SHOWN])
    more = len(open_ones) - _SHOWN
    return cards + (f'<p class="lead">And {more} older behind these.</p>' if more > 0 else "")


def _brand(world: World, tied: Tie) -> str:
    return world.codes[world.orders[tied.order_id].code].brand_name


def _review(world: World, video_id: str, handle: str, brand: str, back: str) -> str:
    video = world.video(handle, video_id)
    caption = escape(video_id if video is None else video.caption)
    reason = field("Reason", "reason", video_id, hint="Undisclosed advertising")
    inside = (
        '<div class="row"><button name="decision" value="pass">Pass</button>'
        '<button name="decision" value="fail">Reject</button></div>'
        + folded("Give a reason for rejecting", video_id, reason)
    )
    filled = form("review", back, inside, video_id=video_id)
    return card(f"@{handle} for {brand}", badge("Waiting", "warn"), f"“{caption}”", filled)


def _webhooks(world: World) -> str:
    latest = [*world.deliveries.values()][: -_SHOWN - 1 : -1]
    if not latest:
        return empty("None sent. An app subscribes to them through the API.")
    return f'<ul class="trail">{"".join(_delivery(each) for each in latest)}</ul>'


def _delivery(each: Delivery) -> str:
    tone = {"DELIVERED": "good", "GIVEN_UP": "bad"}.get(each.state, "warn")
    last = f" · {each.answers[-1] or 'no answer'}" if each.answers else ""
    word = each.state.lower().replace("_", " ") + last
    parts = urlsplit(each.url)
    place = escape(f"{parts.hostname}{parts.path}")
    return f"<li><span>{place}<br>{moment(each.created_at)}</span>{badge(word, tone)}</li>"
