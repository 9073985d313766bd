"""Inviting members by e-mail, and the link of such a mail: whoever holds it may join once, as the invited address."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from mail.services.outbox import queue_message
from tenancy.models import Group, Invitation, Membership, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.invitations import (
    VALID_FOR,
    accept_invitation,
    is_valid,
    renew_invitation,
    write_invitation,
)
from ui.bidi import isolated

SALT = "mail.invitation"
TEMPLATE = "tenancy_invitation"


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation behind a link that works, with its organization."""

    organization: Organization
    invitation: Invitation
    secret: str = field(repr=False)

    @property
    def email(self) -> str:
        return self.invitation.email

    def accept(self, person: User) -> Membership:
        """Make the person a member. Raises MembershipRefused."""
        with organization_scope(self.organization):
            return accept_invitation(self.invitation, self.secret, person=person)


@transaction.atomic
def invite_member(
    email: str, *, role: str, is_limited: bool, groups: Collection[Group], by: Membership
) -> Invitation:
    """Invite an address into the organization in scope. Raises MembershipRefused, MailProblem."""
    invitation, secret = write_invitation(
        email, role=role, is_limited=is_limited, groups=groups, by=by
    )
    _queue(invitation, secret, by)
    return invitation


@transaction.atomic
def invite_again(invitation: Invitation, *, by: Membership) -> None:
    """Mail an open invitation once more, with a new link. Raises MembershipRefused, MailProblem."""
    renewed, secret = renew_invitation(invitation, by=by)
    _queue(renewed, secret, by)


def open_invitation(token: str) -> OpenInvitation | None:
    """The invitation behind a link; None for a link that is not ours, was used, replaced or revoked, or has expired."""
    try:
        organization_id, pk, secret = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is None:
        return None
    with organization_scope(organization):
        invitation = Invitation.objects.select_related("invited_by").filter(pk=pk).first()
    if invitation is None or not is_valid(invitation, secret):
        return None
    return OpenInvitation(organization, invitation, secret)


def _queue(invitation: Invitation, secret: str, by: Membership) -> None:
    organization = by.organization
    parts = [organization.pk, invitation.pk, secret]
    token = signing.Signer(salt=SALT).sign_object(parts)
    queue_message(
        TEMPLATE,
        to=invitation.email,
        subject=f"Join {isolated(organization.name)} on Influence",
        values={
            "organization": organization.name,
            "inviter": str(by.user),
            "role": invitation.get_role_display(),
            "email": invitation.email,
            "days": VALID_FOR.days,
            "link": f"{settings.PUBLIC_URL}{reverse('join', args=[token])}",
        },
        intent=f"{TEMPLATE}:{invitation.pk}:{invitation.sent_at.timestamp()}",
        is_secret=True,
    )
