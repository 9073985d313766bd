"""How states of campaigns, orders, posts and accounts look: a kind of badge, a label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template

from campaigns.enums import (
    CampaignState,
    DraftState,
    GoalNumber,
    OrderState,
    ParticipantState,
    ReviewState,
    SparkFilter,
    SparkState,
)
from campaigns.models import Order, Post, SparkPermission
from campaigns.policies.campaigns import MONEY_NUMBERS, RATE_NUMBERS
from campaigns.policies.posts import REJECTIONS
from campaigns.queries import Planned, PostRow
from campaigns.queries.breakdown import benchmark
from campaigns.queries.next_steps import NextStep, next_step
from campaigns.queries.order_list import spark_words
from campaigns.queries.overview import Figure
from campaigns.queries.published import Total
from campaigns.services.orders.contact.invitations import invitation_words
from campaigns.services.orders.contact.pages import page_url
from tenancy.models import Organization
from tiktok.enums import PostMetric, PostTie, Unit
from tiktok.queries import MetricValue
from ui.templatetags.formats import MISSING, compact, duration, money, number, percent

register = template.Library()

ORDER_KINDS = {
    OrderState.CREATED: "info",
    OrderState.SENT: "info",
    OrderState.OPENED: "info",
    OrderState.ACCEPTED: "info",
    OrderState.POSTING: "info",
    OrderState.IN_REVIEW: "warning",
    OrderState.FULFILLED: "success",
    OrderState.FAILED: "danger",
    OrderState.REJECTED: "danger",
}
DRAFT_KINDS = {
    DraftState.SUBMITTED: "warning",
    DraftState.CHANGES: "danger",
    DraftState.APPROVED: "success",
}
SPARK_KINDS = {
    SparkState.WAITING: "warning",
    SparkState.UNCERTAIN: "warning",
    SparkState.FAILED: "danger",
    SparkState.REJECTED: "danger",
}
SPARK_WORDS = {
    SparkFilter.WAITING: "warning",
    SparkFilter.ACCEPTED: "success",
    SparkFilter.ENDED: "neutral",
    SparkFilter.REJECTED: "danger",
    SparkFilter.FAILED: "danger",
}
PARTICIPANT_KINDS = {
    ParticipantState.BRIEFED: "info",
    ParticipantState.AGREED: "success",
    ParticipantState.DECLINED: "danger",
    ParticipantState.POSTING: "info",
    ParticipantState.DONE: "success",
}
UNIT_TEXTS: dict[str, Callable[[Any], str]] = {
    Unit.COUNT: compact,
    Unit.FRACTION: percent,
    Unit.SECONDS: duration,
}
CAMPAIGN_KINDS = {CampaignState.ACTIVE: "success", CampaignState.COMPLETED: "info"}


@register.filter
def order_kind(state: str) -> str:
    return ORDER_KINDS.get(OrderState(state), "neutral")


@register.filter
def draft_kind(state: str) -> str:
    return DRAFT_KINDS.get(DraftState(state), "neutral")


@register.filter
def spark_kind(permission: SparkPermission) -> str:
    if permission.state == SparkState.ACCEPTED:
        return "success" if permission.is_running else "neutral"
    return SPARK_KINDS.get(SparkState(permission.state), "info")


@register.filter
def sparks_of(order: Order) -> list[tuple[str, str]]:
    """The permissions to advertise with an order's videos: words and kinds of badges."""
    return [
        (str(word.label) if count == 1 else f"{word.label}: {count}", SPARK_WORDS.get(word, "info"))
        for word, count in spark_words(order)
    ]


@register.filter
def invitation_to(order: Order, organization: Organization) -> str:
    """The invitation of an order as a text to copy."""
    return invitation_words(order, organization)


@register.filter
def step_of(order: Order) -> NextStep:
    """The next step of an order of the list."""
    return next_step(order)


@register.filter
def page_address(order: Order) -> str:
    """The link to the order's page, for its creator."""
    return page_url(order)


@register.filter
def campaign_kind(state: str) -> str:
    return CAMPAIGN_KINDS.get(CampaignState(state), "neutral")


@register.filter
def participant_kind(state: str) -> str:
    return PARTICIPANT_KINDS.get(ParticipantState(state), "neutral")


@register.filter
def participant_label(state: str) -> str:
    return str(ParticipantState(state).label)


