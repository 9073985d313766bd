"""The outbox's reactions to a provider's news."""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.dispatch import receiver

from mail.services.tracking import take_news


@receiver(tracking, dispatch_uid="mail.tracking")
def note_news(event: AnymailTrackingEvent, **_: Any) -> None:
    """Webhook events of django-anymail's views."""
    take_news(event)
