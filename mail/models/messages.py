from __future__ import annotations

from django.db import models
from django.utils import timezone

from mail.enums import MessageState
from tenancy.models import OwnedModel
from tenancy.models.fields import AddressField


class Message(OwnedModel):
    """One mail to one address, written in the transaction of its cause and sent by a worker afterwards.

    `intent` names the wish: an owner has one row for each intent and repeat, however often somebody clicks.
    """

    template = models.CharField(max_length=60)
    intent = models.CharField(max_length=200)
    repeat = models.PositiveIntegerField(default=1)
    recipient = AddressField()
    subject = models.CharField(max_length=250)
    html = models.TextField()
    text = models.TextField()
    sender_name = models.CharField(max_length=120, blank=True)
    reply_to = AddressField(blank=True)
    # Outreach to many: carries List-Unsubscribe, and is refused for who unsubscribed.
    is_bulk = models.BooleanField(default=False)
    # Carries a code or a one-time link: html and text are emptied once it is sent.
    is_secret = models.BooleanField(default=False)
    # Our own Message-ID header, made when the mail is queued, and the number that a provider gave the mail.
    message_id = models.CharField(max_length=200, unique=True)
    provider_id = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.QUEUED)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    state_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    # When its picture was fetched first, by the reader or by their mail program (`mail.services.links.opening`).
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person", "intent", "repeat"],
                nulls_distinct=False,
                name="message_unique_per_owner_and_intent",
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="message_newest_first"),
            models.Index(fields=["organization", "recipient"], name="message_by_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"
