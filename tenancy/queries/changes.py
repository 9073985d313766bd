"""Changes of one object, in the stream of events."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from tenancy.enums import Verb
from tenancy.models import Event


def latest_event(obj: models.Model, verbs: Iterable[Verb], **detail: int) -> Event | None:
    """The latest of these events about an object, with this detail if one is given."""
    about = {"object_type": obj._meta.label_lower, "object_id": obj.pk, "verb__in": list(verbs)}
    of_detail = {f"detail__{name}": value for name, value in detail.items()}
    events = Event.objects.select_related("actor").filter(**about, **of_detail)
    return events.order_by("-pk").first()
