"""The orders of a campaign as its list shows them: searched, narrowed and sorted as the address says, and as lines of a file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from campaigns.enums import LASTING, UNPUBLISHED, OrderState, ReplyKind, SparkFilter
from campaigns.models import Campaign, Order, OrderReply
from campaigns.queries.narrowing import (
    ROWS_AT_ONCE,
    called,
    day_in,
    keys_of,
    query_of,
    search_in,
    sort_in,
)
from campaigns.queries.next_steps import next_step
from campaigns.queries.order_dates import OVERDUE, due_rank, is_overdue, is_still_due
from campaigns.queries.orders import open_drafts, orders_page, sparks_of_order, with_pending
from tenancy.queries.counters import kept_counts
from tenancy.scope import current_groups
from ui.paging import PAGE_SIZE, KeysetPage, in_pieces, keyset_page
from ui.sheets import Cell

ANYTHING, UNANSWERED, DRAFTED = "anything", "unanswered", "draft"
NO_ADDRESS = "no_address"
COUNTER = "orders."  # and a state: the name of a counter
MOST_CHOSEN = 200
SORTS = {
    "creator": "creator_name", "state_at": "state_at", "videos": "video_count", "due": "due_rank",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """The list as its address asks for it. `state`: of `OrderState`, overdue, or without an address; `said`: of `ReplyKind`,
    anything, unanswered, or a draft; `spark`: of `SparkFilter`; `due`: the day on which videos are due still."""

    search: str = ""
    state: str = ""
    said: str = ""
    spark: str = ""
    due: date | None = None
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """The part of the address that is known; the rest is left out."""
        state, said, spark = (given.get(name, "") for name in ("state", "said", "spark"))
        return cls(
            search_in(given),
            state if state in {OVERDUE, NO_ADDRESS, *OrderState.values} else "",
            said if said in {ANYTHING, UNANSWERED, DRAFTED, *ReplyKind.values} else "",
            spark if spark in SparkFilter.values else "",
            day_in(given, "due"),
            sort_in(given, SORTS),
        )

    @property
    def query(self) -> str:
        """The same as a part of an address."""
        return query_of(self)

    @property
    def is_narrowed(self) -> bool:
        return self != Asked(sort=self.sort)


def _open_replies() -> QuerySet[OrderReply]:
    return OrderReply.objects.filter(order=OuterRef("pk"), settled_at=None)


def unanswered(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders whose creator has said something that somebody of the team is to answer."""
    return orders.filter(Exists(_open_replies().exclude(kind=ReplyKind.QUIET)))


