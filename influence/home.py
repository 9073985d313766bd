"""The organization's home: what stands, what needs somebody, what is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from campaigns.enums import CampaignState, OrderState
from campaigns.models import Campaign, Order, Post
from campaigns.queries import campaign_count, is_visible, organization_counts
from crm.models import SocialAccount
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.scope import current_groups
from tiktok.enums import LIVE_CONNECTION_STATES, AccountKind, ConnectionState, MarketplaceStatus
from tiktok.models import Consent
from tiktok.policies import account_kind, is_supported
from tiktok.queries import is_released, marketplace_account
from ui.paging import with_facts

OPEN_ORDERS = (
    OrderState.CREATING, OrderState.CREATED, OrderState.SENT, OrderState.OPENED, OrderState.ACCEPTED,
    OrderState.POSTING, OrderState.IN_REVIEW,
)  # fmt: skip
ORDERS_WITH_PROBLEMS = (OrderState.FAILED, OrderState.REJECTED, OrderState.OVERDUE)
# The influencer consented, but the grant at TikTok is over.
ENDED = (ConnectionState.EXPIRED, ConnectionState.REVOKED, ConnectionState.MISSING_SCOPE)
SHOWN = 6


@dataclass(frozen=True)
class Numbers:
    """Counts of the organization in scope; `views` is None while no valid post has any."""

    influencers: int
    tracked_accounts: int
    unsupported_accounts: int
    open_orders: int
    orders_with_problems: int
    posts: int
    views: int | None
    reconnects: int


def numbers(*, released: bool) -> Numbers:
    """Count the consents; all else is kept by those who write (`tenancy.models.Counter`)."""
    kept, consents = organization_counts(), _consents()
    kinds = list(_kinds(kept, consents, released=released))
    return Numbers(
        influencers=kept["influencers"],
        tracked_accounts=sum(count for kind, count in kinds if is_supported(kind)),
        unsupported_accounts=sum(count for kind, count in kinds if kind == AccountKind.UNSUPPORTED),
        open_orders=sum(kept[f"orders.{state}"] for state in OPEN_ORDERS),
        orders_with_problems=sum(kept[f"orders.{state}"] for state in ORDERS_WITH_PROBLEMS),
        posts=kept["posts"],
        views=kept["views"] if kept["posts.with_views"] else None,
        reconnects=sum(count for (_, state), count in consents.items() if state in ENDED),
    )


def _consents() -> dict[tuple[str, str], int]:
    """Consents that stand, by the marketplace status of the account and the state of the grant."""
    valid = Consent.objects.filter(withdrawn_at=None, creator__account__isnull=False)
    if current_groups() is not None:
        valid = valid.filter(creator__account__in=SocialAccount.objects.all())
    groups = valid.values_list("creator__marketplace_status", "connection__state")
    return {(status, state): count for status, state, count in groups.annotate(Count("pk"))}


def _kinds(
    kept: Mapping[str, int], consents: Mapping[tuple[str, str], int], *, released: bool
) -> Iterator[tuple[AccountKind, int]]:
    for status in MarketplaceStatus:
        known = sum(consents.get((status, state), 0) for state in LIVE_CONNECTION_STATES)
        for is_authenticated, count in (
            (True, known),
            (False, kept[f"accounts.{status}"] - known),
        ):
            kind = account_kind(status, is_authenticated=is_authenticated, is_released=released)
            yield kind, count


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
            "campaigns": live_campaigns()[:SHOWN],
            "posts": newest_posts(),
            "is_released": released,
            "marketplace_account": marketplace_account(),
        },
    )
