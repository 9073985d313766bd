"""Attention that a campaign needs, and its next dates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from campaigns.enums import UNPUBLISHED, OrderState, ParticipantState, ReplyKind
from campaigns.models import Campaign, Order, OrderReply, Participant
from campaigns.policies.orders import OPEN_STATES
from campaigns.queries.accounts import MANY_PARTICIPANTS
from crm.models import Task
from tenancy.queries.counters import kept_counts
from tenancy.scope import current_groups
from tiktok.enums import LIVE_CONNECTION_STATES, AccountKind, ConnectionState
from tiktok.policies import account_kind
from tiktok.queries import is_released

SHOWN_DATES, MOST_DUE_DAYS = 4, 400
WITHOUT_ADDRESS = "address"  # no kind of a reply
ORDERS = "orders."  # and a state: the name of a counter
STILL_TO_DO = [
    state
    for state in ParticipantState
    if state not in {ParticipantState.DECLINED, ParticipantState.DONE}
]


@dataclass(frozen=True)
class Attention:
    """How many of each need somebody. `ending` and `unsupported` are None in a campaign of very many influencers;
    of `open_orders` more is to come."""

    overdue: int
    past_due: int
    failed: int
    rejected: int
    without_address: int
    unanswered: int
    ending: int | None
    unsupported: int | None
    open_orders: int = 0

    @property
    def count(self) -> int:
        """How many kinds of things there are to do."""
        kinds = (
            self.overdue, self.past_due, self.failed, self.rejected, self.without_address, self.unanswered, self.ending,
            self.unsupported,
        )  # fmt: skip
        return sum(bool(each) for each in kinds)


@dataclass(frozen=True)
class Dates:
    """The days on which orders are due, and influencers whose orders have no date of their own, with how many; the same of
    days that have passed; and the open tasks about influencers who take part."""

    overdue: int
    past_due: int
    due: list[tuple[date, int]]
    tasks: list[Task]

    @property
    def sorted(self) -> list[tuple[date, int, Task | None]]:
        """All of them, the next one first: day, how many videos, or a task."""
        due: list[tuple[date, int, Task | None]] = [(day, count, None) for day, count in self.due]
        tasks = [(task.due_on, 0, task) for task in self.tasks if task.due_on]
        return sorted([*due, *tasks], key=itemgetter(0))


def attention(campaign: Campaign, dates: Dates) -> Attention:
    """Count what needs somebody. `campaign` is one of `campaign_with_counts`."""
    found, accounts = _counted(campaign), _accounts(campaign)
    return Attention(
        overdue=dates.overdue,
        past_due=dates.past_due,
        failed=found[ORDERS + OrderState.FAILED],
        rejected=found[ORDERS + OrderState.REJECTED],
        without_address=found[WITHOUT_ADDRESS],
        unanswered=sum(found[kind] for kind in ReplyKind),
        ending=None if accounts is None else accounts["ending"],
        unsupported=None if accounts is None else accounts["unsupported"],
        open_orders=sum(found[ORDERS + state] for state in OPEN_STATES),
    )


def _counted(campaign: Campaign) -> Mapping[str, int]:
    """How many orders there are by `orders.` and their state, how many have no address, and how many creators have said
    something that is not answered, by its kind."""
    orders = Order.objects.filter(campaign=campaign).order_by()
    without = orders.filter(state=OrderState.CREATED, account__influencer__email="")
    replies = OrderReply.objects.filter(order__campaign=campaign, settled_at=None).order_by()
    found: Any = replies.values_list("kind").annotate(n=Count("pk"))
    named = without.values(name=Value(WITHOUT_ADDRESS)).annotate(n=Count("pk"))
    found = found.union(named.values_list("name", "n"), _by_state(campaign, orders), all=True)
    return defaultdict(int, found)


def _by_state(campaign: Campaign, orders: QuerySet[Order]) -> QuerySet[Any, Any]:
    """Orders by their states: as the counters say, or counted among the groups in scope."""
    if current_groups() is None:
        return kept_counts(campaign.pk)
    states = orders.values(name=Concat(Value(ORDERS), "state"))
    return states.annotate(n=Count("pk")).values_list("name", "n")


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


def _due_days(campaign: Campaign) -> list[tuple[date, int, bool]]:
    """The days on which something is due still, how much, and whether it is orders or influencers whose orders have no date."""
    counted = {"count": Count("pk")}
    orders = Order.objects.filter(
        campaign=campaign,
        due_on__isnull=False,
        state__in=UNPUBLISHED,
        video_count__lt=F("video_limit"),
    )
    mine = Order.objects.filter(campaign=campaign, account=OuterRef("account"))
    ordered = mine.filter(due_on__isnull=False)
    people = Participant.objects.filter(
        ~Exists(ordered), campaign=campaign, due_on__isnull=False, state__in=STILL_TO_DO
    )
    of_orders, of_people = (
        rows.order_by()
        .values("due_on")
        .annotate(**counted, is_order=Value(is_order))
        .values_list("due_on", "count", "is_order")
        for rows, is_order in ((orders, True), (people, False))
    )
    days: Any = of_orders.union(of_people, all=True).order_by("due_on")[:MOST_DUE_DAYS]
    return list(days)


def next_dates(campaign: Campaign, *, today: date) -> Dates:
    """The next days on which somebody has something to do."""
    days = _due_days(campaign)
    ahead = Counter[date]()
    for day, count, _ in days:
        ahead[day] += count if day >= today else 0
    taking_part = Participant.objects.filter(
        campaign=campaign, account__influencer=OuterRef("influencer")
    )
    tasks = Task.objects.filter(
        Exists(taking_part), done_at=None, due_on__gte=today, influencer__archived_at=None
    )
    return Dates(
        overdue=sum(count for day, count, is_order in days if day < today and is_order),
        past_due=sum(count for day, count, is_order in days if day < today and not is_order),
        due=sorted((day, count) for day, count in ahead.items() if count)[:SHOWN_DATES],
        tasks=list(tasks.select_related("influencer").order_by("due_on", "pk")[:SHOWN_DATES]),
    )
