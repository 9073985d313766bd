"""Campaigns and their orders."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.auth import sees_money
from api.v1.serializers.metrics import MONEY
from api.v1.serializers.rows import CheckedRowSerializer, NestedSerializer, RowSerializer
from campaigns.enums import Goal, GoalNumber, OrderState
from campaigns.models import Campaign, Order
from campaigns.policies.campaigns import MONEY_NUMBERS
from tenancy.models import Event

NULLABLE_MONEY = {"anyOf": [MONEY, {"type": "null"}]}
PLANNED = {
    "type": "object",
    "properties": {number.value: {"type": "string"} for number in GoalNumber},
    "description": "Planned values as decimal numbers: counts, seconds, fractions (0.2 is 20 %), costs in `currency`. "
    "Costs are for the scope `money` alone.",
}


class CampaignSerializer(RowSerializer):
    goal = serializers.ChoiceField(
        [("", "None"), *Goal.choices], read_only=True, help_text="Empty where none is chosen."
    )
    planned = serializers.SerializerMethodField()
    budget = serializers.SerializerMethodField()
    client_fee = serializers.SerializerMethodField()
    keywords = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="For other networks than TikTok."
    )
    markets = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="ISO 3166 codes of countries."
    )

    @extend_schema_field(PLANNED)
    def get_planned(self, campaign: Campaign) -> dict[str, str]:
        return {
            name: value
            for name, value in campaign.planned.items()
            if self.sees_money or name not in MONEY_NUMBERS
        }

    @extend_schema_field(NULLABLE_MONEY)
    def get_budget(self, campaign: Campaign) -> dict[str, str] | None:
        """null where none is set, and without the scope `money`."""
        return self._amount(campaign.budget, campaign.currency)

    @extend_schema_field(NULLABLE_MONEY)
    def get_client_fee(self, campaign: Campaign) -> dict[str, str] | None:
        """null where none is set, and without the scope `money`."""
        return self._amount(campaign.client_fee, campaign.currency)

    def _amount(self, amount: Decimal | None, currency: str) -> dict[str, str] | None:
        if amount is None or not self.sees_money:
            return None
        return {"amount": f"{amount:.2f}", "currency": currency}

    @cached_property
    def sees_money(self) -> bool:
        return sees_money(self.context["request"])

    class Meta:
        model = Campaign
        fields = [
            "id", "client", "name", "state", "starts_on", "ends_on", "salesperson", "goal", "planned", "currency", "budget",
            "client_fee", "audience", "keywords", "markets", "brief", "created_at",
        ]  # fmt: skip
        read_only_fields = fields
        extra_kwargs = {
            "brief": {
                "help_text": "HTML of headings, bold and italic words, lists and links; cleaned of all else."
            }
        }


class OrderEventSerializer(NestedSerializer):
    state = serializers.ChoiceField(OrderState.choices, read_only=True)
    evidence = serializers.CharField(read_only=True)

    class Meta:
        model = Event
        fields = ["state", "at", "evidence"]
        read_only_fields = fields


class OrderSerializer(CheckedRowSerializer):
    events = OrderEventSerializer(many=True, read_only=True)

    def get_events(self, order: Any) -> list[dict[str, Any]]:
        return [
            {**event, "at": datetime.fromisoformat(event["at"])} for event in order.shown_events
        ]

    class Meta:
        model = Order
        fields = [
            "id", "campaign", "account", "tiktok_order_id", "state", "state_at", "problem", "campaign_code",
            "invite_link", "video_count", "video_limit", "checked_at", "next_check_at",
            "created_at", "events",
        ]  # fmt: skip
        read_only_fields = fields
