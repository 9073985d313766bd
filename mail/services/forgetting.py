"""Forgetting an address once nobody in the organization is reached by it."""

from __future__ import annotations

from mail.models import Address, Message


def forget_address(address: str) -> None:
    """Delete every mail of the organization in scope to this address, and that it bounced.

    That its reader unsubscribed or complained stays, or the next import of the address would write to them again.
    """
    Message.objects.filter(recipient=address).delete()
    Address.objects.filter(address=address, unsubscribed_at=None, complained_at=None).delete()
