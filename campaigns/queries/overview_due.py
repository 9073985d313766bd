"""Attention that a campaign needs, and its next dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from django.db.models import Count, Exists, OuterRef, Value

from campaigns.enums import DraftState, OrderState
from campaigns.models import Campaign, Order, Participant, Review
from campaigns.policies.orders import OPEN_STATES, REVIEWABLE
from campaigns.queries.accounts import MANY_PARTICIPANTS
from campaigns.queries.order_dates import due_participants, is_still_due
from campaigns.queries.order_list import (
    COUNTER,
    orders_by_state,
    unanswered,
    with_counts,
    without_address,
)
from crm.models import Task
from tiktok.enums import LIVE_CONNECTION_STATES, AccountKind, ConnectionState
from tiktok.policies import account_kind
from tiktok.queries import is_released

SHOWN_DATES, MOST_DUE_DAYS = 4, 400
WITHOUT_ADDRESS, UNANSWERED, DRAFTS = "address", "unanswered", "drafts"


@dataclass(frozen=True)
class Attention:
    """How many of each need somebody; `drafts` are those to review. `ending` and `unsupported` are None in a campaign of very many influencers;
    of `open_orders` more is to come."""

    overdue: int
    past_due: int
    failed: int
    rejected: int
    without_address: int
    unanswered: int
    drafts: int
    ending: int | None
    unsupported: int | None
    open_orders: int = 0

    @property
    def count(self) -> int:
        """How many kinds of things there are to do."""
        kinds = (
            self.overdue, self.past_due, self.failed, self.rejected, self.without_address, self.unanswered, self.drafts,
            self.ending, self.unsupported,
        )  # fmt: skip
        return sum(bool(each) for each in kinds)


@dataclass(frozen=True)
class DueDay:
    """A day on which so many orders are due, or influencers whose orders have no date of their own."""

    due_on: date
    count: int
    is_order: bool


@dataclass(frozen=True)
class Dates:
    """The days on which orders are due, and influencers whose orders have no date of their own, with how many; the same of
    days that have passed; and the open tasks about influencers who take part."""

    overdue: int
    past_due: int
    due: list[DueDay]
    tasks: list[Task]

    @property
    def sorted(self) -> list[DueDay | Task]:
        """All of them, the next one first."""
        return sorted([*self.due, *self.tasks], key=attrgetter("due_on"))


def attention(campaign: Campaign, dates: Dates) -> Attention:
    """Count what needs somebody. `campaign` is one of `campaign_with_counts`."""
    found, accounts = _counted(campaign), _accounts(campaign)
    return Attention(
        overdue=dates.overdue,
        past_due=dates.past_due,
        failed=found[COUNTER + OrderState.FAILED],
        rejected=found[COUNTER + OrderState.REJECTED],
        without_address=found[WITHOUT_ADDRESS],
        unanswered=found[UNANSWERED],
        drafts=found[DRAFTS],
        ending=None if accounts is None else accounts["ending"],
        unsupported=None if accounts is None else accounts["unsupported"],
        open_orders=sum(found[COUNTER + state] for state in OPEN_STATES),
    )


def _counted(campaign: Campaign) -> Mapping[str, int]:
    """How many orders there are by `COUNTER` and their state, how many have no address, how many creators have said something
    that is not answered, and how many drafts there are to review."""
    orders = Order.objects.filter(campaign=campaign)
    drafts = Review.objects.filter(campaign=campaign, state=DraftState.SUBMITTED)
    to_do = {
        WITHOUT_ADDRESS: without_address(orders),
        UNANSWERED: unanswered(orders),
        DRAFTS: drafts.filter(order__state__in=REVIEWABLE),
    }
    return with_counts(orders_by_state(campaign), **to_do)


def _accounts(campaign: Campaign) -> Mapping[str, int] | None:
    """Accounts whose permission ends soon, and accounts that can no longer be tracked."""
    if campaign.participant_count > MANY_PARTICIPANTS:  # type: ignore[attr-defined]
        return None
    released = is_released()
    rows = Participant.objects.filter(campaign=campaign, account__creator__isnull=False).order_by()
    kinds = rows.values_list(
        "account__creator__marketplace_status", "account__creator__grant_state"
    )
    found = {"ending": 0, "unsupported": 0}
    for status, grant, count in kinds.annotate(Count("pk")):
        is_authenticated = grant in LIVE_CONNECTION_STATES
        kind = account_kind(status, is_authenticated=is_authenticated, is_released=released)
        found["ending"] += count if grant == ConnectionState.EXPIRING else 0
        found["unsupported"] += count if kind == AccountKind.UNSUPPORTED else 0
    return found


def _due_days(campaign: Campaign) -> list[DueDay]:
    """The days on which something is due still."""
    orders: Any = Order.objects.filter(is_still_due(), campaign=campaign, due_on__isnull=False)
    people: Any = due_participants(campaign)
    person = Count("account__influencer", distinct=True)
    of_orders, of_people = (
        rows.order_by()
        .values("due_on")
        .annotate(count=count, is_order=Value(is_order))
        .values_list("due_on", "count", "is_order")
        for rows, count, is_order in ((orders, Count("pk"), True), (people, person, False))
    )
    days = of_orders.union(of_people, all=True).order_by("due_on")[:MOST_DUE_DAYS]
    return [DueDay(*day) for day in days]


def next_dates(campaign: Campaign, *, today: date) -> Dates:
    """The next days on which somebody has something to do."""
    days = _due_days(campaign)
    taking_part = Participant.objects.filter(
        campaign=campaign, account__influencer=OuterRef("influencer")
    )
    tasks = Task.objects.filter(
        Exists(taking_part), done_at=None, due_on__gte=today, influencer__archived_at=None
    )
    return Dates(
        overdue=sum(day.count for day in days if day.due_on < today and day.is_order),
        past_due=sum(day.count for day in days if day.due_on < today and not day.is_order),
        due=[day for day in days if day.due_on >= today][:SHOWN_DATES],
        tasks=list(tasks.select_related("influencer").order_by("due_on", "pk")[:SHOWN_DATES]),
    )
