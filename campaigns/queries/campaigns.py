"""Campaigns: the list of all of them, filtered and sorted, with the numbers of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf

from campaigns.enums import CampaignState, Goal, OrderState
from campaigns.models import Campaign, CampaignResult, Order, Post
from campaigns.policies.participants import AGREED_STATES, COSTING_STATES
from campaigns.queries.campaign_bounds import Between
from campaigns.queries.counts import campaign_count, campaign_fees
from campaigns.queries.ordered import IS_ORDERED
from campaigns.queries.posts import is_visible
from campaigns.queries.search import holding_words
from tenancy.queries.counters import counted
from tenancy.scope import current_groups
from ui.paging import PAGE_SIZE, KeysetPage, keyset_page

NEWEST = "-starts_on"
# The orders of the list by what the address says, each with its keys. A number that is not known stands last either way.
SORTS = {
    "name": ("name", "id"),
    "client": ("client", "id"),
    "state": ("state_rank", "id"),
    "goal": ("is_unknown", "goal_rank", "id"),
    "salesperson": ("is_unknown", "salesperson_name", "id"),
    "starts_on": ("starts_on", "id"),
    "ends_on": ("ends_on", "id"),
    "orders": ("order_count", "id"),
    "posts": ("post_count", "id"),
    "fulfilment": ("fulfilment_rank", "id"),
    "views": ("view_count", "id"),
}
# Amounts of one currency stand together.
MONEY_SORTS = {
    name: ("-currency", f"{name}_rank", "id")
    for name in ("budget", "client_fee", "margin", "spend", "cost")
}
FIXED = {"-currency", "is_unknown"}  # keys that stay as they are where an order is turned round
RANKED = {"fulfilment", *MONEY_SORTS}
LAST = 10**17  # behind every known number
OF_BOARD = 20  # cards of a column


@dataclass(frozen=True)
class Asked:
    """The wish of a reader of the list, as its address says it; empty: not narrowed by that. `since` and `until` are days
    between which a campaign has to run for one day at least."""

    search: str = ""
    states: tuple[str, ...] = ()
    goal: str = ""
    client: str = ""
    market: str = ""
    salesperson: int | None = None
    since: date | None = None
    until: date | None = None
    numbers: tuple[Between, ...] = ()
    sort: str = NEWEST

    @property
    def is_narrowed(self) -> bool:
        return self != Asked(sort=self.sort)


def campaigns_page(
    cursor: str | None = "", *, asked: Asked | None = None, size: int = PAGE_SIZE
) -> KeysetPage[Campaign]:
    """A page of campaigns with their numbers, those that start last first unless another order is asked for."""
    wish = asked or Asked()
    return keyset_page(
        _sortable(found_campaigns(wish), wish.sort),
        *_keys(wish.sort),
        facts=lambda each: with_numbers(each, wish.sort),
        cursor=cursor,
        size=size,
    )


_COLUMNS = {"id", "name", "client", "starts_on", "ends_on"}


def _sortable(rows: QuerySet[Campaign], sort: str) -> QuerySet[Campaign]:
    """The same campaigns with the columns that the order needs."""
    is_plain = {key.removeprefix("-") for key in _keys(sort)} <= _COLUMNS
    return rows if is_plain else with_numbers(rows, sort)


def _keys(sort: str) -> tuple[str, ...]:
    keys = (SORTS | MONEY_SORTS)[sort.removeprefix("-")]
    if not sort.startswith("-"):
        return keys
    return tuple(key if key in FIXED else f"-{key}" for key in keys)


def found_campaigns(asked: Asked) -> QuerySet[Campaign]:
    """The campaigns that the wish names, in no order."""
    wishes = {
        "state__in": asked.states,
        "goal": asked.goal,
        "client": asked.client,
        "markets__contains": [asked.market] if asked.market else [],
        "salesperson": asked.salesperson,
        "ends_on__gte": asked.since,
        "starts_on__lte": asked.until,
    }
    given: dict[str, Any] = {name: wish for name, wish in wishes.items() if wish}
    rows = holding_words(Campaign.objects.all(), asked.search).filter(**given)
    if not asked.numbers:
        return rows
    between = (each.condition for each in asked.numbers)
    return Campaign.objects.filter(pk__in=with_numbers(rows).filter(*between).values("pk"))


def with_numbers(campaigns: QuerySet[Campaign], sort: str = NEWEST) -> QuerySet[Campaign]:
    """Campaigns with their counts, their posts and views on all networks, and what the order needs.

    In hundredths are the fees that are agreed, what a thousand views cost, and the margin. NULL is what is not known: no
    agreed fee is no cost of 0 and no `spend`, and whoever sees some groups only knows no margin. `fulfilment` is a millionth.
    """
    return _ranked(
        with_counts(campaigns)
        .select_related("salesperson")
        .annotate(
            view_count=_big(_views() + elsewhere("other_views")),
            post_count=F("published_count") + elsewhere("other_posts"),
            fulfilled_count=campaign_count(
                "orders.fulfilled", Order.objects.filter(state=OrderState.FULFILLED)
            ),
            ordered_count=campaign_count("orders.ordered", Order.objects.filter(IS_ORDERED)),
            agreed_fees=campaign_fees("fees.agreed", AGREED_STATES),
        )
        .annotate(
            fulfilment=_ratio(F("fulfilled_count") * 1_000_000, "ordered_count"),
            spend=NullIf("agreed_fees", Value(0)),
            margin=_margin(),
        )
        .annotate(cost_per_mille=_ratio(F("spend") * 1000, "view_count")),
        sort,
    )


def _ranked(rows: QuerySet[Campaign], sort: str) -> QuerySet[Campaign]:
    """The columns of an order that are none of the list."""
    name = sort.removeprefix("-")
    if name in RANKED:
        last = -LAST if sort.startswith("-") else LAST
        column = "cost_per_mille" if name == "cost" else name
        fact = _hundredths(column) if name in {"budget", "client_fee"} else F(column)
        return rows.annotate(
            **{f"{name}_rank": Coalesce(fact, last, output_field=BigIntegerField())}
        )
    if name == "state":
        return rows.annotate(state_rank=_rank("state", CampaignState.values))
    if name == "goal":
        unknown = Case(When(goal="", then=1), default=0)
        return rows.annotate(is_unknown=unknown, goal_rank=_rank("goal", Goal.values))
    if name == "salesperson":
        return rows.annotate(
            is_unknown=Case(When(salesperson=None, then=1), default=0),
            salesperson_name=Coalesce(
                NullIf("salesperson__name", Value("")),
                "salesperson__email",
                Value(""),
                output_field=CharField(),
            ),
        )
    return rows


def with_counts(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    return campaigns.annotate(
        order_count=campaign_count("orders", Order.objects.all()),
        published_count=campaign_count("posts", Post.objects.filter(is_visible())),
    )


def _rank(column: str, values: Sequence[str]) -> Case:
    """The place of a column's value among these; behind them where it is none."""
    places = [When(**{column: value}, then=place) for place, value in enumerate(values)]
    return Case(*places, default=len(values), output_field=IntegerField())


