"""Accounts of a campaign: who takes part, and whom to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, JSONObject

from campaigns.enums import ParticipantState
from campaigns.models import Campaign, CampaignResult, Order, Participant
from campaigns.policies.orders import SETTLED_STATES
from crm.enums import Network
from crm.models import Influencer, SocialAccount
from crm.policies import Label, account_labels
from crm.queries import found as found_influencers
from tiktok.enums import AccountKind, AccountMetric
from tiktok.policies import account_kind
from tiktok.queries import (
    ACCOUNT_POLLS,
    SyncTimes,
    account_sync,
    account_value,
    authenticated,
    is_released,
    needs_reconnect,
    polls_at,
    read_polls,
)
from ui.bidi import isolated
from ui.paging import is_among, with_facts

PICKED_AT_ONCE = 50
MANY_PARTICIPANTS = 1_000


@dataclass(frozen=True)
class PastResult:
    """Published posts in campaigns, and the views of one of them on average; None: of none the views are known."""

    posts: int
    views: int | None


@dataclass(frozen=True)
class AccountRow:
    """An account with its kind for the organization (None for other networks)."""

    account: SocialAccount
    kind: AccountKind | None
    takes_part: bool = True
    needs_reconnect: bool = False
    sync: SyncTimes | None = None
    participant: Participant | None = None

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
    def followers(self) -> int | None:
        """The number of followers, as far as the organization may see it."""
        return self._value(AccountMetric.FOLLOWER_COUNT)

    @property
    def average_views(self) -> float | None:
        """The average views of the latest videos, as far as the organization may see them."""
        return self._value(AccountMetric.AVERAGE_VIEWS)

    def _value(self, metric: AccountMetric) -> Any:
        if self.kind is None or self.account.creator is None:
            return None
        return account_value(self.account.creator, self.kind, metric)

    @property
    def past(self) -> PastResult | None:
        """The result of the account's posts in all campaigns, where that was asked for and there are any."""
        past = getattr(self.account, "past", None)
        if not past or not past["posts"]:
            return None
        return PastResult(past["posts"], past["views"] // past["known"] if past["known"] else None)

    @property
    def is_unsupported(self) -> bool:
        return self.kind == AccountKind.UNSUPPORTED


def names_of(accounts: Sequence[SocialAccount]) -> str:
    """The accounts of one person by name."""
    if len(accounts) == 1:
        return str(accounts[0])
    return " · ".join(isolated(account) for account in accounts)


def with_account(participants: QuerySet[Participant]) -> QuerySet[Participant]:
    """Participants with what their row shows (`participant_row`)."""
    return participants.select_related("account__influencer__person", "account__creator").annotate(
        is_authenticated=authenticated("account__creator"),
        is_to_reconnect=needs_reconnect("account__creator"),
        polls=polls_at("account__creator_id", *ACCOUNT_POLLS),
    )


def participant_row(row: Any, released: bool) -> AccountRow:
    """The row of a participant of `with_account`."""
    creator, kind = row.account.creator, _kind(row.account, row.is_authenticated, released)
    sync = creator and account_sync(
        creator, read_polls(row.polls), is_unsupported=kind == AccountKind.UNSUPPORTED
    )
    return AccountRow(
        row.account, kind, needs_reconnect=row.is_to_reconnect, sync=sync, participant=row
    )


def _kind(account: SocialAccount, is_authenticated: bool, released: bool) -> AccountKind | None:
    if account.creator is None:
        return None
    status = account.creator.marketplace_status
    return account_kind(status, is_authenticated=is_authenticated, is_released=released)


def accounts_to_pick(
    campaign: Campaign,
    *,
    chosen: list[int],
    search: str = "",
    tiktok_only: bool = True,
    are_new: bool = False,
) -> list[AccountRow]:
    """Accounts to choose from: the chosen ones, then those that match, participants first; at most PICKED_AT_ONCE more.
    `are_new`: without participants.
    """
    accounts = SocialAccount.objects.filter(network=Network.TIKTOK)
    if not tiktok_only:
        accounts = SocialAccount.objects.all()
    put_away = Influencer.objects.filter(pk=OuterRef("influencer_id"), archived_at__isnull=False)
    is_archived = Coalesce(Subquery(put_away.values(is_archived=Value(True))[:1]), False)
    matches = accounts.exclude(pk__in=chosen).alias(is_archived=is_archived)
    matches = matches.filter(is_archived=False)
    if search.strip():
        people = found_influencers(Influencer.objects.filter(archived_at=None), search)
        matches = matches.filter(is_among(people.values("pk"), "influencer_id"))
    is_inside = takes_part(campaign, "pk")
    inside = [] if are_new else _picked(matches.filter(is_inside), PICKED_AT_ONCE)
    others = matches.exclude(pk__in=[account.pk for account in inside])
    if are_new:
        others = others.filter(~is_inside)
    outside = _picked(others, PICKED_AT_ONCE - len(inside))
    ticked = _picked(accounts.filter(pk__in=chosen), len(chosen))
    among = Participant.objects.filter(campaign=campaign, account__in=ticked)
    participants = {account.pk for account in inside} | set(
        among.values_list("account_id", flat=True)
    )
    released = is_released()
    return [
        AccountRow(
            account,
            _kind(account, account.is_authenticated, released),
            takes_part=account.pk in participants,
            needs_reconnect=account.is_to_reconnect,
        )
        for account in [*ticked, *inside, *outside]
    ]


def _picked(accounts: QuerySet[SocialAccount], count: int) -> list[Any]:
    """The first of them by handle."""
    order = ("handle", "pk")
    rows = with_facts(accounts.order_by(*order)[:count], _with_kind)
    return list(rows.order_by(*order)) if count else []


def _with_kind(accounts: QuerySet[SocialAccount]) -> QuerySet[SocialAccount]:
    results = CampaignResult.objects.filter(account=OuterRef("pk")).order_by().values("account")
    sums = results.annotate(
        numbers=JSONObject(posts=Sum("posts"), known=Sum("known"), views=Sum("views"))
    )
    return accounts.select_related("influencer__person", "creator").annotate(
        is_authenticated=authenticated("creator"),
        is_to_reconnect=needs_reconnect("creator"),
        past=Subquery(sums.values("numbers")),
    )


def without_order(campaign: Campaign) -> list[int]:
    """The TikTok accounts that take part in the campaign and have no open order in it, but for those who declined and those
    who are put away."""
    open_orders = Order.objects.filter(campaign=campaign, account=OuterRef("account"))
    rows = Participant.objects.filter(campaign=campaign, account__network=Network.TIKTOK)
    rows = rows.exclude(state=ParticipantState.DECLINED).filter(
        ~Exists(open_orders.exclude(state__in=SETTLED_STATES)),
        account__influencer__archived_at=None,
    )
    return list(rows.order_by("pk").values_list("account_id", flat=True))


def takes_part(campaign: Campaign, path: str) -> Exists | Coalesce:
    """Condition of rows whose social account, the one at this path or its creator's, takes part.

    Few participants lead to their rows. Many are asked for on the way through the list in its order, a page of which is
    soon full; left alone, PostgreSQL would sort all that belongs to them.
    """
    key = "account__creator" if path.startswith("creator") else "account"
    participants = Participant.objects.filter(campaign=campaign, **{key: OuterRef(path)})
    if not _has_many_participants(campaign):
        return Exists(participants)
    return Coalesce(Subquery(participants.values(found=Value(True))[:1]), Value(False))


def _has_many_participants(campaign: Campaign) -> bool:
    count = getattr(campaign, "participant_count", None)  # known of `campaign_with_counts`
    if count is not None:
        return bool(count > MANY_PARTICIPANTS)
    return Participant.objects.filter(campaign=campaign)[MANY_PARTICIPANTS:].exists()


def accounts_with_open_order(campaign: Campaign, accounts: list[SocialAccount]) -> set[int]:
    """The accounts among these that have an order in the campaign which is not failed or cancelled."""
    orders = Order.objects.filter(campaign=campaign, account__in=accounts)
    return set(orders.exclude(state__in=SETTLED_STATES).values_list("account_id", flat=True))
