"""The page of an invitation to connect: the signed link that opens it, and what is noted when it is opened.

The link names organization, invitation and version. It stands nowhere, and is revoked by a new version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from crm.enums import ConnectState
from crm.models import ConnectInvitation
from tenancy.enums import Verb
from tenancy.models import Organization
from tenancy.services.events import record

SALT = "crm.connect_invitation"
# So soon after a mail was sent its links are followed by a scanner, not by a reader.
TOO_SOON = timedelta(seconds=10)


@dataclass(frozen=True)
class InvitationLink:
    """A link that we signed: the organization whose scope is to be opened, and which invitation in which version it names."""

    organization: Organization
    invitation_id: int
    version: int


def page_url(invitation: ConnectInvitation) -> str:
    """The address of the invitation's page, for its creator alone."""
    parts = [invitation.organization_id, invitation.pk, invitation.version]
    token = signing.Signer(salt=SALT).sign_object(parts)
    return f"{settings.PUBLIC_URL}{reverse('connect_invitation', args=[token])}"


def read_link(token: str) -> InvitationLink | None:
    """The contents of a link; None for one that we did not sign, or whose organization is gone."""
    try:
        organization_id, invitation_id, version = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    organization = Organization.objects.filter(pk=organization_id).first()
    return InvitationLink(organization, invitation_id, version) if organization else None


@transaction.atomic
def note_opening(invitation: ConnectInvitation) -> None:
    """Note, once, that a person has opened the page."""
    locked = ConnectInvitation.objects.select_for_update().get(pk=invitation.pk)
    if locked.state != ConnectState.ASKED or _is_just_mailed(invitation):
        return
    locked.state, locked.opened_at = ConnectState.OPENED, timezone.now()
    locked.save(update_fields=["state", "opened_at"])
    texts = {"handle": locked.handle}
    record(Verb.CONNECT_OPENED, invitation.influencer, actor=None, texts=texts)


def _is_just_mailed(invitation: ConnectInvitation) -> bool:
    sent_at = invitation.message.sent_at if invitation.message else None
    return sent_at is not None and timezone.now() - sent_at < TOO_SOON
