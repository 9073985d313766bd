"""Filters of influencers by their campaigns and orders, made known to the list of the CRM."""

from __future__ import annotations

from django.db.models import F, QuerySet

from campaigns.enums import OrderState
from campaigns.models import Campaign, Order, Participant
from crm.policies.filters import Field, Values
from crm.queries.fields import Rule, hung, register_rule


def register_rules() -> None:
    """Campaigns by id, orders by their state."""
    campaigns, campaign_ids = hung(Participant.objects.all, "campaign", "account__influencer")
    orders, order_ids = hung(Order.objects.all, "state", "account__influencer")
    states = {state.value: str(state.label) for state in OrderState}
    register_rule(
        Rule(Field("campaign", "Campaign", Values.ROW), campaigns, campaign_ids, _named_campaigns)
    )
    register_rule(Rule(Field("order", "Order", Values.CHOICE, states), orders, order_ids))


def _named_campaigns() -> QuerySet[Campaign]:
    return Campaign.objects.annotate(label=F("name"))
