"""The page of an invitation to connect: the signed link that opens it, and what is noted when it is opened.

The link names organization, invitation and version. It stands nowhere, and is revoked by a new version.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from crm.enums import ConnectState
from crm.models import ConnectInvitation
from tenancy.enums import Verb
from tenancy.services.events import record
from tenancy.services.links import SignedLink, read_signed, signed_url

SALT = "crm.connect_invitation"
# So soon after a mail was sent its links are followed by a scanner, not by a reader.
TOO_SOON = timedelta(seconds=10)


def page_url(invitation: ConnectInvitation) -> str:
    """The address of the invitation's page, for its creator alone."""
    return signed_url("connect_invitation", invitation, invitation.version, salt=SALT)


def read_link(token: str) -> SignedLink | None:
    """The contents of a link; None for one that we did not sign, or whose organization is gone."""
    return read_signed(token, salt=SALT)


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
