"""The orders of a campaign as its list shows them: narrowed by state and by what creators said, each with its next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet

from campaigns.enums import UNPUBLISHED, OrderState, ReplyKind, SparkFilter
from campaigns.models import Campaign, Order, OrderReply
from campaigns.policies.orders import MOST_REMINDERS
from campaigns.queries.order_dates import OVERDUE, is_overdue
from campaigns.queries.orders import orders_page, sparks_of_order, with_pending
from ui.paging import KeysetPage, keyset_page

ANYTHING = "anything"
MOST_CHOSEN = 200


@dataclass(frozen=True)
class Asked:
    """The list as its address asks for it. `state`: of `OrderState`, or overdue; `said`: of `ReplyKind`, or anything; `spark`:
    of `SparkFilter`."""

    state: str = ""
    said: str = ""
    spark: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """The part of the address that is known; the rest is left out."""
        state, said, spark = (given.get(name, "") for name in ("state", "said", "spark"))
        return cls(
            state if state in {OVERDUE, *OrderState.values} else "",
            said if said in {ANYTHING, *ReplyKind.values} else "",
            spark if spark in SparkFilter.values else "",
        )

    @property
    def query(self) -> str:
        """The same as a part of an address."""
        return urlencode({name: value for name, value in vars(self).items() if value})


def _open_replies() -> QuerySet[OrderReply]:
    return OrderReply.objects.filter(order=OuterRef("pk"), settled_at=None)


def narrowed_orders(campaign: Campaign, asked: Asked) -> QuerySet[Order]:
    """The campaign's orders that the list asks for."""
    rows = Order.objects.filter(campaign=campaign)
    if asked.state == OVERDUE:
        rows = rows.filter(is_overdue())
    elif asked.state:
        rows = rows.filter(state=asked.state)
    if asked.said == ANYTHING:
        rows = rows.filter(Exists(_open_replies()))
    elif asked.said:
        rows = rows.filter(Exists(_open_replies().filter(kind=asked.said)))
    if asked.spark == SparkFilter.WITH_VIDEO:
        rows = rows.filter(request__spark_days__gt=0, state__in=UNPUBLISHED)
        rows = rows.exclude(Exists(sparks_of_order()))
    elif asked.spark:
        rows = rows.filter(Exists(sparks_of_order().filter(word=asked.spark)))
    return rows


def narrowed_page(campaign: Campaign, asked: Asked, cursor: str | None) -> KeysetPage[Order]:
    """A page of them, newest first, with `pending_count` and `said`: the kinds of open replies."""
    if asked == Asked():
        return orders_page(campaign, cursor)
    return keyset_page(narrowed_orders(campaign, asked), "-id", facts=with_pending, cursor=cursor)


def chosen_orders(campaign: Campaign, ids: list[int]) -> list[Order]:
    """Orders of the campaign that somebody has ticked, with what a bulk action asks for."""
    rows = Order.objects.filter(campaign=campaign, pk__in=ids[:MOST_CHOSEN]).order_by("-pk")
    return list(
        rows.select_related("account__influencer", "account__creator").prefetch_related(
            "replies", "reviews"
        )
    )


def spark_words(order: Order) -> list[tuple[SparkFilter, int]]:
    """The permissions to advertise with the videos of an order of `narrowed_page`, and how many of each there are."""
    counts: Counter[str] = Counter(order.sparks)  # type: ignore[attr-defined]
    if not counts and order.request.spark_days and order.state in UNPUBLISHED:
        return [(SparkFilter.WITH_VIDEO, 1)]
    return [(word, counts[word]) for word in SparkFilter if word in counts]


@dataclass(frozen=True)
class NextStep:
    """The sentence of a row, and the action that its button offers: sent, again, remind, page or none."""

    text: str
    action: str = ""


_WAITING = {
    OrderState.DRAFT: NextStep("Not sent to TikTok yet"),
    OrderState.CREATING: NextStep("TikTok is making the order"),
    OrderState.SENT: NextStep("Sent, its page is not opened yet", "again"),
    OrderState.OPENED: NextStep("Page opened, not accepted in TikTok yet", "page"),
    OrderState.IN_REVIEW: NextStep("TikTok reviews the video"),
    OrderState.FULFILLED: NextStep("Nothing to do"),
    OrderState.CANCELLED: NextStep("Cancelled"),
}


def next_step(order: Order) -> NextStep:
    """The next step of an order of `narrowed_page`."""
    said = next((ReplyKind(kind) for kind in order.said if kind != ReplyKind.QUIET), None)  # type: ignore[attr-defined]
    if said is not None:
        return NextStep(f"The creator: {str(said.label).lower()}", "page")
    if order.problem:
        return NextStep(order.problem, "sent" if order.state == OrderState.CREATED else "page")
    if order.state == OrderState.CREATED:
        return NextStep("Not sent yet", "sent")
    if order.is_overdue:
        return NextStep(f"Overdue since {_day(order.due_on)}. {_reminded(order)}", "remind")
    if order.state in {OrderState.ACCEPTED, OrderState.POSTING}:
        return NextStep(f"Videos missing. {_reminded(order)}", "remind")
    return _WAITING.get(OrderState(order.state), NextStep(order.get_state_display(), "page"))


def _day(day: date | None) -> str:
    return f"{day:%-d %b}" if day else ""


def _reminded(order: Order) -> str:
    if not order.reminder_count:
        return "Not reminded yet"
    return f"Reminded {order.reminder_count} of {MOST_REMINDERS} times"
