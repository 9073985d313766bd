"""The organization's home: what stands, what needs somebody, what is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from campaigns.enums import CampaignState, OrderState
from campaigns.models import Campaign, Order, Post
from campaigns.policies.orders import OPEN_STATES
from campaigns.queries import (
    account_counter,
    campaign_count,
    ending_count,
    is_visible,
    organization_counts,
)
from campaigns.queries.ending import MOST_COUNTED
from campaigns.queries.order_dates import overdue_count
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.enums import (
    ENDED_CONNECTION_STATES,
    LIVE_CONNECTION_STATES,
    AccountKind,
    ConnectionState,
    MarketplaceStatus,
)
from tiktok.policies import account_kind, is_supported
from tiktok.queries import is_released, marketplace_account
from ui.paging import with_facts

ORDERS_WITH_PROBLEMS = (OrderState.FAILED, OrderState.REJECTED)
SHOWN = 6
ENDING_DAYS = 30  # as the counter of grants that are about to expire has them


@dataclass(frozen=True)
class Numbers:
    """Counts of the organization in scope; `views` is None while no valid post has any."""

    influencers: int
    tracked_accounts: int
    unsupported_accounts: int
    open_orders: int
    orders_with_problems: int
    overdue: int
    posts: int
    views: int | None
    reconnects: int
    ending: int


def numbers(*, released: bool) -> Numbers:
    """Add up what is kept by those who write (`tenancy.models.Counter`)."""
    kept = organization_counts()
    kinds = list(_kinds(kept, released=released))
    # The counter also has the accounts of archived influencers: of those nobody is reminded.
    has_ending = any(
        kept[account_counter(status, ConnectionState.EXPIRING)] for status in MarketplaceStatus
    )
    return Numbers(
        influencers=kept["influencers"],
        tracked_accounts=sum(count for kind, count in kinds if is_supported(kind)),
        unsupported_accounts=sum(count for kind, count in kinds if kind == AccountKind.UNSUPPORTED),
        open_orders=sum(kept[f"orders.{state}"] for state in OPEN_STATES),
        orders_with_problems=sum(kept[f"orders.{state}"] for state in ORDERS_WITH_PROBLEMS),
        overdue=overdue_count(MOST_COUNTED),
        posts=kept["posts"],
        views=kept["views"] if kept["posts.with_views"] else None,
        reconnects=sum(
            kept[account_counter(status, state)]
            for status, state in product(MarketplaceStatus, ENDED_CONNECTION_STATES)
        ),
        ending=ending_count(ENDING_DAYS) if has_ending else 0,
    )


def _kinds(kept: Mapping[str, int], *, released: bool) -> Iterator[tuple[AccountKind, int]]:
    for status, state in product(MarketplaceStatus, ("", *ConnectionState)):
        is_authenticated = state in LIVE_CONNECTION_STATES
        kind = account_kind(status, is_authenticated=is_authenticated, is_released=released)
        yield kind, kept[account_counter(status, state)]


def newest_posts() -> QuerySet[Post]:
    """The newest posts under Published Posts of any campaign, each with what its row shows."""
    order = ("-published_at", "-pk")
    posts = Post.objects.filter(is_visible()).order_by(*order)
    return with_facts(posts[:SHOWN], _with_names).order_by(*order)


def _with_names(posts: QuerySet[Post]) -> QuerySet[Post]:
    return posts.select_related("campaign", "account", "video")


def live_campaigns() -> QuerySet[Campaign]:
    """Campaigns that are on, the one that ends first on top."""
    return (
        Campaign.objects.filter(state__in=(CampaignState.ACTIVE, CampaignState.DRAFT))
        .annotate(order_count=campaign_count("orders", Order.objects.all()))
        .order_by("ends_on", "pk")
    )


@staff_page(Permission.READ)
def home(request: OrganizationRequest) -> HttpResponse:
    released = is_released()
    return render(
        request,
        "staff/home/home.html",
        {
            "numbers": numbers(released=released),
            "most_counted": MOST_COUNTED,
            "campaigns": live_campaigns()[:SHOWN],
            "posts": newest_posts(),
            "is_released": released,
            "marketplace_account": marketplace_account(),
        },
    )
