"""Campaigns: the list of all of them, filtered and sorted, with the numbers of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Case, F, Func, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from campaigns.enums import CampaignState, OrderState
from campaigns.models import Campaign, CampaignResult, Order, Post
from campaigns.policies.participants import AGREED_STATES
from campaigns.queries.counts import campaign_count, campaign_fees
from campaigns.queries.ordered import IS_ORDERED
from campaigns.queries.posts import is_visible
from campaigns.queries.search import holding_words
from tenancy.queries.counters import counted
from tenancy.scope import current_groups
from ui.paging import PAGE_SIZE, KeysetPage, keyset_page

NEWEST = "-starts_on"
# The orders of the list by what the address says; amounts of one currency stand together, the unknown stand last.
SORTS = {
    "name": ("name", "id"),
    "client": ("client", "id"),
    "starts_on": ("starts_on", "id"),
    "ends_on": ("ends_on", "id"),
    "posts": ("post_count", "id"),
    "fulfilment": ("fulfilment_rank", "id"),
    "views": ("view_count", "id"),
}
MONEY_SORTS = {
    "spend": ("-currency", "agreed_fees", "id"),
    "cost": ("-currency", "cost_rank", "id"),
}
LAST = 10**17  # behind every known amount
OF_BOARD = 20  # cards of a column


@dataclass(frozen=True)
class Asked:
    """The wish of a reader of the list, as its address says it; empty: not narrowed by that."""

    search: str = ""
    states: tuple[str, ...] = ()
    goal: str = ""
    client: str = ""
    market: str = ""
    salesperson: int | None = None
    sort: str = NEWEST

    @property
    def is_narrowed(self) -> bool:
        return self != Asked(sort=self.sort)


def campaigns_page(
    cursor: str | None = "", *, asked: Asked | None = None, size: int = PAGE_SIZE
) -> KeysetPage[Campaign]:
    """A page of campaigns with their numbers, those that start last first unless another order is asked for."""
    wish = asked or Asked()
    keys = _keys(wish.sort)
    rows = found_campaigns(wish)
    if not {key.removeprefix("-") for key in keys} <= _COLUMNS:
        rows = with_numbers(rows, wish.sort)
    return keyset_page(
        rows, *keys, facts=lambda each: with_numbers(each, wish.sort), cursor=cursor, size=size
    )


_COLUMNS = {"id", "name", "client", "starts_on", "ends_on"}


def _keys(sort: str) -> tuple[str, ...]:
    keys = (SORTS | MONEY_SORTS)[sort.removeprefix("-")]
    if not sort.startswith("-"):
        return keys
    return tuple(key if key == "-currency" else f"-{key}" for key in keys)


def found_campaigns(asked: Asked) -> QuerySet[Campaign]:
    """The campaigns that the wish names, in no order."""
    rows = holding_words(Campaign.objects.all(), asked.search)
    if asked.states:
        rows = rows.filter(state__in=asked.states)
    if asked.goal:
        rows = rows.filter(goal=asked.goal)
    if asked.client:
        rows = rows.filter(client=asked.client)
    if asked.market:
        rows = rows.filter(markets__contains=[asked.market])
    return rows.filter(salesperson=asked.salesperson) if asked.salesperson else rows


def with_numbers(campaigns: QuerySet[Campaign], sort: str = NEWEST) -> QuerySet[Campaign]:
    """Campaigns with their counts, their posts and views on all networks, the fees that are agreed and what a thousand views cost, in hundredths."""
    last = -1 if sort.startswith("-") else LAST
    return (
        with_counts(campaigns)
        .select_related("salesperson")
        .annotate(
            view_count=_views() + elsewhere("other_views"),
            post_count=F("published_count") + elsewhere("other_posts"),
            fulfilled_count=campaign_count(
                "orders.fulfilled", Order.objects.filter(state=OrderState.FULFILLED)
            ),
            ordered_count=campaign_count("orders.ordered", Order.objects.filter(IS_ORDERED)),
            agreed_fees=campaign_fees("fees.agreed", AGREED_STATES),
        )
        .annotate(
            cost_per_mille=_ratio(F("agreed_fees") * 1000, "view_count"),
            fulfilment_rank=Coalesce(_ratio(F("fulfilled_count") * 1000, "ordered_count"), last),
        )
        .annotate(cost_rank=Coalesce("cost_per_mille", last))
    )


def with_counts(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    return campaigns.annotate(
        order_count=campaign_count("orders", Order.objects.all()),
        published_count=campaign_count("posts", Post.objects.filter(is_visible())),
    )


def _ratio(amount: Any, by: str) -> Case:
    """The amount for each of these, in whole numbers; NULL where one of both is 0."""
    ratio = Func(amount, F(by), template="%(expressions)s", arg_joiner=" / ")
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
    """The campaigns that the wish names by their states, in the order of a campaign's life."""
    columns = []
    for state in CampaignState:
        if asked.states and state not in asked.states:
            continue
        rows = found_campaigns(asked).filter(state=state)
        page = keyset_page(rows, "-starts_on", "-id", facts=with_numbers, size=OF_BOARD)
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
