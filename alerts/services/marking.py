"""Alerts that their member has read, or that are settled: their object was acted upon, or its page was opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from alerts.models import Alert
from alerts.policies import settled_kinds
from alerts.queries.listing import Asked, own_alerts
from alerts.queries.pages import shown_by
from tenancy.models import Event, Membership, User


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


def mark_opened(member: Membership, path: str) -> None:
    """Mark as read the member's alerts about what the page at this path shows."""
    shown = shown_by(path, member.organization.slug)
    if shown is None:
        return
    events = Event.objects.filter(shown)
    own_alerts(member.user).filter(read_at=None, event__in=events).update(read_at=timezone.now())


def settle_by(events: Iterable[Event]) -> None:
    """Mark as read, for everybody, the earlier alerts that these events settle."""
    for event in events:
        of_same: dict[str, Any] = {"object_type": event.object_type, "object_id": event.object_id}
        if "draft" in event.detail:  # of several drafts of an order, that one
            of_same["detail__draft"] = event.detail["draft"]
        earlier = Event.objects.filter(**of_same, pk__lt=event.pk)
        kinds = settled_kinds(event.verb, event.detail, is_by_person=event.actor_id is not None)
        unread = Alert.objects.filter(event__in=earlier, kind__in=kinds, read_at=None)
        unread.update(read_at=timezone.now())
