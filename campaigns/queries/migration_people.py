"""Creators and posts that a migration can still keep or bring back: who to invite or ask, and which posts wait for an order."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns.enums import AccountOutcome, PostOrigin
from campaigns.models import Campaign, Order, Post
from campaigns.policies.migration import account_outcome
from campaigns.policies.orders import SETTLED_STATES
from campaigns.queries.counts import account_counter, organization_counts
from crm.enums import ConnectState, Network
from crm.models import ConnectInvitation, SocialAccount
from crm.policies.accounts import INVITE_AGAIN_AFTER, OUTSIDE
from tiktok.enums import LIVE_CONNECTION_STATES, ConnectionState, MarketplaceStatus

CAMPAIGNS_SHOWN = 10
IS_KEPT = Q(creator__marketplace_status=MarketplaceStatus.IN) | Q(
    creator__grant_state__in=LIVE_CONNECTION_STATES
)


@dataclass(frozen=True)
class Waiting:
    """A campaign whose hidden posts wait for an order: how many, and of how many accounts."""

    campaign: Campaign
    posts: int
    accounts: int


@dataclass(frozen=True)
class Asking:
    """Influencers who can still be kept: to invite to the marketplace, to ask to connect, and those without an address."""

    invite: int
    ask: int
    no_address: int


def lost_accounts() -> QuerySet[SocialAccount]:
    """The TikTok accounts that cannot be tracked, of influencers who are not archived."""
    rows = SocialAccount.objects.filter(network=Network.TIKTOK, creator__isnull=False)
    return rows.exclude(IS_KEPT).filter(influencer__archived_at=None)


def accounts_to_invite() -> QuerySet[SocialAccount]:
    """The lost accounts that can be invited to the marketplace, the first time or after a week again."""
    again = timezone.now() - INVITE_AGAIN_AFTER
    is_due = Q(creator__invited_at=None) | Q(creator__invited_at__lte=again)
    return lost_accounts().filter(is_due, creator__marketplace_status__in=OUTSIDE)


def _without_address() -> Q:
    return Q(influencer__email="", influencer__person=None)


def accounts_to_ask() -> QuerySet[SocialAccount]:
    """The lost accounts whose influencers have an address, and were not asked to connect yet."""
    asked = ConnectInvitation.objects.filter(influencer=OuterRef("influencer"))
    open_states = set(ConnectState) - {ConnectState.STOPPED, ConnectState.CONNECTED}
    return (
        lost_accounts()
        .exclude(_without_address())
        .filter(~Exists(asked.filter(state__in=open_states)))
    )


def accounts_without_address() -> QuerySet[SocialAccount]:
    """The lost accounts whose influencers have no e-mail address."""
    return lost_accounts().filter(_without_address())


def accounts_with(outcome: str, *, without_address: bool) -> QuerySet[SocialAccount]:
    """The TikTok accounts of one outcome as it is now, or of all; on request the lost ones of whose influencers no e-mail
    address is known."""
    rows = SocialAccount.objects.filter(network=Network.TIKTOK, creator__isnull=False)
    if without_address:
        rows = accounts_without_address()
    return rows.filter(_has_outcome(outcome)) if outcome else rows


def _has_outcome(outcome: str) -> Q:
    is_live, found = Q(creator__grant_state__in=LIVE_CONNECTION_STATES), Q(pk__in=[])
    for is_authenticated in (True, False):
        statuses = [
            status
            for status in MarketplaceStatus
            if account_outcome(status, is_authenticated=is_authenticated) == outcome
        ]
        found |= (is_live if is_authenticated else ~is_live) & Q(
            creator__marketplace_status__in=statuses
        )
    return found


def counts_by_outcome() -> dict[AccountOutcome, int]:
    """Count the TikTok accounts of each outcome, by the kept counters."""
    kept, found = organization_counts(), dict.fromkeys(AccountOutcome, 0)
    for status in MarketplaceStatus:
        for grant in ("", *ConnectionState):
            is_authenticated = grant in LIVE_CONNECTION_STATES
            outcome = account_outcome(status, is_authenticated=is_authenticated)
            found[outcome] += kept[account_counter(status, grant)]
    return found


def _waiting_posts() -> QuerySet[Post]:
    open_orders = Order.objects.filter(campaign=OuterRef("campaign"), account=OuterRef("account"))
    hidden = Post.objects.filter(origin=PostOrigin.LEGACY, hidden_at__isnull=False)
    return hidden.filter(~Exists(open_orders.exclude(state__in=SETTLED_STATES)))


def waiting_campaigns() -> list[Waiting]:
    """The campaigns with most hidden posts that wait for an order."""
    rows = _waiting_posts().values("campaign").order_by()
    counted = rows.annotate(posts=Count("pk"), accounts=Count("account", distinct=True))
    found = list(counted.order_by("-posts", "campaign")[:CAMPAIGNS_SHOWN])
    campaigns = Campaign.objects.in_bulk([row["campaign"] for row in found])
    return [Waiting(campaigns[row["campaign"]], row["posts"], row["accounts"]) for row in found]


def accounts_waiting(campaign: Campaign) -> list[int]:
    """The accounts of a campaign whose hidden posts wait for an order."""
    rows = _waiting_posts().filter(campaign=campaign, account__influencer__archived_at=None)
    return list(rows.order_by("account").values_list("account", flat=True).distinct())


def asking() -> Asking:
    """Count influencers, not accounts: one mail goes to each."""
    people = Count("influencer", distinct=True)
    rows = (accounts_to_invite(), accounts_to_ask(), accounts_without_address())
    return Asking(*(each.aggregate(n=people)["n"] for each in rows))
