"""Webhook deliveries with what the queue knows of them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Coalesce

from jobs.models import Work
from tiktok.models import WebhookDelivery

WORK_KIND = "webhook_delivery"


def with_state(
    deliveries: models.QuerySet[WebhookDelivery],
) -> models.QuerySet[WebhookDelivery]:
    """Annotate how often each was tried in vain, and whether it was given up."""
    work = Work.objects.filter(
        kind=WORK_KIND, organization=None, person=None, subject_id=models.OuterRef("pk")
    )
    return deliveries.annotate(
        attempts=Coalesce(models.Subquery(work.values("attempts")[:1]), 0),
        is_given_up=models.Exists(work.exclude(stopped_reason="")),
    )
