"""Members: their role, the groups they are limited to, and their leaving."""

from __future__ import annotations

from collections.abc import Collection

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from tenancy.enums import Role, Verb
from tenancy.errors import LastOwner, OnlyOwnersMay
from tenancy.models import (
    FormerMember,
    Group,
    GroupMember,
    Membership,
    Organization,
    User,
    provider_key,
)
from tenancy.policies import may_give
from tenancy.queries import groups_by_member
from tenancy.services.events import record
from tenancy.services.organizations import add_member

LIMITABLE = frozenset({Role.MANAGER, Role.VIEWER})


def person_at(email: str, name: str) -> User:
    """The person with this address; a new one has this name, and signs in with codes sent there."""
    known = User.objects.filter(email=email).first()
    return known or User.objects.create_user(email, name=name)


@transaction.atomic
def change_member(
    membership: Membership,
    *,
    role: str,
    is_limited: bool,
    groups: Collection[Group],
    by: Membership,
) -> None:
    """Give a member of the organization in scope a role and groups. Owners and admins are never limited to groups.

    Raises OnlyOwnersMay, LastOwner.
    """
    locked = _locked(membership)
    if role != locked.role:
        if not may_give(by, locked.role, role):
            raise OnlyOwnersMay
        _keep_an_owner(locked)
        locked.is_limited = locked.is_limited and role in LIMITABLE
        locked.save(update_fields=["is_limited"])
        add_member(locked.organization, locked.user, role=Role(role), actor=by.user)
    elif not may_give(by, locked.role):
        raise OnlyOwnersMay
    limit_member(
        locked.organization,
        locked.user,
        is_limited=is_limited and role in LIMITABLE,
        groups=groups,
        actor=by.user,
    )


@transaction.atomic
def limit_member(
    organization: Organization,
    user: User,
    *,
    is_limited: bool,
    groups: Collection[Group],
    actor: User | None,
) -> None:
    """Put a member into these groups and no others, and limit what they see to them. Without a change, no event."""
    membership = Membership.objects.select_for_update().get(organization=organization, user=user)
    wanted = {group.pk for group in groups}
    existing = {group.pk for group in groups_by_member([user.pk]).get(user.pk, [])}
    if wanted == existing and is_limited == membership.is_limited:
        return
    GroupMember.objects.filter(user=user, group_id__in=existing - wanted).delete()
    GroupMember.objects.bulk_create(
        GroupMember(user=user, group_id=group_id) for group_id in sorted(wanted - existing)
    )
    membership.is_limited = is_limited
    membership.save(update_fields=["is_limited"])
    record(
        Verb.MEMBERSHIP_LIMITED,
        membership,
        actor=actor,
        is_limited=is_limited,
        group_ids=sorted(wanted),
    )


@transaction.atomic
def remove_member(membership: Membership, *, by: Membership) -> None:
    """End a membership; what the person did stays, and their running jobs stop. Raises OnlyOwnersMay, LastOwner."""
    locked = _locked(membership)
    if not may_give(by, locked.role):
        raise OnlyOwnersMay
    _end(locked, Verb.MEMBERSHIP_REMOVED, actor=by.user)


@transaction.atomic
def leave(membership: Membership) -> None:
    """End one's own membership. Raises LastOwner."""
    _end(_locked(membership), Verb.MEMBERSHIP_LEFT, actor=membership.user)


def _locked(membership: Membership) -> Membership:
    """The membership as it is now. The organization's row is locked first: of two owners who go at once, one is first."""
    Organization.objects.select_for_update(no_key=True).get(pk=membership.organization_id)
    return Membership.objects.select_related("organization", "user").get(pk=membership.pk)


def _keep_an_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(
        organization_id=membership.organization_id, role=Role.OWNER, user__is_active=True
    )
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise LastOwner


def _end(membership: Membership, verb: Verb, *, actor: User) -> None:
    _keep_an_owner(membership)
    record(verb, membership, actor=actor)
    end_membership(membership)


def end_membership(membership: Membership) -> None:
    """Delete a membership of the organization in scope; the provider of single sign-on does not bring the person back."""
    GroupMember.objects.filter(user_id=membership.user_id).delete()
    links = SocialAccount.objects.filter(
        provider=provider_key(membership.organization_id), user_id=membership.user_id
    )
    subject = links.values_list("uid", flat=True).first() or ""
    links.delete()
    FormerMember.objects.get_or_create(user_id=membership.user_id, defaults={"subject": subject})
    membership.delete()
