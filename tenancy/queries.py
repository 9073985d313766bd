"""Reads of the ground floor."""

from __future__ import annotations

import hmac

from django.db import models
from django.utils import timezone

from tenancy.models import ApiKey, Membership, Organization, User
from tenancy.models.api_key import digest


def memberships_of(user: User) -> models.QuerySet[Membership]:
    """The organizations a person belongs to, by name."""
    return (
        Membership.objects.filter(user=user)
        .select_related("organization")
        .order_by("organization__name")
    )


def membership_in(user: User, slug: str) -> Membership | None:
    """What this person is in the organization with this slug; None for a stranger and for no such organization."""
    return (
        Membership.objects.filter(user=user, organization__slug=slug)
        .select_related("organization")
        .first()
    )


def influencer_organizations(user: User) -> models.QuerySet[Organization]:
    """The organizations that know this person as an influencer, by name."""
    return Organization.objects.filter(influencer_logins__user=user).order_by("name", "pk")


def api_key_for(text: str) -> ApiKey | None:
    """The live key with this text, None for an unknown, revoked or expired one."""
    prefix, _, secret = text.partition(".")
    key = next(iter(ApiKey.objects.filter(prefix=prefix, revoked_at=None)), None)
    if key is None or not hmac.compare_digest(key.digest, digest(secret)):
        return None
    return key if key.expires_at is None or key.expires_at > timezone.now() else None
