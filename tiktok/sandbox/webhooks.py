"""Signed notices to whoever subscribed: what is said, how it is signed, when it is tried again.

What a receiver reads is dated by the real clock: its own is not moved with TikTok's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from ipaddress import ip_address
from urllib.parse import urlsplit

from .clock import DAY, utc
from .facts import Facts
from .records import Delivery, Linked, Publication, Subscription
from .world import APP_ID, APP_SECRET, Grant, World

TCM_VIDEOS, API_SERVICE_STATUS = 10, 14
OPEN, LOGIN_KIT = "X-Open-Signature", "TikTok-Signature"
_GIVE_UP_SECONDS = {OPEN: DAY, LOGIN_KIT: 3 * DAY}
_HELD_BACK_SECONDS = 10
_PAUSES = (10, 30, 60, 300, 900, 3600, 3 * 3600)


def tell_video(world: World, bound: Linked, event: str) -> None:
    """``tto_video_uploaded`` or ``tto_video_published`` to the account's subscribers."""
    campaign = world.campaigns[bound.campaign_id]
    now = time.time()
    entry: dict[str, object] = {
        "event_type": "tto_campaign_webhook",
        "tto_campaign_event_type": event,
        "video_id": bound.video_id,
        "campaign_id": bound.campaign_id,
        "tto_tcm_account_id": campaign.account_id,
        "handle_name": bound.handle,
        "event_time": utc(now).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "log_id": utc(now).strftime("%Y%m%d%H%M%S") + secrets.token_hex(8).upper(),
    }
    for each in _subscribers(world, "TCM_VIDEOS"):
        if each.account_id == campaign.account_id:
            send(world, each.callback_url, TCM_VIDEOS, [entry])


def tell_status(world: World, incident: dict[str, object], product: str) -> None:
    """An incident to all who subscribed for the product."""
    for each in _subscribers(world, "API_SERVICE_STATUS"):
        if not each.product_filters or product in each.product_filters:
            send(world, each.callback_url, API_SERVICE_STATUS, [incident])


def _subscribers(world: World, entity: str) -> list[Subscription]:
    return [
        each
        for each in world.subscriptions.values()
        if each.entity == entity and each.token in world.brand_grants
    ]


def tell_removed(world: World, grant: Grant, reason: int) -> None:
    """Login Kit's ``authorization.removed``, where the switch names an address."""
    url = world.switches.authorization_webhook_url
    if url:
        body = {
            "client_key": APP_ID,
            "event": "authorization.removed",
            "create_time": int(time.time()),
            "user_openid": grant.open_id,
            "content": json.dumps({"reason": reason}),
        }
        _queue(world, url, body, LOGIN_KIT)


def tell_publication(world: World, made: Publication, event: str, **content: str) -> None:
    """An event ``post.publish.…`` of the Accounts API, signed as Login Kit's and to the same address."""
    url = world.switches.authorization_webhook_url
    if url:
        said = {"publish_id": made.share_id, "publish_type": "DIRECT_PUBLISH", **content}
        body = {
            "client_key": APP_ID,
            "event": event,
            "create_time": int(time.time()),
            "user_openid": made.open_id,
            "content": json.dumps(said),
        }
        _queue(world, url, body, LOGIN_KIT)


def send(world: World, url: str, kind: int, entry: list[dict[str, object]]) -> None:
    """A Subscription delivery, now and then twice."""
    now = time.time()
    body = {
        "request_id": utc(now).strftime("%Y%m%d%H%M%S") + secrets.token_hex(8).upper(),
        "object": kind,
        "time": int(now),
        "entry": entry,
    }
    delivery = _queue(world, url, body, OPEN)
    draw = Facts(world.seed, "duplicate", delivery.delivery_id).unit("draw")
    if draw < world.switches.webhook_duplicates:
        _queue(world, url, body, OPEN)


def _queue(world: World, url: str, body: dict[str, object], signed: str) -> Delivery:
    """Queue a delivery to be sent at once; with the switch every other one waits, so that the next overtakes it."""
    now = world.clock.now()
    is_held_back = world.switches.webhook_shuffle and len(world.deliveries) % 2 == 0
    delivery = Delivery(
        delivery_id=world.next_id("748"),
        url=url,
        body=json.dumps(body, separators=(",", ":"), ensure_ascii=False),
        signed=signed,
        created_at=now,
        next_at=now + _HELD_BACK_SECONDS * is_held_back,
        gives_up_at=now + _GIVE_UP_SECONDS[signed],
    )
    world.deliveries[delivery.delivery_id] = delivery
    return delivery


def due(world: World) -> list[Delivery]:
    """The deliveries to be tried now, oldest first."""
    now = world.clock.now()
    return [
        each
        for each in world.deliveries.values()
        if each.state == "WAITING" and each.next_at <= now
    ]


def answered(world: World, delivery: Delivery, status: int) -> None:
    """Done at 200; else later again until the day is over."""
    delivery.answers.append(status)
    now = world.clock.now()
    pause = _PAUSES[min(len(delivery.answers), len(_PAUSES)) - 1]
    delivery.next_at = now + pause
    if status == 200:
        delivery.state = "DELIVERED"
    elif delivery.next_at > delivery.gives_up_at:
        delivery.state = "GIVEN_UP"
    world.dirty = True


def signature(delivery: Delivery) -> str:
    """The value of the header that proves the sender."""
    if delivery.signed == OPEN:
        return _hmac(escaped(delivery.body))
    stamp = int(time.time())
    return f"t={stamp},s={_hmac(f'{stamp}.{delivery.body}')}"


def escaped(text: str) -> str:
    """Non-ASCII as lower-case ``\\uXXXX``, in surrogate pairs where needed."""
    return "".join(sign if sign.isascii() else json.dumps(sign)[1:-1] for sign in text)


def _hmac(message: str) -> str:
    return hmac.new(APP_SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()


def may_call(url: str) -> bool:
    """https anywhere, http on this machine only."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "http":
            return parts.scheme == "https" and bool(host)
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # no address at all, or a name where a number would be
        return False
