"""TikTok's webhooks at the door: proven, then stored as they came. What they say is done later (`deliveries`)."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from tiktok.client import webhooks
from tiktok.enums import DeliveryKind
from tiktok.errors import DeliveryRefused
from tiktok.models import WebhookDelivery

log = structlog.get_logger()

# TikTok tries a delivery of the Subscription API for a day; what says it is older (or of tomorrow) is a replay.
FARTHEST = timedelta(hours=25)


def receive_delivery(kind: DeliveryKind, body: bytes, *, signature: str) -> None:
    """Keep what TikTok has signed, with one INSERT; the same bytes again change nothing.

    `signature` is the header's value. Raises DeliveryRefused.
    """
    digest = hashlib.sha256(body).hexdigest()
    told = {"kind": kind.value, "digest": digest, "size": len(body)}
    if not _is_signed(kind, body, signature):
        log.info("webhook.refused", reason="signature", **told)
        raise DeliveryRefused
    if kind == DeliveryKind.SUBSCRIPTION and _is_of_another_day(body):
        log.warning("webhook.refused", reason="age", **told)
        raise DeliveryRefused
    delivery = WebhookDelivery(kind=kind, digest=digest, body=body, due_at=timezone.now())
    WebhookDelivery.objects.bulk_create([delivery], ignore_conflicts=True)
    log.info("webhook.received", **told)


def _is_signed(kind: DeliveryKind, body: bytes, signature: str) -> bool:
    secret = settings.TIKTOK_APP_SECRET
    if not secret:  # anybody could sign with nothing
        return False
    if kind == DeliveryKind.SUBSCRIPTION:
        return webhooks.is_open_signature(signature, body, secret)
    return webhooks.is_timestamped_signature(signature, body, secret, now=time.time())


def _is_of_another_day(body: bytes) -> bool:
    """By the body's own `time`, which a signature of the Subscription API covers. No time is no reason to refuse."""
    try:
        sent_at = webhooks.parse_delivery(body).sent_at
    except webhooks.WebhookError:
        return False  # signed all the same: kept for ops to see
    return sent_at is not None and abs(timezone.now() - sent_at) > FARTHEST
