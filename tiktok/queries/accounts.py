"""Accounts: of which kind for the organization in scope, by which consent, through which marketplace account."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.db.models.functions import Coalesce

from tenancy.composed import Composed
from tiktok.enums import (
    ENDED_CONNECTION_STATES,
    LIVE_CONNECTION_STATES,
    AccountKind,
    AccountState,
    ConnectionState,
    Dialect,
    Source,
)
from tiktok.models import (
    Consent,
    Creator,
    LegacyMigration,
    MarketplaceAccount,
    Video,
)
from tiktok.policies import account_kind
from ui.live import Live

_MIGRATING = Composed(lambda: LegacyMigration.objects.filter(cut_over_at=None)[:1])


def is_released() -> bool:
    """Does the organization in scope show TikTok's own data (it never had, or has cut over from, the old source)?"""
    return not _MIGRATING.rows()


def active_consents() -> models.QuerySet[Consent]:
    """Consents that stand over a connection that is alive."""
    return Consent.objects.filter(withdrawn_at=None, connection__state__in=LIVE_CONNECTION_STATES)


def authenticated(creator_path: str = "") -> Coalesce:
    """Annotation: is the creator at this path authenticated for its organization? False where there is no creator."""
    return _grant_is(LIVE_CONNECTION_STATES, creator_path)


def needs_reconnect(creator_path: str = "") -> Coalesce:
    """Annotation: the influencer's consent stands, but the grant it rests on has ended."""
    return _grant_is(ENDED_CONNECTION_STATES, creator_path)


def _grant_is(states: Sequence[ConnectionState], creator_path: str) -> Coalesce:
    column = f"{creator_path}__grant_state" if creator_path else "grant_state"
    return Coalesce(models.Q(**{f"{column}__in": states}), False)


def kind_of(creator: Creator) -> AccountKind:
    """The account's kind for the organization in scope. For lists, annotate with `authenticated()` instead."""
    return account_kind(
        creator.marketplace_status,
        is_authenticated=active_consents().filter(creator=creator).exists(),
        is_released=is_released(),
    )


def marketplace_accounts() -> models.QuerySet[MarketplaceAccount]:
    """The organization's own marketplace accounts: the connected before the others, the one chosen last on top."""
    chosen_last = models.F("chosen_at").desc(nulls_last=True)
    return MarketplaceAccount.objects.order_by("state", chosen_last, "pk")


def marketplace_account() -> MarketplaceAccount | None:
    """The organization's own marketplace account that new calls are made through: of the connected, the one chosen last."""
    return marketplace_accounts().filter(state=AccountState.CONNECTED).first()


def visible_videos() -> models.QuerySet[Video]:
    """Videos the organization may see: the old source's before the cut-over, TikTok's own after it."""
    if is_released():
        return Video.objects.exclude(source=Source.LEGACY)
    return Video.objects.filter(source=Source.LEGACY)


def marketplace_live(accounts: Sequence[MarketplaceAccount]) -> Live:
    """The marketplace accounts as their page shows them: more is to come until TikTok has described each that is
    connected, and sends its events."""
    is_new = any(
        account.is_connected
        and (
            account.described_at is None
            or (account.dialect == Dialect.TTO and not account.subscription_id)
        )
        for account in accounts
    )
    facts = [
        (account.pk, account.state, account.state_reason, account.chosen_at, account.described_at,
         account.name, account.country, account.timezone, account.subscription_id)
        for account in accounts
    ]  # fmt: skip
    return Live.of(facts, is_under_way=is_new)
