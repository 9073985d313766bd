"""Reads of invitations to connect TikTok."""

from __future__ import annotations

from crm.enums import ConnectState
from crm.models import ConnectInvitation
from mail.queries import address_mark
from tiktok.models import Consent
from tiktok.queries import active_consents
from tiktok.queries.consents import is_outdated


def invitation_at(pk: int, version: int) -> ConnectInvitation | None:
    """The invitation that a link of this version opens, or the one that it was joined with since.

    None where it is stopped, or nobody can sign in as its influencer.
    """
    rows = ConnectInvitation.objects.select_related(
        "influencer__person", "influencer__organization", "asked_by", "message"
    ).defer("message__html", "message__text")
    found = rows.filter(pk=pk).first()
    if found is None:
        found = rows.filter(other_links__contains=[f"{pk}.{version}"]).first()
    elif found.version != version:
        return None
    if found is None or found.influencer.person is None or found.state == ConnectState.STOPPED:
        return None
    return found


def consent_asked_for(invitation: ConnectInvitation) -> Consent | None:
    """The live consent over the account that the invitation is about, given by the person whom it is for."""
    rows = active_consents().filter(
        creator__handle=invitation.handle, connection__person=invitation.influencer.person_id
    )
    return rows.select_related("connection", "purpose").first()


def is_shared(invitation: ConnectInvitation) -> bool:
    """Does the creator share the account now, by a text that allows no less than the current one?"""
    consent = consent_asked_for(invitation)
    return consent is not None and not is_outdated(consent)


def takes_no_mail(invitation: ConnectInvitation) -> bool:
    """Has the creator asked for no more mail of the organization in scope?"""
    person = invitation.influencer.person
    known = address_mark(person.email) if person else None
    return known is not None and known.unsubscribed_at is not None
