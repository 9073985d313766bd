"""Values of custom fields, and rates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models

from crm.enums import FieldKind
from crm.models import CustomField, CustomValue, Rate
from crm.services.imports.meaning.catalog import CUSTOM, RATE
from crm.services.imports.states.sets import Changes, States


def custom_fields() -> dict[str, CustomField]:
    return {field.key: field for field in CustomField.objects.all()}


def load_custom(states: States, keys: set[str]) -> None:
    values = CustomValue.objects.select_related("field").filter(
        influencer_id__in=states, field__key__in=[key.removeprefix(CUSTOM) for key in keys]
    )
    for value in values:
        states[value.influencer_id][f"{CUSTOM}{value.field.key}"] = _custom_value(value)


def _custom_value(row: CustomValue) -> Any:
    number = f"{row.number.normalize():f}" if row.number is not None else None
    match row.field.kind:
        case FieldKind.NUMBER:
            return number
        case FieldKind.MONEY:
            return [f"{row.number:.2f}", row.currency] if row.number is not None else None
        case FieldKind.DATE:
            return row.day.isoformat() if row.day else None
        case FieldKind.MULTI_CHOICE:
            return row.options
        case FieldKind.YES_NO:
            return bool(row.number)
    return row.text


def _custom_columns(field: CustomField, value: Any) -> dict[str, Any]:
    match field.kind:
        case FieldKind.NUMBER:
            return {"number": value}
        case FieldKind.MONEY:
            return {"number": value[0], "currency": value[1]}
        case FieldKind.DATE:
            return {"day": date.fromisoformat(value)}
        case FieldKind.MULTI_CHOICE:
            return {"options": value}
        case FieldKind.YES_NO:
            return {"number": int(value)}
    return {"text": value}


def save_custom(changes: Changes) -> None:
    fields, rows = custom_fields(), []
    gone = models.Q()
    for pk, values in changes.items():
        for key, value in values.items():
            field = fields[key.removeprefix(CUSTOM)]
            if value is None or value in ("", []):
                gone |= models.Q(influencer_id=pk, field=field)
            else:
                columns = _custom_columns(field, value)
                rows.append(CustomValue(influencer_id=pk, field=field, **columns))
    if gone:
        CustomValue.objects.filter(gone).delete()
    CustomValue.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["influencer", "field"],
        update_fields=["text", "number", "currency", "day", "options"],
    )


def load_rates(states: States, keys: set[str]) -> None:
    for rate in Rate.objects.filter(influencer_id__in=states):
        key = f"{RATE}{rate.network}.{rate.kind}"
        states[rate.influencer_id][key] = [f"{rate.amount:.2f}", rate.currency]


def save_rates(changes: Changes) -> None:
    rows, gone = [], models.Q()
    for pk, values in changes.items():
        for key, value in values.items():
            network, kind = key.removeprefix(RATE).split(".")
            if value:
                amount, currency = value
                rows.append(
                    Rate(
                        influencer_id=pk,
                        network=network,
                        kind=kind,
                        amount=amount,
                        currency=currency,
                    )
                )
            else:
                gone |= models.Q(influencer_id=pk, network=network, kind=kind)
    if gone:
        Rate.objects.filter(gone).delete()
    Rate.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["influencer", "network", "kind"],
        update_fields=["amount", "currency"],
    )
