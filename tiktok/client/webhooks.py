"""TikTok's deliveries: whether they are TikTok's, and what they say. Pure functions, no framework.

Verify the raw body first, then parse it. Deliveries come at least once and in any order: treat an event
as the same by what it names, not by its ``request_id``. Answer HTTP 200 at once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any

import msgspec

from .normalize import identifier, instant
from .wire import Id, Number, Wire, without_nul

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
    """Whether the header ``X-Open-Signature`` fits the body."""
    try:
        return hmac.compare_digest(open_signature(body, secret).encode(), signature.encode())
    except ValueError:
        return False


def is_timestamped_signature(
    header: str, body: bytes, secret: str, *, now: float, max_age: float = LONGEST_AGE_SECONDS
) -> bool:
    """Whether the header ``TikTok-Signature: t=…,s=…`` fits the body and is fresh.

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


class _Frame(Wire):
    object: int
    request_id: str | None = None
    time: Number = None
    entry: list[Any] | None = None


class _Video(Wire):
    video_id: Id
    campaign_id: Id
    tto_campaign_event_type: str
    tto_tcm_account_id: Id | None = None
    handle_name: str | None = None
    event_time: Number = None
    log_id: str | None = None


class _Incident(Wire):
    incident_id: Id
    incident_event_type: str
    incident_title: str | None = None
    incident_products: list[str] | None = None
    incident_level: str | None = None
    incident_start_time: Number = None
    incident_resolve_time: Number = None
    incident_detail: str | None = None


class _Notice(Wire):
    event: str
    user_openid: str | None = None
    create_time: Number = None
    content: str | dict[str, Any] | None = None


class _Reason(Wire):
    reason: int = 0


def parse_delivery(body: bytes) -> Delivery:
    """A delivery of the Subscription API. What is unknown in it is kept as `UnknownEntry`.

    Raises `WebhookError` when not even the frame can be read.
    """
    try:
        frame = msgspec.json.decode(without_nul(body), type=_Frame, strict=False)
        sent_at = instant(frame.time)
    except (ValueError, RecursionError) as error:
        raise WebhookError(str(error)) from None
    events = tuple(_event(frame.object, entry) for entry in frame.entry or ())
    return Delivery(frame.request_id, frame.object, sent_at, events)


def _event(kind: int, entry: object) -> LinkedVideo | ServiceIncident | UnknownEntry:
    try:
        if kind == LINKED_VIDEO:
            return _linked_video(msgspec.convert(entry, _Video, strict=False))
        if kind == SERVICE_STATUS:
            return _incident(msgspec.convert(entry, _Incident, strict=False))
    except ValueError:
        return UnknownEntry(kind, entry)
    return UnknownEntry(kind, entry)


def _linked_video(raw: _Video) -> LinkedVideo:
    return LinkedVideo(
        event=raw.tto_campaign_event_type,
        video_id=identifier(raw.video_id),
        campaign_id=identifier(raw.campaign_id),
        account_id=None if raw.tto_tcm_account_id is None else str(raw.tto_tcm_account_id),
        handle=raw.handle_name or None,
        happened_at=instant(raw.event_time),
        log_id=raw.log_id or None,
    )


def _incident(raw: _Incident) -> ServiceIncident:
    return ServiceIncident(
        incident_id=identifier(raw.incident_id),
        event=raw.incident_event_type,
        title=raw.incident_title or None,
        products=tuple(raw.incident_products or ()),
        level=raw.incident_level or None,
        started_at=instant(raw.incident_start_time),
        resolved_at=instant(raw.incident_resolve_time),
        detail=raw.incident_detail or None,
    )


def parse_notice(body: bytes) -> AuthorizationRemoved | UnknownNotice:
    """A Login Kit webhook; its ``content`` is JSON inside a string.

    Raises `WebhookError` when it cannot be read.
    """
    try:
        raw = msgspec.json.decode(without_nul(body), type=_Notice, strict=False)
        happened_at = instant(raw.create_time)
    except (ValueError, RecursionError) as error:
        raise WebhookError(str(error)) from None
    if raw.event == "authorization.removed" and raw.user_openid:
        return AuthorizationRemoved(raw.user_openid, _reason(raw.content), happened_at)
    return UnknownNotice(raw.event, raw.user_openid, happened_at, _text(raw.content))


def _reason(content: str | dict[str, Any] | None) -> int:
    """A removal whose reason cannot be read is a removal all the same."""
    try:
        return msgspec.json.decode(_text(content), type=_Reason, strict=False).reason
    except (ValueError, RecursionError):
        return 0


def _text(content: str | dict[str, Any] | None) -> str:
    return content if isinstance(content, str) else msgspec.json.encode(content or {}).decode()
