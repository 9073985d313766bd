"""The campaigns' reactions to signals of `tiktok` and `mail`."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from campaigns.services.orders.invitations import follow_mail
from mail.models import Message
from mail.signals import message_settled


@receiver(message_settled, dispatch_uid="campaigns.message_settled")
def note_on_order(message: Message, **_: Any) -> None:
    """An invitation was sent, failed or bounced."""
    follow_mail(message)
