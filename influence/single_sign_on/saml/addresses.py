"""Our own side of SAML: the addresses by which a provider knows an organization here."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse


def entity_id(slug: str) -> str:
    """The name by which the provider knows us; our metadata stand at it."""
    return f"{settings.PUBLIC_URL}{reverse('saml_metadata', args=[slug])}"


def reply_url(slug: str) -> str:
    """The address to which the provider has the person's browser post its answer (assertion consumer service)."""
    return f"{settings.PUBLIC_URL}{reverse('saml_reply', args=[slug])}"
