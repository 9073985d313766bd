"""Invitations to the marketplace that wait for an answer."""

from __future__ import annotations

from tiktok.models import Creator

SHOWN_INVITATIONS = 5


def invitations_without_account() -> list[Creator]:
    """Creators that were invited to the marketplace from here and stand in no influencer's profile yet."""
    waiting = Creator.objects.filter(invited_at__isnull=False, account=None)
    return list(waiting.order_by("-invited_at", "-pk")[:SHOWN_INVITATIONS])