def _hundredths(column: str) -> Cast:
    return Cast(F(column) * 100, BigIntegerField())


def _big(number: Any) -> ExpressionWrapper:
    """A sum or difference of large numbers, which Django takes for a small one."""
    return ExpressionWrapper(number, BigIntegerField())


def _margin() -> Any:
    """The client fee without the fees of all participants, as `plans.money_of` has it."""
    if current_groups() is not None:
        return Value(None, BigIntegerField())
    return _big(_hundredths("client_fee") - campaign_fees("fees", COSTING_STATES))


def _ratio(amount: Any, by: str) -> Case:
    """The amount for each of these, in whole numbers, rounded; NULL where one of both is not known or is 0."""
    ratio = Func(
        amount, F(by), template="ROUND(%(expressions)s)::bigint", arg_joiner="::numeric / "
    )
    known = {f"{by}__gt": 0}
    return Case(When(**known, then=ratio), output_field=BigIntegerField())


def elsewhere(name: str) -> Coalesce:
    """A kept sum over the posts of other networks."""
    rows = CampaignResult.objects.filter(campaign=OuterRef("pk")).order_by()
    if current_groups() is None:
        rows = rows.filter(account=None)
    sums = Subquery(rows.values("campaign").annotate(n=Sum(name)).values("n"))
    return Coalesce(sums, 0, output_field=BigIntegerField())


def _views() -> Coalesce:
    if current_groups() is None:
        return counted("views")
    posts = Post.objects.filter(is_visible(), campaign=OuterRef("pk")).order_by()
    sums = posts.values("campaign").annotate(n=Sum("video__video_views")).values("n")
    return Coalesce(Subquery(sums), 0, output_field=BigIntegerField())


@dataclass(frozen=True)
class BoardColumn:
    """The first campaigns of a state, and the cursor of the next ones if there are any."""

    state: CampaignState
    campaigns: list[Campaign]
    has_more: bool


def board(asked: Asked) -> list[BoardColumn]:
    """The campaigns that the wish names by their states, in the order of a campaign's life; each column in that of the wish."""
    columns = []
    for state in CampaignState:
        if asked.states and state not in asked.states:
            continue
        page = campaigns_page(asked=replace(asked, states=(state,)), size=OF_BOARD)
        columns.append(BoardColumn(state, page.rows, page.next_cursor is not None))
    return columns


def campaign_facets() -> tuple[list[str], list[str]]:
    """The clients of campaigns by name, and the codes of their markets: what the list can be narrowed by."""
    rows = Campaign.objects.order_by()
    clients = rows.values_list("client", flat=True).distinct().order_by("client")[:500]
    markets = rows.annotate(market=Func(F("markets"), function="unnest")).values_list(
        "market", flat=True
    )
    return list(clients), list(markets.distinct())
