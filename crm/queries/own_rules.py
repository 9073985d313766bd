"""Fields of the organization's own that influencers are filtered by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from django.db.models import OuterRef, Q
from django.utils import timezone

from crm.enums import FieldKind
from crm.models import CustomField, CustomValue
from crm.policies.columns import CUSTOM
from crm.policies.filters import Condition, Field, Values
from crm.queries.fields import NOBODY, Asker, Rows, Rule, between, probe
from crm.queries.money_rules import amount_is

# Kinds whose values stand in an index in their order.
INDEXED = frozenset({FieldKind.DATE, FieldKind.NUMBER, FieldKind.MONEY})


def custom_rules(*, sees_money: bool) -> dict[str, Rule]:
    """The rules of the organization's own fields; one query. Who may not see money cannot find it by filters either."""
    fields = CustomField.objects.filter(archived_at=None).order_by("position", "pk")
    if not sees_money:
        fields = fields.exclude(kind=FieldKind.MONEY)
    return {rule.field.key: rule for rule in map(custom_rule, fields)}


def custom_rule(custom: CustomField) -> Rule:
    """The rule of a custom field."""
    values, options = _values(custom)
    shape = Field(f"{CUSTOM}{custom.key}", custom.name, values, options)

    def compiled(condition: Condition, _: Asker) -> Q:
        rows = CustomValue.objects.filter(influencer=OuterRef("pk"), field=custom.pk)
        found = probe(rows.filter(_custom(custom.kind, condition)))
        return found | ~probe(rows) if condition.or_unknown else found

    def ids(condition: Condition) -> Rows:
        rows = CustomValue.objects.filter(_custom(custom.kind, condition), field=custom.pk)
        if custom.kind != FieldKind.DATE and (condition.least or condition.most):
            rows = rows.filter(between("sort_number", condition.numbers()))  # which is indexed
        return rows.values("influencer")

    is_indexed = custom.kind in INDEXED
    return Rule(
        shape, compiled, ids if is_indexed else None, is_money=custom.kind == FieldKind.MONEY
    )


def _values(custom: CustomField) -> tuple[Values, Mapping[str, str]]:
    if custom.kind in {FieldKind.CHOICE, FieldKind.MULTI_CHOICE}:
        return Values.CHOICE, {option: option for option in custom.options}
    if custom.kind == FieldKind.YES_NO:
        return Values.CHOICE, {"yes": "yes", "no": "no"}
    if custom.kind == FieldKind.DATE:
        return Values.DAY, {}
    if custom.kind == FieldKind.MONEY:
        return Values.MONEY, {}
    return (Values.NUMBER if custom.kind == FieldKind.NUMBER else Values.TEXT), {}


def _custom(kind: str, condition: Condition) -> Q:
    if kind == FieldKind.DATE:
        return between("day", condition.days(timezone.now().astimezone(UTC).date()))
    if condition.field.values.is_range:
        return amount_is(condition, "number")
    if kind == FieldKind.MULTI_CHOICE:
        return Q(options__overlap=list(condition.values))
    if kind == FieldKind.YES_NO:
        return Q(number__in=[int(value == "yes") for value in condition.values])
    if kind == FieldKind.CHOICE:
        return Q(text__in=condition.values)
    found = NOBODY
    for value in condition.values:
        found |= Q(text__icontains=value)
    return found
