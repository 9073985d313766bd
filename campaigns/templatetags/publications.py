"""Publications on pages of members."""

from __future__ import annotations

from django import template

from campaigns.enums import PublicationState

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
