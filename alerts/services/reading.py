"""Read the stream of events and tell members what concerns them: each event once, however often a worker dies.

Alerts, the place in the stream and the e-mails that are due are written in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from alerts.enums import Delivery
from alerts.models import Alert, ReadUpTo
from alerts.policies import KINDS, SETTLED_BY, deliveries
from alerts.queries.subjects import readers, subjects
from alerts.services import mailing
from alerts.services.marking import settle_by
from jobs.enums import Lane
from jobs.services.queue import WorkKind, once_more, register_kind
from tenancy.models import Event
from tenancy.queries import Cursor, events_after
from tenancy.scope import required_organization_id

READ = "alerts.read"  # the kind of work; its subject is the organization
EVENTS_AT_ONCE = 500
SOONEST, LATEST = timedelta(seconds=15), timedelta(minutes=5)
# Of an organization that has a past when its stream is read first, these days alone are told.
PAST = timedelta(days=2)


@transaction.atomic
def read_some() -> list[Event]:
    """Turn the next events of the organization in scope into alerts, and return those events."""
    place = _place()
    events = events_after(Cursor(place.transaction_id, place.event_id), EVENTS_AT_ONCE)
    if events:
        _tell([event for event in events if event.verb in KINDS])
        settle_by(event for event in events if event.verb in SETTLED_BY)
        last = Cursor.after(events[-1])
        place.transaction_id, place.event_id = last.transaction_id, last.event_id
        place.save(update_fields=["transaction_id", "event_id"])
    return events


def _place() -> ReadUpTo:
    """The place in the stream, locked: nobody else reads meanwhile."""
    if not ReadUpTo.objects.exists():
        ReadUpTo.objects.bulk_create([_beginning()], ignore_conflicts=True)
    return ReadUpTo.objects.select_for_update().get()


def _beginning() -> ReadUpTo:
    earlier = Event.objects.filter(at__lt=timezone.now() - PAST).order_by("-at", "-pk").first()
    cursor = Cursor.after(earlier) if earlier else Cursor()
    return ReadUpTo(transaction_id=cursor.transaction_id, event_id=cursor.event_id)


def _tell(events: Sequence[Event]) -> None:
    if not events:
        return
    members, about = readers(), subjects(events)
    alerts = [
        Alert(person_id=person, event=event, kind=KINDS[event.verb], delivery=delivery)
        for event in events
        if (subject := about.get((event.object_type, event.object_id)))
        for person, delivery in deliveries(
            KINDS[event.verb], subject, members, actor_id=event.actor_id
        ).items()
    ]
    Alert.objects.bulk_create(alerts, ignore_conflicts=True)
    for delivery in (Delivery.AT_ONCE, Delivery.DIGEST):
        people = {alert.person_id for alert in alerts if alert.delivery == delivery}
        mailing.plan_mail(delivery, people)


def _read(organization_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    """Read on at once while there is more, soon where something happened, and the later the longer nothing has."""
    if len(read_some()) == EVENTS_AT_ONCE:
        return dict.fromkeys(organization_ids, timedelta(0))
    latest = Event.objects.order_by("-at", "-pk").values_list("at", flat=True).first()
    quiet = timezone.now() - latest if latest else LATEST
    return dict.fromkeys(organization_ids, min(max(quiet / 10, SOONEST), LATEST))


def read_on() -> None:
    """Read the stream soon, if it has news: a member is looking."""
    place = ReadUpTo.objects.first()
    news = Event.objects.filter(verb__in={*KINDS, *SETTLED_BY})
    if place:
        news = news.filter(transaction_id__gte=place.transaction_id, pk__gt=place.event_id)
    if news.exists():
        once_more(READ, required_organization_id(), at=timezone.now())


register_kind(WorkKind(READ, Lane.BULK, _read))
