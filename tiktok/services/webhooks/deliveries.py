"""The queue of TikTok's webhooks: claimed one by one with SKIP LOCKED, finished by an update fenced by the lease.

A delivery is done at least once, so that what its events do may be repeated (`events`). Trouble puts it off, a minute
first, an hour at most; after `WebhookDelivery.MOST_ATTEMPTS` it stays where it is, with its problem, until ops look.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import structlog
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from tiktok.client import webhooks
from tiktok.enums import DeliveryKind
from tiktok.models import WebhookDelivery
from tiktok.services.webhooks.events import apply_delivery, apply_notice

log = structlog.get_logger()

LEASE = timedelta(minutes=5)
KEPT_FOR = timedelta(days=30)
DELETED_AT_ONCE = 1000


def pump() -> bool:
    """Do the delivery that has waited longest. False when none is due."""
    claimed = _claim()
    if claimed is None:
        return False
    try:
        note = _process(claimed)
    except Exception as defect:  # one broken delivery must not stop the others
        log.exception("webhook.broken", delivery=claimed.pk, attempts=claimed.attempts)
        wait = timedelta(minutes=min(60, 2 ** (claimed.attempts - 1)))
        _finish(claimed, f"{type(defect).__name__}: {defect}", due_at=timezone.now() + wait)
    else:
        log.info("webhook.processed", delivery=claimed.pk, kind=claimed.kind, note=note)
        _finish(claimed, note, processed_at=timezone.now())
    return True


@transaction.atomic
def _claim() -> WebhookDelivery | None:
    now = timezone.now()
    due = _waiting().filter(due_at__lte=now).exclude(lease_until__gt=now)
    claimed = due.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
    if claimed is not None:
        claimed.lease_until = now + LEASE
        claimed.attempts += 1
        claimed.save(update_fields=["lease_until", "attempts"])
    return claimed


def _waiting() -> models.QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(
        processed_at=None, attempts__lt=WebhookDelivery.MOST_ATTEMPTS
    )


def _process(delivery: WebhookDelivery) -> str:
    """What ops may want to know of it, or nothing. TikTok's own garbage does not get better by trying again."""
    body = bytes(delivery.body)
    try:
        if delivery.kind == DeliveryKind.LOGIN_KIT:
            return apply_notice(webhooks.parse_notice(body), delivery.received_at)
        return apply_delivery(webhooks.parse_delivery(body), delivery.received_at)
    except webhooks.WebhookError as error:
        return f"It could not be read: {error}"


def _finish(claimed: WebhookDelivery, problem: str, **changes: object) -> None:
    """Fenced by the lease: who lost it changes nothing."""
    held = WebhookDelivery.objects.filter(pk=claimed.pk, lease_until=claimed.lease_until)
    held.update(lease_until=None, problem=problem[:300], **changes)


def process_again(deliveries: Iterable[WebhookDelivery]) -> int:
    """Put deliveries that failed, or left something aside, back into the queue. Returns how many that were."""
    keys = [delivery.pk for delivery in deliveries]
    unsettled = WebhookDelivery.objects.filter(pk__in=keys).exclude(
        ~Q(processed_at=None), problem=""
    )
    return unsettled.update(
        processed_at=None, lease_until=None, attempts=0, problem="", due_at=timezone.now()
    )


def forget_old_deliveries() -> int:
    """Delete a slice of what was settled a month ago; returns how many, 0 when nothing is left to delete."""
    then = timezone.now() - KEPT_FOR
    given_up = Q(attempts__gte=WebhookDelivery.MOST_ATTEMPTS, received_at__lt=then)
    old = WebhookDelivery.objects.filter(Q(processed_at__lt=then) | given_up).order_by("pk")
    keys = list(old.values_list("pk", flat=True)[:DELETED_AT_ONCE])
    return WebhookDelivery.objects.filter(pk__in=keys).delete()[0]
