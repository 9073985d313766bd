"""Campaigns and their orders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from api.v1.serializers.rows import CheckedRowSerializer, NestedSerializer, RowSerializer
from campaigns.enums import OrderState
from campaigns.models import Campaign, Order
from tenancy.models import Event


class CampaignSerializer(RowSerializer):
    class Meta:
        model = Campaign
        fields = ["id", "client", "name", "state", "starts_on", "ends_on", "created_at"]
        read_only_fields = fields


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
