"""TikTok's webhooks at the door: proven, then stored as they came. What they say is done later (`deliveries`)."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.services.queue import make_due
from tiktok.client import webhooks
from tiktok.enums import DeliveryKind
from tiktok.errors import DeliveryRefused
from tiktok.models import WebhookDelivery
from tiktok.queries.deliveries import WORK_KIND

log = structlog.get_logger()

# TikTok tries a delivery of the Subscription API for a day; what says it is older (or of tomorrow) is a replay.
FARTHEST = timedelta(hours=25)


def receive_delivery(kind: DeliveryKind, body: bytes, *, signature: str) -> None:
    """Keep what TikTok has signed; the same delivery again changes nothing.

    `signature` is the header's value. Raises DeliveryRefused.
    """
    if not _is_signed(kind, body, signature):
        log.info("webhook.refused", kind=kind.value, reason="signature", size=len(body))
        raise DeliveryRefused
    if kind == DeliveryKind.SUBSCRIPTION and _is_of_another_day(body):
        log.warning("webhook.refused", kind=kind.value, reason="age", size=len(body))
        raise DeliveryRefused
    digest = _digest(kind, body, signature)
    _store(kind, digest, body)
    log.info("webhook.received", kind=kind.value, digest=digest, size=len(body))


@transaction.atomic
def _store(kind: DeliveryKind, digest: str, body: bytes) -> None:
    """Store a delivery with the work that it makes; one that is there already makes none."""
    delivery, is_new = WebhookDelivery.objects.get_or_create(
        digest=digest, defaults={"kind": kind, "body": body}
    )
    if is_new:
        make_due(WORK_KIND, delivery.pk)


def _digest(kind: DeliveryKind, body: bytes, signature: str) -> str:
    """A signature of the Subscription API fits every way of escaping the same text, so it is what stands for the text.

    One of Login Kit fits these bytes only, and is another one at each try.
    """
    said = signature.encode() if kind == DeliveryKind.SUBSCRIPTION else body
    return hashlib.sha256(said).hexdigest()


def _is_signed(kind: DeliveryKind, body: bytes, signature: str) -> bool:
    secret = settings.TIKTOK_APP_SECRET
    if not secret:  # anybody could sign with nothing
        return False
    if kind == DeliveryKind.SUBSCRIPTION:
        return webhooks.is_open_signature(signature, body, secret)
    return webhooks.is_timestamped_signature(signature, body, secret, now=time.time())


def _is_of_another_day(body: bytes) -> bool:
    """Compare the body's own `time`, which a signature of the Subscription API covers. No time is no reason to refuse."""
    try:
        sent_at = webhooks.parse_delivery(body).sent_at
    except webhooks.WebhookError:
        return False  # signed all the same: kept for ops to see
    return sent_at is not None and abs(timezone.now() - sent_at) > FARTHEST
