"""The consent over which the organization in scope sees a creator's own data."""

from __future__ import annotations

from tiktok.models import Connection, Creator
from tiktok.queries import active_consents


def connection_of(creator: Creator) -> Connection | None:
    """The live connection through which the organization in scope may see this creator's own data."""
    consent = active_consents().filter(creator=creator).select_related("connection").first()
    return consent.connection if consent else None


def still_sees(creator: Creator, connection: Connection) -> bool:
    """Does the consent stand that the call was made under? Under the lock of the creator, which its end takes too."""
    Creator.objects.select_for_update().get(pk=creator.pk)
    return connection_of(creator) == connection
