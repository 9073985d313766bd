"""The organization's own TikTok marketplace account."""

from __future__ import annotations

from django.db import transaction

from tenancy.models import User
from tenancy.services.audit import record
from tiktok.client import DIALECTS, Capabilities
from tiktok.enums import AccountState, Dialect
from tiktok.models import MarketplaceAccount


@transaction.atomic
def connect_marketplace_account(
    name: str, *, tiktok_account_id: str, token: str, actor: User | None
) -> MarketplaceAccount:
    """Keep a marketplace account and its brand token (sealed), replacing an earlier token of the same account."""
    account = MarketplaceAccount.objects.filter(tiktok_account_id=tiktok_account_id).first()
    account = account or MarketplaceAccount(tiktok_account_id=tiktok_account_id)
    account.name, account.state, account.state_reason = name, AccountState.CONNECTED, ""
    account.set_token(token)
    account.save()
    record("marketplace_account.connected", account, actor=actor)
    return account


def capabilities(account: MarketplaceAccount | None) -> Capabilities:
    """What can be done with this account, and how much of it in one call. Asks nobody; without an account, `ttcm`'s."""
    return DIALECTS[account.dialect if account else Dialect.TTCM].capabilities
