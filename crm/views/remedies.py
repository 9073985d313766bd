"""The remedy of a missing number: what a member who may do it does about it."""

from __future__ import annotations

from dataclasses import dataclass

from crm.models import SocialAccount
from crm.views.frame import address
from tenancy.access import OrganizationRequest
from tenancy.enums import Permission
from tenancy.policies import can
from tiktok.availability import ASK_TO_AUTHENTICATE, INVITE_TO_MARKETPLACE, NOT_TRACKED
from ui.bidi import isolated

ASK = ("Ask{} to connect", "ask_account", Permission.EDIT_INFLUENCERS)
REMEDIES = {
    ASK_TO_AUTHENTICATE: ASK,
    NOT_TRACKED: ASK,
    INVITE_TO_MARKETPLACE: ("Invite{}", "invite_account", Permission.INVITE_CREATORS),
}


@dataclass(frozen=True)
class Remedy:
    """A link to what can be done, empty where there is nothing or the member may not."""

    label: str = ""
    href: str = ""


def remedy_for(
    request: OrganizationRequest, reason: str, account: SocialAccount, name: str = ""
) -> Remedy:
    """The remedy of a reason why a number of this account is missing; `name`: the influencer's, where a page shows several."""
    label, page, permission = REMEDIES.get(reason, ("", "", None))
    if permission is None or not can(request.membership, permission):
        return Remedy()
    return Remedy(
        label.format(f" {isolated(name)}" if name else ""),
        address(request, page, account.influencer_id, account.pk),
    )
