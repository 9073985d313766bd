"""Accounts: of which kind for the organization in scope, by which consent, through which marketplace account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from tenancy.composed import Composed
from tiktok.enums import (
    ENDED_CONNECTION_STATES,
    LIVE_CONNECTION_STATES,
    AccountKind,
    AccountState,
    ConnectionState,
    Dialect,
    MarketplaceStatus,
    Source,
)
from tiktok.models import (
    Consent,
    Creator,
    CreatorMembership,
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
    return connected_accounts().first()


def connected_accounts() -> models.QuerySet[MarketplaceAccount]:
    """The accounts through which TikTok can be asked, the one in use first."""
    return marketplace_accounts().filter(state=AccountState.CONNECTED)


def account_for(creator: Creator) -> MarketplaceAccount | None:
    """The connected account whose market the creator is in; of several, and where TikTok named none, the one in use."""
    inside = CreatorMembership.objects.filter(
        account=OuterRef("pk"), creator=creator, status=MarketplaceStatus.IN
    )
    nearest = connected_accounts().annotate(is_market=Exists(inside))
    return nearest.order_by("-is_market", *nearest.query.order_by).first()


def markets_of(creator_ids: Collection[int]) -> dict[int, list[MarketplaceAccount]]:
    """The connected accounts whose markets these creators are in, by creator, the account in use first."""
    accounts = list(connected_accounts())
    rows = CreatorMembership.objects.filter(
        creator__in=creator_ids, account__in=accounts, status=MarketplaceStatus.IN
    )
    inside = set(rows.values_list("creator_id", "account_id"))
    return {pk: [each for each in accounts if (pk, each.pk) in inside] for pk in creator_ids}


@dataclass(frozen=True)
class MarketMembership:
    """TikTok's last answer about a creator in the market of one account; None: not asked yet."""

    account: MarketplaceAccount
    status: MarketplaceStatus
    checked_at: datetime | None


def memberships_by_market(creator: Creator) -> list[MarketMembership]:
    """The creator's membership in the market of each connected account, the one in use first; empty where it is the only one."""
    answers = CreatorMembership.objects.filter(account=OuterRef("pk"), creator=creator)
    accounts = connected_accounts().annotate(
        status=Subquery(answers.values("status")), checked_at=Subquery(answers.values("checked_at"))
    )
    known = [
        MarketMembership(
            each, MarketplaceStatus(each.status or MarketplaceStatus.UNKNOWN), each.checked_at
        )
        for each in accounts
    ]
    return known if len(known) > 1 else []


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
