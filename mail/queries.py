"""Reads of the outbox."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from mail.models import Address, Message
from tenancy.scope import current_organization_id


def address_mark(address: str) -> Address | None:
    """The mark of this address in the organization in scope; None without one, and in a person's scope."""
    if not address or current_organization_id() is None:
        return None
    return Address.objects.filter(address=address).first()


def address_marks(addresses: Iterable[str]) -> models.QuerySet[Address]:
    """The marks of those among these addresses that have one, in the organization in scope."""
    return Address.objects.filter(address__in=list(addresses))


def messages_newest_first() -> models.QuerySet[Message]:
    """The mails of the owner in scope, without their bodies."""
    return Message.objects.defer("html", "text").order_by("-pk")


def latest_message(intent: str) -> Message | None:
    """The mail that carried out this wish last."""
    return Message.objects.filter(intent=intent).order_by("-repeat").first()