def without_address(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders that are ready, and not sent because no e-mail address of their creator is known."""
    return orders.filter(
        state=OrderState.CREATED, account__influencer__email="", account__influencer__person=None
    )


def to_review(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with a draft that the team is to review."""
    return orders.filter(Exists(open_drafts()))


def orders_by_state(campaign: Campaign) -> QuerySet[Any, Any]:
    """Counters of the campaign's orders (`COUNTER` and a state) with their numbers, as kept or counted among the groups in scope."""
    if current_groups() is None:
        return kept_counts(campaign.pk)
    orders: Any = Order.objects.filter(campaign=campaign).order_by()
    states = orders.values(name=Concat(Value(COUNTER), "state"))
    return states.annotate(n=Count("pk")).values_list("name", "n")


def with_counts(found: QuerySet[Any, Any], **rows: QuerySet[Any]) -> Mapping[str, int]:
    """The numbers of `orders_by_state`, and how many there are of these rows, by their names, in one query; else 0."""
    for name, counted in rows.items():
        named: Any = counted.order_by().values(name=Value(name)).annotate(n=Count("pk"))
        found = found.union(named.values_list("name", "n"), all=True)
    return defaultdict(int, list(found))


def order_counts(campaign: Campaign) -> dict[str, int]:
    """How many orders the list has without any other wish, by what `Asked.state` can be; in one query."""
    orders = Order.objects.filter(campaign=campaign)
    special = {OVERDUE: orders.filter(is_overdue()), NO_ADDRESS: without_address(orders)}
    found = with_counts(orders_by_state(campaign), **special)
    of_states = {state.value: found[f"{COUNTER}{state}"] for state in OrderState}
    return {"": sum(of_states.values()), **{name: found[name] for name in special}, **of_states}


def narrowed_orders(campaign: Campaign, asked: Asked) -> QuerySet[Order]:
    """The campaign's orders that the list asks for, in no order."""
    rows = called(Order.objects.filter(campaign=campaign), "account", asked.search)
    if asked.state == OVERDUE:
        rows = rows.filter(is_overdue())
    elif asked.state == NO_ADDRESS:
        rows = without_address(rows)
    elif asked.state:
        rows = rows.filter(state=asked.state)
    if asked.due:
        rows = rows.filter(is_still_due(), due_on=asked.due)
    return _with_spark(_who_said(rows, asked.said), asked.spark)


def _who_said(rows: QuerySet[Order], said: str) -> QuerySet[Order]:
    if said in {UNANSWERED, DRAFTED}:
        return unanswered(rows) if said == UNANSWERED else to_review(rows)
    replies = _open_replies()
    if said in LASTING:
        replies = OrderReply.objects.filter(order=OuterRef("pk"), kind=said, lifted_at=None)
    elif said and said != ANYTHING:
        replies = replies.filter(kind=said)
    return rows.filter(Exists(replies)) if said else rows


def _with_spark(rows: QuerySet[Order], spark: str) -> QuerySet[Order]:
    if spark == SparkFilter.WITH_VIDEO:
        rows = rows.filter(request__spark_days__gt=0, state__in=UNPUBLISHED)
        return rows.exclude(Exists(sparks_of_order()))
    return rows.filter(Exists(sparks_of_order().filter(word=spark))) if spark else rows


def narrowed_page(
    campaign: Campaign,
    asked: Asked,
    cursor: str | None,
    *,
    size: int = PAGE_SIZE,
    is_strict: bool = False,
) -> KeysetPage[Order]:
    """A page of them with what `with_pending` adds, the newest first unless another order is asked for. `is_strict`: as in
    `keyset_page`."""
    if asked == Asked() and size == PAGE_SIZE:
        return orders_page(campaign, cursor)
    rows = narrowed_orders(campaign, asked)
    if not asked.sort:
        return keyset_page(
            rows, "-id", facts=with_pending, cursor=cursor, size=size, is_strict=is_strict
        )
    return keyset_page(
        _ranked(rows, asked.sort),
        *keys_of(asked.sort, SORTS),
        facts=lambda found: _ranked(with_pending(found), asked.sort),
        cursor=cursor,
        size=size,
        is_strict=is_strict,
        has_unknown=asked.sort.endswith("due"),
    )


def _ranked(orders: QuerySet[Order], sort: str) -> QuerySet[Order]:
    """Orders that know what they are sorted by."""
    if sort.endswith("creator"):
        return orders.annotate(creator_name=F("account__influencer__sort_name"))
    return orders.annotate(due_rank=due_rank()) if sort.endswith("due") else orders


def chosen_orders(campaign: Campaign, ids: list[int]) -> list[Order]:
    """Orders of the campaign that somebody has ticked, with what a bulk action asks for."""
    rows = Order.objects.filter(campaign=campaign, pk__in=ids[:MOST_CHOSEN]).order_by("-pk")
    return list(
        rows.select_related(
            "account__influencer__person", "account__creator", "campaign"
        ).prefetch_related("replies", "reviews")
    )


def asked_orders(campaign: Campaign, asked: Asked) -> list[int]:
    """The orders that a narrowed list asks for, those due first ahead; of very many one more than a bulk action takes. None
    where it is not narrowed."""
    if not asked.is_narrowed:
        return []
    rows = narrowed_orders(campaign, asked).order_by(F("due_on").asc(nulls_last=True), "pk")
    return list(rows.values_list("pk", flat=True)[: MOST_CHOSEN + 1])


def spark_words(order: Order) -> list[tuple[SparkFilter, int]]:
    """The permissions to advertise with the videos of an order of `narrowed_page`, and how many of each there are."""
    counts: Counter[str] = Counter(order.sparks)  # type: ignore[attr-defined]
    if not counts and order.request.spark_days and order.state in UNPUBLISHED:
        return [(SparkFilter.WITH_VIDEO, 1)]
    return [(word, counts[word]) for word in SparkFilter if word in counts]


# --- files ---------------------------------------------------------------------------------------------------------
HEAD = [
    "Order ID", "Creator", "Handle", "State", "State since", "Overdue", "Videos published", "Videos ordered", "Videos in review", "Publish by",
    "Spark Ads", "Campaign code", "Invite link", "Next step", "Reminders", "Page opened", "Added",
]  # fmt: skip


def order_lines(campaign: Campaign, asked: Asked) -> Iterator[list[Cell]]:
    """A line for each order that the list asks for, in its order."""
    pages = in_pieces(
        lambda cursor: narrowed_page(campaign, asked, cursor, size=ROWS_AT_ONCE, is_strict=True)
    )
    return map(_line, pages)


def _line(order: Order) -> list[Cell]:
    sparks = [f"{word.label}: {count}" for word, count in spark_words(order)]
    return [
        order.pk,
        order.account.influencer.name,
        order.account.handle,
        order.get_state_display(),
        order.state_at,
        "yes" if order.is_overdue else "no",
        order.video_count,
        order.video_limit,
        order.pending_count,  # type: ignore[attr-defined]
        order.due_on or order.own_due,  # type: ignore[attr-defined]
        ", ".join(sparks),
        order.campaign_code,
        order.invite_link,
        next_step(order).text,
        order.reminder_count,
        order.page_opened_at,
        order.created_at,
    ]
