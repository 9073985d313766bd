"""Signed links into one organization: each names a row and its version, stands nowhere, and is revoked by a new version."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from tenancy.models import Organization, OrganizationModel


@dataclass(frozen=True)
class SignedLink:
    """A link that we signed: the organization whose scope is to be opened, and which row in which version it names."""

    organization: Organization
    row_id: int
    version: int


def signed_url(name: str, row: OrganizationModel, version: int, *, salt: str) -> str:
    """The whole address of the page of this name for a row. `salt` keeps links of one kind from opening another."""
    token = signing.Signer(salt=salt).sign_object([row.organization_id, row.pk, version])
    return f"{settings.PUBLIC_URL}{reverse(name, args=[token])}"


def read_signed(token: str, *, salt: str) -> SignedLink | None:
    """The contents of a link; None for one that we did not sign, or whose organization is gone."""
    try:
        organization_id, row_id, version = signing.Signer(salt=salt).unsign_object(token)
    except signing.BadSignature:
        return None
    organization = Organization.objects.filter(pk=organization_id).first()
    return SignedLink(organization, row_id, version) if organization else None
