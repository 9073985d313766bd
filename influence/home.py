"""The organization's home: what stands, what needs somebody, what is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from campaigns.enums import CampaignState, OrderState
from campaigns.models import Campaign, Post
from campaigns.policies.orders import OPEN_STATES
from campaigns.queries import (
    account_counter,
    ending_count,
    is_visible,
    organization_counts,
)
from campaigns.queries.campaigns import with_numbers
from campaigns.queries.ending import MOST_COUNTED
from campaigns.queries.order_dates import overdue_count
from crm.models import Task
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.models import User
from tenancy.policies import can
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

    @property
    def needs_somebody(self) -> bool:
        """Is there anything under *Needs attention*?"""
        waiting = (self.unsupported_accounts, self.orders_with_problems, self.overdue)
        return any((*waiting, self.reconnects, self.ending))


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
    """Campaigns that are on with their numbers, the one that ends first on top."""
    order = ("ends_on", "pk")
    states = (CampaignState.ACTIVE, CampaignState.DRAFT)
    found = Campaign.objects.filter(state__in=states).order_by(*order)
    return with_facts(found[:SHOWN], with_numbers).order_by(*order)


@dataclass(frozen=True)
class NextDate:
    """A day on which something is due: a task of the reader's, or the end of a campaign."""

    day: date
    task: Task | None = None
    campaign: Campaign | None = None


def next_dates(reader: User, campaigns: Iterable[Campaign], *, today: date) -> list[NextDate]:
    """The earliest dates: tasks of the reader, late ones too, and the ends of these campaigns."""
    mine = Task.objects.filter(assignee=reader, done_at=None, influencer__archived_at=None)
    tasks = mine.filter(due_on__isnull=False).select_related("influencer").order_by("due_on", "pk")
    found = [NextDate(task.due_on, task=task) for task in tasks[:SHOWN] if task.due_on]
    found += [NextDate(each.ends_on, campaign=each) for each in campaigns if each.ends_on >= today]
    return sorted(found, key=lambda each: each.day)[:SHOWN]


@staff_page(Permission.READ)
def home(request: OrganizationRequest) -> HttpResponse:
    released, today = is_released(), timezone.now().date()
    campaigns = list(live_campaigns())
    return render(
        request,
        "staff/home/home.html",
        {
            "numbers": numbers(released=released),
            "most_counted": MOST_COUNTED,
            "campaigns": campaigns,
            "dates": next_dates(request.user, campaigns, today=today),
            "today": today,
            "may_add": can(request.membership, Permission.EDIT_INFLUENCERS),
            "may_begin": can(request.membership, Permission.EDIT_CAMPAIGNS),
            "sees_money": can(request.membership, Permission.SEE_MONEY),
            "posts": newest_posts(),
            "is_released": released,
            "marketplace_account": marketplace_account(),
        },
    )
