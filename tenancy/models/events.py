"""The one stream of events: what happened, once, for timelines, alerts and webhooks."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast
from django.utils.dateparse import parse_date

from tenancy.enums import verbs
from tenancy.models.base import OrganizationModel

PLAIN_TEXTS = frozenset({"reason", "refusal", "evidence"})
DAYS = {"due_on": "By", "wished_on": "Asked for"}  # details that are days


def _writing_transaction() -> Cast:
    """PostgreSQL's 64-bit number of the transaction that writes the row, which never wraps."""
    number = models.Func(function="pg_current_xact_id", output_field=models.TextField())
    return Cast(Cast(number, models.TextField()), models.BigIntegerField())


class Event(OrganizationModel):
    """One thing that happened to one object. Holds ids, numbers, times and words of enums only, and is never changed.

    Texts stand in `EventText`. `transaction_id` and `id` number the stream (`tenancy.queries.events_after`).
    `object_type` is the object's model in lower case, such as `campaigns.order`.
    """

    # The run-time role may add rows and read them; see tenancy/isolation.py.
    changeable: ClassVar[frozenset[str] | None] = frozenset()

    transaction_id = models.BigIntegerField(db_default=_writing_transaction(), editable=False)
    at = models.DateTimeField(auto_now_add=True)
    # A person who is deleted may change no event, so no constraint: the id stays, and is given to nobody else.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    verb = models.CharField(max_length=60, choices=verbs)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "transaction_id", "id"], name="event_stream"),
            models.Index(
                fields=["organization", "object_type", "object_id", "-id"], name="event_timeline"
            ),
            models.Index(fields=["organization", "-at", "-id"], name="event_newest_first"),
            models.Index(fields=["organization", "actor", "-at", "-id"], name="event_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"

    @property
    def label(self) -> str:
        """The object's name at the time; empty once its texts are gone."""
        return self.text.label if hasattr(self, "text") else ""

    @property
    def texts(self) -> dict[str, Any]:
        """Reasons, handles and other texts of the event; empty once they are gone."""
        return self.text.detail if hasattr(self, "text") else {}

    @property
    def is_erased(self) -> bool:
        """Were the name and the texts taken out? Each event is written with a name."""
        return not self.label and not self.texts

    @property
    def notes(self) -> list[str]:
        """The days of the event ("By 5 Dec 2026") and its texts as a timeline shows them ("Handle: maya.bakes"); a reason or an
        evidence says itself."""
        days = [
            f"{words} {day.day} {day:%b %Y}"
            for name, words in DAYS.items()
            if (day := parse_date(str(self.detail.get(name, ""))))
        ]
        lines = [
            (name, ", ".join(text) if isinstance(text, list) else text)
            for name, text in self.texts.items()
        ]
        said = [
            text if name in PLAIN_TEXTS else f"{name.capitalize()}: {text}"
            for name, text in lines
            if text
        ]
        return [*days, *said]


class EventText(OrganizationModel):
    """The names and texts of an event. Erasure and purge empty or delete it; the event stays."""

    event = models.OneToOneField(
        Event, primary_key=True, on_delete=models.CASCADE, related_name="text"
    )
    label = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.label
