"""Metrics: numbers with unit, source and time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tiktok.enums import CALCULATED, AccountKind, Availability, Flag, Source, Unit
from tiktok.queries import MetricValue

SHARE = {
    "type": "object",
    "required": ["name", "fraction"],
    "properties": {"name": {"type": "string"}, "fraction": {"type": "number"}},
}
MONEY = {
    "type": "object",
    "required": ["amount", "currency"],
    "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
}
VALUE = {
    "description": (
        "By unit: count and seconds a number, fraction a number (0.12 is 12 %), text a string, money "
        "{amount, currency}, shares [{name, fraction}], curve a fraction for each second. null: there is none, "
        "see `reason`; never 0 in its place."
    ),
    "anyOf": [
        {"type": "number"},
        {"type": "string"},
        {"type": "array", "items": SHARE},
        {"type": "array", "items": {"type": "number"}},
        MONEY,
        {"type": "null"},
    ],
}


@extend_schema_field(VALUE)
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A metric's value; its shape follows the unit."""

    def to_representation(self, value: Any) -> Any:
        if isinstance(value, tuple):
            amount, currency = value
            return {"amount": str(Decimal(amount)), "currency": currency}
        return value


VALUE_FIELD = ValueField()


class MetricSerializer(serializers.Serializer[MetricValue]):
    """One number with its unit, source and time, or the reason why there is none."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    unit = serializers.ChoiceField(choices=Unit.choices)
    value = ValueField()
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field of that name
        choices=[*Source.choices, (CALCULATED, "By us, from TikTok's numbers")], allow_null=True
    )
    fetched_at = serializers.DateTimeField(allow_null=True)
    flag = serializers.ChoiceField(
        choices=Flag.choices, allow_null=True, help_text="What is odd about the number."
    )
    availability = serializers.ChoiceField(choices=Availability.choices)
    reason = serializers.CharField(help_text="Why there is no value; empty when there is one.")

    def to_representation(self, metric: MetricValue) -> dict[str, Any]:
        """Build the dictionary by hand: a page of posts holds sixteen of these for each of its rows."""
        return {
            "key": metric.key,
            "label": metric.label,
            "unit": metric.unit,
            "value": VALUE_FIELD.to_representation(metric.value),
            "source": metric.source or None,
            "fetched_at": metric.fetched_at,
            "flag": metric.flag or None,
            "availability": metric.cell.availability,
            "reason": metric.reason,
        }


METRIC = MetricSerializer()


class AccountMetricsSerializer(serializers.Serializer[Any]):
    """The current metrics of one account; none for networks other than TikTok."""

    account = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=AccountKind.choices, allow_null=True)
    metrics = MetricSerializer(many=True)
