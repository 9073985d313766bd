"""Publications on pages of members."""

from __future__ import annotations

from django import template

from campaigns.enums import PublicationState
from campaigns.models import Publication
from campaigns.queries.orders import publication_sync
from tiktok.queries import SyncTimes

register = template.Library()
KINDS = {
    PublicationState.DONE: "success",
    PublicationState.FAILED: "danger",
    PublicationState.UNSURE: "warning",
    PublicationState.STOPPED: "neutral",
}


@register.filter
def publication_kind(state: str) -> str:
    return KINDS.get(PublicationState(state), "info")


@register.filter
def sync_of(publication: Publication) -> SyncTimes:
    """The tries to send it: the reason why the last one brought nothing, and the time of the next."""
    return publication_sync(publication)