@register.filter
def hundredths(amount: int, currency: str) -> str:
    """An amount that is kept in hundredths, with its currency."""
    return money(amount / 100, currency)


@register.filter
def planned_value(planned: Planned, currency: str = "") -> str:
    """The planned value of a number with its unit."""
    return goal_value(planned.number, planned.value, currency, is_exact=True)


@register.simple_tag
def goal_value(
    of: GoalNumber, value: Decimal | float | None, currency: str = "", *, is_exact: bool = False
) -> str:
    """The value of a number of a goal with its unit; counts are shortened, unless they are to be exact."""
    if value is None:
        return MISSING
    if of in RATE_NUMBERS:
        return percent(float(value))
    if of in MONEY_NUMBERS:
        return money(value, currency)
    if of == GoalNumber.PLAY_TIME:
        return duration(float(value))
    return number(value) if is_exact else compact(value)


@register.simple_tag
def goal_change(figure: Figure, currency: str = "") -> str:
    """By how much a number has changed, without its sign; rates in percentage points. Empty where it shows no change."""
    size = abs(figure.change or 0)
    if figure.is_rate:
        points = number(round(size * 100, 1))
        return "" if points == "0" else f"{points} points"
    shown = goal_value(figure.number, size, currency)
    return "" if shown == goal_value(figure.number, 0, currency) else shown


@register.filter
def review_kind(state: str) -> str:
    if state == ReviewState.SUCCEED:
        return "success"
    return "danger" if state in REJECTIONS | {ReviewState.LINK_REFUSED} else "warning"


@register.filter
def tie_label(tie: PostTie) -> str:
    return "Order" if tie == PostTie.ORDER else "By hand"


@register.filter
def count_text(count: int | None) -> str:
    """A number of a post of another network, shortened; a sign where it is missing."""
    return MISSING if count is None else compact(count)


@register.filter
def at(known: Mapping[str, Any], key: str) -> Any:
    """The value under this key; None where there is none."""
    return known.get(key)


@register.filter
def total_text(total: Total) -> str:
    """A number over several posts with its unit."""
    if total.value is None:
        return MISSING
    return UNIT_TEXTS[total.unit](total.value)


@register.filter
def total_of(total: Total, posts: int) -> str:
    """How a number over several posts came about: a sum or an average, and of how many of them."""
    of = "" if total.posts == posts else f"{total.posts:,} of {posts:,} posts"
    if not total.is_sum:
        return f"by views, {of}" if of else "by views"
    if total.metric == PostMetric.REACH:
        return f"sum, {of}" if of else "sum of all posts"
    return of


@register.filter
def oldest_numbers(rows: Sequence[PostRow]) -> datetime | None:
    """The time of the oldest numbers among these posts; None where there are none."""
    return min((row.fetched_at for row in rows if row.fetched_at), default=None)


@register.filter
def clock_of(seconds: int) -> str:
    """The length of a video as players write it: 0:28."""
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def definition_of(metric: MetricValue, post: Post) -> str:
    """The meaning of a number, with TikTok's benchmark where there is one."""
    return f"{metric.definition} {benchmark(post, metric.key)}".strip()


@register.filter
def source_unless(metric: MetricValue, said: tuple[str, datetime | None]) -> str:
    """The source of a number, unless the page has said it."""
    return "" if (metric.source_label, metric.fetched_at) == said else metric.source_label


@register.filter
def time_unless(metric: MetricValue, said: tuple[str, datetime | None]) -> datetime | None:
    """The time of a number, unless the page has said it."""
    return None if (metric.source_label, metric.fetched_at) == said else metric.fetched_at


@register.filter
def remedy_if(metric: MetricValue, href: str) -> str:
    """The address to send an order at, if that would bring the number."""
    return href if metric.value is None and metric.cell.reason else ""


@register.simple_tag
def metric_text(metric: MetricValue) -> str:
    """A metric of a post as short text, without marks."""
    return MISSING if metric.value is None else UNIT_TEXTS[metric.unit](metric.value)


@register.filter
def cells(
    metrics: dict[str, MetricValue], columns: Sequence[PostMetric]
) -> list[tuple[MetricValue, int]]:
    """The cells of a row and how many columns each takes: neighbours that are missing for one reason share a cell."""
    found: list[tuple[MetricValue, int]] = []
    for metric in (metrics[column] for column in columns):
        if found and metric.reason and metric.reason == found[-1][0].reason:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((metric, 1))
    return found
