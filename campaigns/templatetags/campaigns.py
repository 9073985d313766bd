"""How states of campaigns, orders, posts and accounts look: a kind of badge, a label."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from campaigns.enums import CampaignState, OrderState, ReviewState
from campaigns.models import Order
from campaigns.policies import REJECTIONS
from campaigns.services.orders.invitations import invitation_words
from tenancy.models import Organization
from tiktok.enums import PostMetric, PostTie
from tiktok.queries import MetricValue

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
    OrderState.OVERDUE: "warning",
}
CAMPAIGN_KINDS = {CampaignState.ACTIVE: "success", CampaignState.COMPLETED: "info"}


@register.filter
def order_kind(state: str) -> str:
    return ORDER_KINDS.get(OrderState(state), "neutral")


@register.filter
def invitation_to(order: Order, organization: Organization) -> str:
    """The invitation of an order as a text to copy."""
    return invitation_words(order, organization)


@register.filter
def campaign_kind(state: str) -> str:
    return CAMPAIGN_KINDS.get(CampaignState(state), "neutral")


@register.filter
def review_kind(state: str) -> str:
    if state == ReviewState.SUCCEED:
        return "success"
    return "danger" if state in REJECTIONS | {ReviewState.LINK_REFUSED} else "warning"


@register.filter
def tie_label(tie: PostTie) -> str:
    return "Order" if tie == PostTie.ORDER else "By hand"


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
