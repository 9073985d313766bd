"""Webhook deliveries, worked off by workers one after the other.

A delivery is done at least once, so that what its events do may be repeated (`events`). Trouble postpones it, a minute
first, an hour at most; after `MOST_ATTEMPTS` it stays where it is, with its problem, until ops look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from django.db.models import F, Func, IntegerField, Q, Value
from django.utils import timezone

from jobs.enums import Lane
from jobs.services.queue import WorkKind, forget, make_due, register_kind
from tiktok.client import webhooks
from tiktok.enums import DeliveryKind
from tiktok.models import WebhookDelivery
from tiktok.queries.deliveries import WORK_KIND, with_state
from tiktok.services.webhooks.events import apply_delivery, apply_notice

log = structlog.get_logger()

MOST_ATTEMPTS = 10
KEPT_FOR = timedelta(days=30)
DELETED_AT_ONCE = 1000


def process_deliveries(delivery_ids: Sequence[int]) -> None:
    """Do what these deliveries say. What went wrong is kept in the row, and raised."""
    for delivery in WebhookDelivery.objects.filter(pk__in=delivery_ids, processed_at=None):
        row = WebhookDelivery.objects.filter(pk=delivery.pk)
        try:
            note = _process(delivery)
        except SoftTimeLimitExceeded:
            raise
        except Exception as defect:
            row.update(problem=f"{type(defect).__name__}: {defect}"[:300])
            raise
        log.info("webhook.processed", delivery=delivery.pk, kind=delivery.kind, note=note)
        row.update(problem=note[:300], processed_at=timezone.now())


def _process(delivery: WebhookDelivery) -> str:
    """Apply a delivery and return a note for ops, or nothing. TikTok's own garbage does not get better by trying again."""
    body = bytes(delivery.body)
    try:
        if delivery.kind == DeliveryKind.LOGIN_KIT:
            return apply_notice(webhooks.parse_notice(body), delivery.received_at)
        return apply_delivery(webhooks.parse_delivery(body), delivery.received_at)
    except webhooks.WebhookError as error:
        return f"It could not be read: {error}"


def process_again(deliveries: Iterable[WebhookDelivery]) -> int:
    """Put deliveries that failed, or left something aside, back into the queue. Returns how many that were."""
    keys = [delivery.pk for delivery in deliveries]
    unsettled = WebhookDelivery.objects.filter(pk__in=keys).exclude(
        ~Q(processed_at=None), problem=""
    )
    again = list(unsettled.values_list("pk", flat=True))
    unsettled.update(processed_at=None, problem="")
    forget(WORK_KIND, *again)  # with the attempts that have failed
    make_due(WORK_KIND, *again)
    return len(again)


def forget_old_deliveries() -> int:
    """Delete a slice of what was settled a month ago; returns how many, 0 when nothing is left to delete."""
    then = timezone.now() - KEPT_FOR
    given_up = Q(is_given_up=True, received_at__lt=then)
    old = with_state(WebhookDelivery.objects.all()).filter(Q(processed_at__lt=then) | given_up)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:DELETED_AT_ONCE])
    forget(WORK_KIND, *keys)
    return WebhookDelivery.objects.filter(pk__in=keys).delete()[0]


def forget_deliveries(names: Iterable[str]) -> int:
    """Delete what TikTok has told about somebody, named by one of these texts. Returns how many deliveries."""
    keys: set[int] = set()
    for name in filter(None, names):
        text = (Value(name.encode()), F("body"))
        place = Func(*text, function="position", arg_joiner=" IN ", output_field=IntegerField())
        naming = WebhookDelivery.objects.alias(place=place).filter(place__gt=0)
        keys.update(naming.values_list("pk", flat=True))
    forget(WORK_KIND, *keys)
    return WebhookDelivery.objects.filter(pk__in=keys).delete()[0]


register_kind(
    WorkKind(
        WORK_KIND, Lane.PERSON, process_deliveries, most_attempts=MOST_ATTEMPTS, has_owner=False
    )
)
