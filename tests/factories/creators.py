"""Creators whom TikTok has spoken of, and organizations with accounts in two markets."""

from __future__ import annotations

from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.branding import SECOND_ACCOUNT_ID, a_member, connect
from tests.sandbox_process import Sandbox
from tiktok.enums import MarketplaceStatus
from tiktok.models import Creator, MarketplaceAccount
from tiktok.queries import connected_accounts, marketplace_account
from tiktok.services.creators import membership


def track_creator(handle: str, status: MarketplaceStatus) -> Creator:
    """A tracked creator about whom TikTok has told the account in use."""
    said = {account: status} if (account := marketplace_account()) else {}
    return membership.track_creator(handle, membership.Membership(said))


def two_markets(
    running: Sandbox, organization: Organization
) -> tuple[MarketplaceAccount, MarketplaceAccount]:
    """The account in use of an organization, and one in another market, on a permission of its own."""
    running.control("switches", legacy_accounts=0)
    connect(running, a_member(organization), organization, SECOND_ACCOUNT_ID)
    with organization_scope(organization):
        home, abroad = connected_accounts()
    return home, abroad
