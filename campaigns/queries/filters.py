"""Filters of influencers by their campaigns and orders, and the campaigns of each, made known to the list of the CRM."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet
from django.db.models.functions import JSONObject

from campaigns.enums import OrderState
from campaigns.models import Campaign, Order, Participant
from campaigns.queries.order_dates import OVERDUE, is_overdue
from crm.policies.columns import Fact
from crm.policies.filters import Condition, Field, Values
from crm.queries.columns import register_fact
from crm.queries.fields import Rule, hung, register_rule
from crm.queries.packing import SHOWN, hanging_on


def register_rules() -> None:
    """Campaigns by id, orders by their state or as overdue; and the column of campaigns."""
    campaigns, campaign_ids = hung(Participant.objects.all, "campaign", "account__influencer")
    orders, order_ids = hung(Order.objects.all, _of_order, "account__influencer")
    states = {state.value: str(state.label) for state in OrderState} | {OVERDUE: "Overdue"}
    register_rule(
        Rule(Field("campaign", "Campaign", Values.ROW), campaigns, campaign_ids, _named_campaigns)
    )
    register_rule(Rule(Field("order", "Order", Values.CHOICE, states), orders, order_ids))
    register_fact(Fact.CAMPAIGNS, "packed_campaigns", lambda _: _campaigns_of_each())


def _of_order(condition: Condition) -> Q:
    of_state = Q(state__in=condition.values)
    return of_state | is_overdue() if OVERDUE in condition.values else of_state


def _campaigns_of_each() -> ArraySubquery:
    return latest_campaigns(hanging_on(Participant, "account__influencer"))


def latest_campaigns(participants: QuerySet[Participant], **more: str) -> ArraySubquery:
    """Annotation: the latest campaigns of these participants of the outer row, one for each account that takes part.

    `more`: further fields of each participant by the name they get.
    """
    each = JSONObject(id="campaign_id", name="campaign__name", **more)
    latest = participants.order_by("-campaign__starts_on", "-campaign_id")
    return ArraySubquery(latest.values(packed=each)[:SHOWN])


def _named_campaigns() -> QuerySet[Campaign]:
    return Campaign.objects.annotate(label=F("name"))
