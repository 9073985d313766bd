"""The stream of events: every service that changes something says so here, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models

from tenancy.enums import Verb
from tenancy.models import Event, EventText, User
from tenancy.scope import required_organization_id

LABEL_LENGTH = 200


class NotForEvents(TypeError):
    """A value that may not stand in an event, since nobody could ever take it out again."""


def record(
    verb: Verb,
    obj: models.Model,
    *,
    actor: User | None,
    texts: Mapping[str, Any] | None = None,
    **detail: object,
) -> Event:
    """Say that something happened to a saved object of the organization in scope.

    `detail` takes whole numbers (counts, ids), booleans, times, members of a TextChoices, and lists of these. Everything
    that names a person or was written by one goes into `texts` (JSON, no secret). Raises NotForEvents.
    """
    (event,) = record_each(verb, [obj], actor=actor, texts=texts, **detail)
    return event


def record_each(
    verb: Verb,
    objects: list[Any],
    *,
    actor: User | None,
    texts: Mapping[str, Any] | None = None,
    **detail: object,
) -> list[Event]:
    """Say that the same happened to each of these objects, in two statements however many there are."""
    if not isinstance(verb, Verb):
        raise NotForEvents(f"{verb!r} is no Verb")
    required_organization_id()
    lasting = {name: _lasting(name, value) for name, value in detail.items()}
    events = Event.objects.bulk_create(
        Event(
            actor=actor,
            verb=verb,
            object_type=obj._meta.label_lower,
            object_id=obj.pk,
            detail=lasting,
        )
        for obj in objects
    )
    EventText.objects.bulk_create(
        EventText(event=event, label=str(obj)[:LABEL_LENGTH], detail=dict(texts or {}))
        for event, obj in zip(events, objects, strict=True)
    )
    return events


def _lasting(name: str, value: object) -> object:
    """The value as the event keeps it for good. A bare string is refused, be it ever so harmless today."""
    if isinstance(value, models.TextChoices):
        return value.value
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_lasting(name, each) for each in value]
    raise NotForEvents(f"{name}={value!r} may not stand in an event: it belongs into `texts`")
