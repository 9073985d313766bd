"""Organizations, their members and their API keys."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tenancy.enums import Role, Scope, Verb
from tenancy.errors import OwnSecondFactorMissing
from tenancy.models import (
    ApiKey,
    FormerMember,
    InfluencerLogin,
    Membership,
    Organization,
    User,
)
from tenancy.models.api_key import digest
from tenancy.queries import has_second_factor
from tenancy.scope import organization_scope
from tenancy.services.events import record


@transaction.atomic
def create_organization(name: str, slug: str, *, owner: User) -> Organization:
    """A new organization with its first owner."""
    organization = Organization.objects.create(name=name, slug=slug)
    with organization_scope(organization):
        record(Verb.ORGANIZATION_CREATED, organization, actor=owner)
    add_member(organization, owner, role=Role.OWNER, actor=owner)
    return organization


@transaction.atomic
def rename_organization(organization: Organization, name: str, *, actor: User) -> None:
    """Call the organization in scope something else; its slug, and so its addresses, stay."""
    if name == organization.name:
        return
    organization.name = name
    organization.save(update_fields=["name"])
    record(Verb.ORGANIZATION_RENAMED, organization, actor=actor)


@transaction.atomic
def require_second_factor(organization: Organization, is_required: bool, *, actor: User) -> None:
    """Ask every member of the organization in scope for a second factor, or no longer; API keys are not asked.

    Raises OwnSecondFactorMissing.
    """
    if is_required == organization.requires_second_factor:
        return
    if is_required and not has_second_factor(actor):
        raise OwnSecondFactorMissing
    organization.requires_second_factor = is_required
    organization.save(update_fields=["requires_second_factor"])
    record(Verb.ORGANIZATION_SECOND_FACTOR_SET, organization, actor=actor, is_required=is_required)


@transaction.atomic
def add_member(
    organization: Organization, user: User, *, role: Role, actor: User | None
) -> Membership:
    """Make a person a member, or change the role of one who is."""
    membership, _ = Membership.objects.update_or_create(
        organization=organization, user=user, defaults={"role": role}
    )
    with organization_scope(organization):
        FormerMember.objects.filter(user=user).delete()
        record(Verb.MEMBERSHIP_SET, membership, actor=actor, role=Role(role))
    return membership


def let_influencer_in(organization: Organization | int, person: User) -> None:
    """The influencers' dashboard looks into this organization for this person from now on. Repeating it changes nothing."""
    primary_key = organization if isinstance(organization, int) else organization.pk
    InfluencerLogin.objects.get_or_create(organization_id=primary_key, user=person)


@transaction.atomic
def create_api_key(
    organization: Organization,
    name: str,
    *,
    scopes: Collection[str],
    actor: User | None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret text, which is never to be seen again: only its SHA-256 is stored."""
    prefix, secret = f"inf_{secrets.token_hex(4)}", secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        organization=organization,
        name=name,
        prefix=prefix,
        digest=digest(secret),
        scopes=list(scopes),
        created_by=actor,
        expires_at=expires_at,
    )
    with organization_scope(organization):
        record(Verb.API_KEY_CREATED, key, actor=actor, scopes=[Scope(each) for each in scopes])
    return key, f"{prefix}.{secret}"


@transaction.atomic
def revoke_api_key(key: ApiKey, *, actor: User | None) -> None:
    """End a key at once; the next request with it is refused."""
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    with organization_scope(key.organization):
        record(Verb.API_KEY_REVOKED, key, actor=actor)
