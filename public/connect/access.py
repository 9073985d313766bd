"""The link to an invitation's page."""

from __future__ import annotations

from django.http import HttpRequest

from crm.models import ConnectInvitation
from crm.queries.connections import invitation_at
from crm.services.connections.links import read_link
from public.links import Kind, by_link
from tenancy.services.links import SignedLink


class InvitationRequest(HttpRequest):
    """A request by a link that works; the organization is in scope, and the creator's language is active."""

    token: str
    invitation: ConnectInvitation


def _load(link: SignedLink) -> ConnectInvitation | None:
    return invitation_at(link.row_id, link.version)


def _language(invitation: ConnectInvitation) -> str:
    return invitation.influencer.reads_in


invitation_link = by_link(
    Kind("invitation", read_link, _load, _language, ("invitation_page", "invitation_reply"))
)
