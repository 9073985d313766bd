"""The organization's home: what stands, what needs somebody, what is new."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render

from campaigns.enums import CampaignState, OrderState
from campaigns.models import Campaign, Order, Post
from campaigns.queries import is_visible
from crm.models import Influencer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.enums import AccountKind, ConnectionState
from tiktok.models import Consent, Creator
from tiktok.policies import account_kind, is_supported
from tiktok.queries import authenticated, is_released, marketplace_account
from ui.paging import with_facts

OPEN_ORDERS = (
    OrderState.CREATING, OrderState.CREATED, OrderState.SENT, OrderState.OPENED, OrderState.ACCEPTED,
    OrderState.POSTING, OrderState.IN_REVIEW,
)  # fmt: skip
ORDERS_WITH_PROBLEMS = (OrderState.FAILED, OrderState.REJECTED, OrderState.OVERDUE)
SHOWN = 6


@dataclass(frozen=True)
class Numbers:
    """Counts of the organization in scope; `views` is None while no standing post has any."""

    influencers: int
    tracked_accounts: int
    unsupported_accounts: int
    open_orders: int
    orders_with_problems: int
    posts: int
    views: int | None
    reconnects: int


def numbers(*, released: bool) -> Numbers:
    groups = list(
        Creator.objects.filter(account__isnull=False)
        .annotate(known=authenticated(), ended=_grant_has_ended())
        .values("marketplace_status", "known", "ended")
        .annotate(count=Count("pk"))
    )
    kinds = [
        (
            account_kind(
                group["marketplace_status"], is_authenticated=group["known"], is_released=released
            ),
            group["count"],
        )
        for group in groups
    ]
    orders = Order.objects.aggregate(
        open=Count("pk", filter=Q(state__in=OPEN_ORDERS)),
        with_problems=Count("pk", filter=Q(state__in=ORDERS_WITH_PROBLEMS)),
    )
    posts = visible_posts().aggregate(count=Count("pk"), views=Sum("video__video_views"))
    return Numbers(
        influencers=Influencer.objects.count(),
        tracked_accounts=sum(count for kind, count in kinds if is_supported(kind)),
        unsupported_accounts=sum(count for kind, count in kinds if kind == AccountKind.UNSUPPORTED),
        open_orders=orders["open"],
        orders_with_problems=orders["with_problems"],
        posts=posts["count"],
        views=posts["views"],
        reconnects=sum(group["count"] for group in groups if group["ended"]),
    )


def _grant_has_ended() -> Exists:
    """The influencer consented, but the grant at TikTok is over."""
    ended = (ConnectionState.EXPIRED, ConnectionState.REVOKED, ConnectionState.MISSING_SCOPE)
    return Exists(
        Consent.objects.filter(
            creator=OuterRef("pk"), withdrawn_at=None, connection__state__in=ended
        )
    )


def visible_posts() -> QuerySet[Post]:
    """Posts under Published Posts of any campaign."""
    return Post.objects.filter(is_visible())


def newest_posts() -> QuerySet[Post]:
    """The newest of them, each with what its row shows."""
    order = ("-published_at", "-pk")
    return with_facts(visible_posts().order_by(*order)[:SHOWN], _with_names).order_by(*order)


def _with_names(posts: QuerySet[Post]) -> QuerySet[Post]:
    return posts.select_related("campaign", "account", "video")


def live_campaigns() -> QuerySet[Campaign]:
    """Campaigns that are on, the one that ends first on top."""
    return (
        Campaign.objects.filter(state__in=(CampaignState.ACTIVE, CampaignState.DRAFT))
        .annotate(order_count=Count("orders", distinct=True))
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
