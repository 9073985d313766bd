"""Forgetting addresses once nobody in the organization is reached by them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from mail.models import Address, Message


def forget_addresses(addresses: Collection[str], *, kept: Q) -> None:
    """Delete every mail of the organization in scope to these addresses, and that they bounced. `kept`: mails of which none
    goes, such as those to members.

    That a reader unsubscribed or complained stays, or the next import of the address would write to them again.
    """
    if addresses:
        Message.objects.filter(recipient__in=addresses).exclude(kept).delete()
        known = Address.objects.filter(address__in=addresses)
        known.filter(unsubscribed_at=None, complained_at=None).delete()


def forget_every_mark(addresses: Collection[str]) -> None:
    """Delete all that is known of these addresses, also that their reader wanted no mail: they are erased."""
    Address.objects.filter(address__in=addresses).delete()
