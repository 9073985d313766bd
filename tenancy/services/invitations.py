"""Invitations to become a member: written, renewed, revoked and accepted. `mail.services.invitations` sends them."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from tenancy.enums import Role, Verb
from tenancy.errors import (
    AlreadyMember,
    InvitationJustSent,
    InvitationOfAnother,
    InvitationOver,
    OnlyOwnersMay,
)
from tenancy.models import Group, Invitation, Membership, User
from tenancy.models.api_key import digest
from tenancy.policies import may_give
from tenancy.scope import required_organization_id
from tenancy.services.events import record
from tenancy.services.members import LIMITABLE, limit_member, person_at
from tenancy.services.organizations import add_member

VALID_FOR = timedelta(days=7)
SENT_AGAIN_AFTER = timedelta(minutes=1)


@transaction.atomic
def write_invitation(
    email: str, *, role: str, is_limited: bool, groups: Collection[Group], by: Membership
) -> tuple[Invitation, str]:
    """A new invitation into the organization in scope and the secret of its link; an open one to the address is revoked.

    Raises OnlyOwnersMay, AlreadyMember, InvitationJustSent.
    """
    if not may_give(by, role):
        raise OnlyOwnersMay
    organization_id = required_organization_id()
    if Membership.objects.filter(organization_id=organization_id, user__email=email).exists():
        raise AlreadyMember(email)
    now, secret = timezone.now(), secrets.token_urlsafe(32)
    earlier = Invitation.objects.filter(Invitation.IS_OPEN, email=email)
    if earlier.filter(sent_at__gt=now - SENT_AGAIN_AFTER).exists():
        raise InvitationJustSent
    # Not one that somebody else has sent since: beside that, this one is not saved.
    earlier.filter(sent_at__lte=now - SENT_AGAIN_AFTER).update(revoked_at=now)
    invitation = Invitation(
        email=email,
        role=role,
        is_limited=is_limited and role in LIMITABLE,
        group_ids=sorted(group.pk for group in groups),
        digest=digest(secret),
        invited_by=by.user,
        sent_at=now,
        expires_at=now + VALID_FOR,
    )
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as problem:  # somebody invites the same person at this moment
        raise InvitationJustSent from problem
    record(Verb.INVITATION_SENT, invitation, actor=by.user, role=Role(role))
    return invitation, secret


@transaction.atomic
def renew_invitation(invitation: Invitation, *, by: Membership) -> tuple[Invitation, str]:
    """The open invitation with seven more days, a new secret and this member as its sender; the older link ends.

    Raises OnlyOwnersMay, InvitationOver, InvitationJustSent.
    """
    locked = _open(invitation, by)
    now, secret = timezone.now(), secrets.token_urlsafe(32)
    if locked.sent_at > now - SENT_AGAIN_AFTER:
        raise InvitationJustSent
    locked.digest, locked.sent_at, locked.expires_at = digest(secret), now, now + VALID_FOR
    locked.invited_by = by.user
    locked.save(update_fields=["digest", "sent_at", "expires_at", "invited_by"])
    record(Verb.INVITATION_SENT, locked, actor=by.user, role=Role(locked.role))
    return locked, secret


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: Membership) -> None:
    """End an open invitation: its link no longer works. Raises OnlyOwnersMay, InvitationOver."""
    locked = _open(invitation, by)
    locked.revoked_at = timezone.now()
    locked.save(update_fields=["revoked_at"])
    record(Verb.INVITATION_REVOKED, locked, actor=by.user)


def is_valid(invitation: Invitation, secret: str) -> bool:
    """Does this secret open this invitation now? Not once its sender may no longer give the role."""
    is_open = invitation.accepted_at is None and invitation.revoked_at is None
    return (
        is_open
        and not invitation.is_expired
        and hmac.compare_digest(invitation.digest, digest(secret))
        and _is_backed(invitation)
    )


def _is_backed(invitation: Invitation) -> bool:
    """May its sender still give the role? A person who was removed must not come back by an invitation of their own."""
    sender = Membership.objects.filter(
        organization=invitation.organization, user=invitation.invited_by_id or 0
    ).first()
    return sender is not None and may_give(sender, invitation.role)


@transaction.atomic
def accept_invitation(invitation: Invitation, secret: str, *, person: User) -> Membership:
    """Make the invited person a member, once; who is one already keeps their role.

    Raises InvitationOver, InvitationOfAnother.
    """
    locked = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if not is_valid(locked, secret):
        raise InvitationOver
    if person.email != locked.email:
        raise InvitationOfAnother
    return _accept(locked, person)


@transaction.atomic
def accept_without_link(email: str, name: str) -> Membership | None:
    """Accept the invitation of an address that somebody else has proven; None if none is open. A new person has this name."""
    found = Invitation.objects.select_for_update(no_key=True).filter(
        Invitation.IS_OPEN, email=email, expires_at__gt=timezone.now()
    )
    invitation = found.first()
    if invitation is None or not _is_backed(invitation):
        return None
    return _accept(invitation, person_at(email, name))


def _accept(locked: Invitation, person: User) -> Membership:
    locked.accepted_at = timezone.now()
    locked.save(update_fields=["accepted_at"])
    organization = locked.organization
    existing = Membership.objects.filter(organization=organization, user=person).first()
    if existing is not None:
        return existing
    membership = add_member(organization, person, role=Role(locked.role), actor=person)
    groups = list(Group.objects.filter(pk__in=locked.group_ids))
    limit_member(
        organization, person, is_limited=locked.is_limited, groups=groups, actor=locked.invited_by
    )
    return membership


def _open(invitation: Invitation, by: Membership) -> Invitation:
    locked = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if not may_give(by, locked.role):
        raise OnlyOwnersMay
    if locked.accepted_at is not None or locked.revoked_at is not None:
        raise InvitationOver
    return locked
