"""Accounts of a campaign: who takes part, and whom to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from campaigns.models import Campaign, Order, Participant
from campaigns.policies import SETTLED_STATES
from crm.enums import Network
from crm.models import Influencer, SocialAccount
from crm.policies import Label, account_labels
from crm.queries import found as found_influencers
from crm.queries import needs_reconnect
from tiktok.enums import AccountKind
from tiktok.policies import account_kind
from tiktok.queries import (
    ACCOUNT_POLLS,
    SyncTimes,
    account_sync,
    authenticated,
    is_released,
    polls_at,
    read_polls,
)

PICKED_AT_ONCE = 50


@dataclass(frozen=True)
class AccountRow:
    """An account with its kind for the organization (None for other networks)."""

    account: SocialAccount
    kind: AccountKind | None
    takes_part: bool = True
    needs_reconnect: bool = False
    sync: SyncTimes | None = None

    @property
    def labels(self) -> tuple[Label, ...]:
        creator = self.account.creator
        if self.kind is None or creator is None:
            return ()
        return account_labels(
            self.kind,
            creator.marketplace_status,
            invited_at=creator.invited_at,
            needs_reconnect=self.needs_reconnect,
        )

    @property
    def is_unsupported(self) -> bool:
        return self.kind == AccountKind.UNSUPPORTED


def participants_of(campaign: Campaign) -> QuerySet[Participant]:
    """The participants of a campaign, latest added first."""
    return (
        Participant.objects.filter(campaign=campaign)
        .select_related("account__influencer", "account__creator")
        .annotate(
            is_authenticated=authenticated("account__creator_id"),
            is_to_reconnect=needs_reconnect("account__creator_id"),
            polls=polls_at("account__creator_id", *ACCOUNT_POLLS),
        )
        .order_by("-id")
    )


def participant_rows(participants: list[Participant], *, released: bool) -> list[AccountRow]:
    """Rows from a page of `participants_of`, without a query."""
    return [_participant_row(row, released) for row in participants]


def _participant_row(row: Any, released: bool) -> AccountRow:
    creator, kind = row.account.creator, _kind(row.account, row.is_authenticated, released)
    sync = creator and account_sync(
        creator, read_polls(row.polls), is_unsupported=kind == AccountKind.UNSUPPORTED
    )
    return AccountRow(row.account, kind, needs_reconnect=row.is_to_reconnect, sync=sync)


def _kind(account: SocialAccount, is_authenticated: bool, released: bool) -> AccountKind | None:
    if account.creator is None:
        return None
    status = account.creator.marketplace_status
    return account_kind(status, is_authenticated=is_authenticated, is_released=released)


def accounts_to_pick(
    campaign: Campaign, *, chosen: list[int], search: str = "", tiktok_only: bool = True
) -> list[AccountRow]:
    """Accounts to choose from: the chosen ones, then those that match, participants first; at most PICKED_AT_ONCE more."""
    taking_part = Participant.objects.filter(campaign=campaign, account=OuterRef("pk"))
    accounts = (
        SocialAccount.objects.select_related("influencer", "creator")
        .annotate(
            takes_part=Exists(taking_part),
            is_authenticated=authenticated("creator_id"),
            is_to_reconnect=needs_reconnect("creator_id"),
        )
        .order_by("-takes_part", "handle", "pk")
    )
    if tiktok_only:
        accounts = accounts.filter(network=Network.TIKTOK)
    people = found_influencers(Influencer.objects.all(), search)
    matches = accounts.filter(influencer__in=people) if search.strip() else accounts
    found = matches.exclude(pk__in=chosen)[:PICKED_AT_ONCE]
    released = is_released()
    return [
        AccountRow(
            account,
            _kind(account, account.is_authenticated, released),
            takes_part=account.takes_part,
            needs_reconnect=account.is_to_reconnect,
        )
        for rows in ([*accounts.filter(pk__in=chosen)] if chosen else [], found)
        for account in rows
    ]


def accounts_with_open_order(campaign: Campaign, accounts: list[SocialAccount]) -> set[int]:
    """The accounts among these that have an order in the campaign which is not failed or cancelled."""
    orders = Order.objects.filter(campaign=campaign, account__in=accounts)
    return set(orders.exclude(state__in=SETTLED_STATES).values_list("account_id", flat=True))
