"""Alerts that their member has read."""

from __future__ import annotations

from django.utils import timezone

from alerts.models import Alert
from alerts.queries.listing import Asked, own_alerts
from tenancy.models import User


def mark_read(alert: Alert, *, is_read: bool = True) -> None:
    """Mark one alert as read, or as unread again."""
    read_at = timezone.now() if is_read else None
    Alert.objects.filter(pk=alert.pk, read_at__isnull=is_read).update(read_at=read_at)


def mark_all_read(person: User, asked: Asked, *, up_to: int) -> int:
    """Mark as read what the member's page shows and all before it: newer ones nobody has seen. Returns how many."""
    unread = own_alerts(person).filter(read_at=None, pk__lte=up_to)
    if asked.kind:
        unread = unread.filter(kind=asked.kind)
    return unread.update(read_at=timezone.now())
