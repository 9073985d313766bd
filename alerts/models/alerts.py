"""Alerts of members, their wishes, and how far the stream of events is read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.enums import MAILED, AlertKind, Delivery
from alerts.policies import Wishes
from tenancy.models import Event, OrganizationModel


class Alert(OrganizationModel):
    """One piece of news for one member. It holds no text: what it says is read from what its event is about, with the rights
    that the member has then."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=AlertKind)
    delivery = models.CharField(max_length=10, choices=Delivery)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    # When its e-mail was written, or was found to be unwanted.
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "event", "person"], name="alert_once_per_event_and_person"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "person", "-id"], name="alert_newest_first"),
            models.Index(
                fields=["organization", "person", "-id"],
                condition=Q(read_at=None),
                name="alert_unread",
            ),
            models.Index(
                fields=["organization", "person", "delivery", "id"],
                condition=Q(mailed_at=None, delivery__in=MAILED),
                name="alert_to_be_mailed",
            ),
            models.Index(fields=["organization", "created_at"], name="alert_oldest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Preferences(OrganizationModel):
    """The wishes of one member in one organization. Kinds that stand not in `deliveries` come in the usual way."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    deliveries = models.JSONField(default=dict, blank=True)
    of_everybody = models.BooleanField(default=False)
    is_mailed = models.BooleanField(default=True)
    time_zone = models.CharField(max_length=60, default="UTC")

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person"], name="preferences_once_per_member"
            )
        ]

    def __str__(self) -> str:
        return f"preferences of {self.person_id}"

    @property
    def wishes(self) -> Wishes:
        return Wishes(self.deliveries, self.of_everybody, self.is_mailed)


class ReadUpTo(OrganizationModel):
    """How far the organization's stream of events has been turned into alerts (`tenancy.queries.Cursor`)."""

    transaction_id = models.BigIntegerField(default=-1)
    event_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "read up to"
        constraints = [models.UniqueConstraint(fields=["organization"], name="read_up_to_once")]

    def __str__(self) -> str:
        return f"event {self.event_id}"
