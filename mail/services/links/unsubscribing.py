"""The signed link behind List-Unsubscribe (RFC 8058): whoever holds it speaks for one address to one organization."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from mail.queries import address_mark
from mail.services.marks import mark, unmark
from tenancy.models import Organization
from tenancy.scope import organization_scope, required_organization_id

SALT = "mail.unsubscribe"


@dataclass(frozen=True)
class Subscription:
    """An address and the organization that writes to it."""

    organization: Organization
    address: str

    @property
    def is_unsubscribed(self) -> bool:
        with organization_scope(self.organization):
            known = address_mark(self.address)
            return known is not None and known.unsubscribed_at is not None

    def unsubscribe(self) -> None:
        """No outreach of this organization goes to this address any more."""
        with organization_scope(self.organization):
            mark(self.address, "unsubscribed_at")

    def resubscribe(self) -> None:
        """Take it back."""
        with organization_scope(self.organization):
            unmark(self.address, "unsubscribed_at")


def unsubscribe_url(address: str) -> str:
    """The link by which bulk mail of the organization in scope to this address can be ended; it never expires."""
    token = signing.Signer(salt=SALT).sign_object([required_organization_id(), address])
    return f"{settings.PUBLIC_URL}{reverse('unsubscribe', args=[token])}"


def subscription(token: str) -> Subscription | None:
    """The subscription that a link names; None for a link that we did not make, or whose organization is gone."""
    try:
        primary_key, address = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    organization = Organization.objects.filter(pk=primary_key).first()
    return Subscription(organization, address) if organization else None
