"""TikTok's deliveries: whether they are TikTok's, and what they say. Pure functions, no framework.

Verify the raw body first, then parse it. Deliveries come at least once and in any order: treat an event
as the same by what it names, not by its ``request_id``. Answer HTTP 200 at once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from .decoding import decoded
from .reader import Row

LONGEST_AGE_SECONDS = 300.0
LINKED_VIDEO = 10
SERVICE_STATUS = 14
_TIMESTAMPED = re.compile(r"[a-z]+=[^,]*(,[a-z]+=[^,]*)*")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


class WebhookError(ValueError):
    """A delivery that is no JSON object of a known frame."""


class LinkedVideo(msgspec.Struct, frozen=True, kw_only=True):
    """``TCM_VIDEOS``: a video was linked to a campaign.

    ``event``: ``tto_video_uploaded`` (linked, not yet reviewed), ``tto_video_published`` (passed review).
    ``handle`` is None when TikTok could not tell.
    """

    event: str
    video_id: str
    campaign_id: str
    account_id: str | None = None
    handle: str | None = None
    happened_at: datetime | None = None
    log_id: str | None = None


class ServiceIncident(msgspec.Struct, frozen=True, kw_only=True):
    """``API_SERVICE_STATUS``. ``event`` CREATE, UPDATE, RESOLVE; ``level`` LOW_ or MAJOR_DISRUPTION."""

    incident_id: str
    event: str
    title: str | None = None
    products: tuple[str, ...] = ()
    level: str | None = None
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    detail: str | None = None


class UnknownEntry(msgspec.Struct, frozen=True):
    """An event this package does not know or cannot read, as it came; it may hold a Spark code."""

    kind: int
    entry: Any

    def __repr__(self) -> str:
        return f"UnknownEntry(kind={self.kind!r})"


class Delivery(msgspec.Struct, frozen=True):
    """One delivery of the Subscription API, of up to 1,000 events."""

    request_id: str | None
    kind: int
    sent_at: datetime | None
    events: tuple[LinkedVideo | ServiceIncident | UnknownEntry, ...]


class AuthorizationRemoved(msgspec.Struct, frozen=True):
    """A person ended the consent; the tokens are dead already.

    ``reason``: 0 unknown, 1 disconnected, 2 account deleted, 3 age changed, 4 banned, 5 by the developer.
    """

    open_id: str
    reason: int
    happened_at: datetime | None


class PublishNotice(msgspec.Struct, frozen=True):
    """``post.publish.…`` of the Accounts API (``VIDEO``): news of a publication, signed as Login Kit's.

    ``event``: ``post.publish.failed`` with a ``reason``, ``….complete``, ``….publicly_available`` with the ``post_id``,
    ``….no_longer_publicly_available``. ``share_id`` is its ``publish_id``.
    """

    event: str
    open_id: str
    share_id: str


class UnknownNotice(msgspec.Struct, frozen=True):
    """A Login Kit event this package does not know, with its content as text."""

    event: str
    open_id: str | None
    happened_at: datetime | None
    content: str


def open_signature(body: bytes, secret: str) -> str:
    """``X-Open-Signature`` of a Subscription delivery.

    Lower-case hex HMAC-SHA256 by the app's secret over the payload with every character outside ASCII
    escaped as ``\\uXXXX``, in surrogate pairs where needed. Raises ValueError for what is not UTF-8.
    """
    return _hex(secret, _escaped(body.decode()))


def is_open_signature(signature: str, body: bytes, secret: str) -> bool:
    """Tell whether the header ``X-Open-Signature`` matches the body."""
    try:
        return hmac.compare_digest(open_signature(body, secret).encode(), signature.encode())
    except ValueError:
        return False


def is_timestamped_signature(
    header: str, body: bytes, secret: str, *, now: float, max_age: float = LONGEST_AGE_SECONDS
) -> bool:
    """Tell whether the header ``TikTok-Signature: t=…,s=…`` matches the body and is fresh.

    ``secret`` is the app's client secret, ``now`` Unix seconds; a ``t`` further away than ``max_age``
    seconds, before or after, is refused.
    """
    if not _TIMESTAMPED.fullmatch(header):
        return False
    parts = dict(part.split("=", 1) for part in header.split(","))
    stamp, signature = parts.get("t", ""), parts.get("s", "")
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(now - int(stamp)) > max_age:
        return False
    expected = _hex(secret, stamp.encode() + b"." + body)
    return hmac.compare_digest(expected.encode(), signature.encode())


def _hex(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _escaped(text: str) -> bytes:
    """A run at a time: what an unknown sender makes us do must be cheap."""
    return _BEYOND_ASCII.sub(lambda run: json.dumps(run[0])[1:-1], text).encode("ascii")


def parse_delivery(body: bytes) -> Delivery:
    """A delivery of the Subscription API. What is unknown in it is kept as `UnknownEntry`.

    Raises `WebhookError` when not even the frame can be read.
    """
    frame = _frame(body)
    kind = frame.limit("object")
    if kind is None:
        raise WebhookError("no kind of event")
    events = tuple(_event(kind, entry) for entry in frame.items("entry"))
    return Delivery(frame.text("request_id"), kind, frame.instant("time"), events)


def _frame(body: bytes) -> Row:
    try:
        fields = decoded(body)
    except ValueError as error:
        raise WebhookError(str(error)) from None
    if not isinstance(fields, dict):
        raise WebhookError("not an object")
    return Row(fields)


def _event(kind: int, entry: object) -> LinkedVideo | ServiceIncident | UnknownEntry:
    read = _READ.get(kind)
    if read is None or not isinstance(entry, dict):
        return UnknownEntry(kind, entry)
    try:
        return read(Row(entry))
    except ValueError:
        return UnknownEntry(kind, entry)


def _linked_video(raw: Row) -> LinkedVideo:
    return LinkedVideo(
        event=raw.identifier("tto_campaign_event_type"),
        video_id=raw.identifier("video_id"),
        campaign_id=raw.identifier("campaign_id"),
        account_id=raw.optional_id("tto_tcm_account_id"),
        handle=raw.text("handle_name"),
        happened_at=raw.instant("event_time"),
        log_id=raw.text("log_id"),
    )


def _incident(raw: Row) -> ServiceIncident:
    return ServiceIncident(
        incident_id=raw.identifier("incident_id"),
        event=raw.identifier("incident_event_type"),
        title=raw.text("incident_title"),
        products=raw.texts("incident_products"),
        level=raw.text("incident_level"),
        started_at=raw.instant("incident_start_time"),
        resolved_at=raw.instant("incident_resolve_time"),
        detail=raw.text("incident_detail"),
    )


_READ: dict[int, Callable[[Row], LinkedVideo | ServiceIncident]] = {
    LINKED_VIDEO: _linked_video,
    SERVICE_STATUS: _incident,
}


def parse_notice(body: bytes) -> AuthorizationRemoved | PublishNotice | UnknownNotice:
    """A webhook of Login Kit or of the Accounts API; its ``content`` is JSON inside a string.

    Raises `WebhookError` when it cannot be read.
    """
    raw = _frame(body)
    event, open_id = raw.text("event"), raw.optional_id("user_openid")
    if event is None:
        raise WebhookError("no event")
    happened_at = raw.instant("create_time")
    if event == "authorization.removed" and open_id:
        # a removal whose reason cannot be read is a removal all the same
        reason = raw.row("content").limit("reason") or 0
        return AuthorizationRemoved(open_id, reason, happened_at)
    if event.startswith("post.publish.") and open_id:
        share_id = raw.row("content").text("publish_id", "share_id")
        if share_id:
            return PublishNotice(event, open_id, share_id)
    return UnknownNotice(event, open_id, happened_at, raw.json("content"))
