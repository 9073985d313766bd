"""Fields of forms for an organization's custom fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from crm.enums import FieldKind
from crm.models import CustomField, CustomValue
from crm.policies.fields import Typed, typed_value, written_value

PLACEHOLDERS = {FieldKind.MONEY: "1200.50 EUR", FieldKind.URL: "https://"}
PREFIX = "custom_"
Entered = str | list[str]


class TypedField(forms.Field):
    """A control for a custom field; its value is written as `typed_value` reads it again."""

    def __init__(self, field: CustomField) -> None:
        super().__init__(label=field.name, required=field.is_required, widget=_widget(field))
        self.kind, self.options = field.kind, field.options

    def clean(self, value: Any) -> Entered:
        """Read the value and write it in the one usual way. Raises ValidationError."""
        typed = typed_value(self.kind, self.options, value or "")
        if typed is None and self.required:
            raise ValidationError("Your organization requires this field.", code="required")
        return entered(self.kind, typed)


def entered(kind: str, typed: Typed | None) -> Entered:
    """A value as a form's control has it."""
    if kind == FieldKind.MULTI_CHOICE:
        return typed.options if typed else []
    return written_value(kind, typed) if typed else ""


def entered_of(value: CustomValue) -> Entered:
    """A stored value as a form's control has it."""
    typed = Typed(value.text, value.number, value.currency, value.day, value.options)
    return entered(value.field.kind, typed)


def _widget(field: CustomField) -> forms.Widget:
    if field.kind == FieldKind.MULTI_CHOICE:
        return forms.CheckboxSelectMultiple(choices=[(o, o) for o in field.options])
    if field.kind == FieldKind.CHOICE:
        return forms.Select(choices=[("", "—"), *((o, o) for o in field.options)])
    if field.kind == FieldKind.YES_NO:
        return forms.Select(choices=[("", "—"), ("yes", "Yes"), ("no", "No")])
    if field.kind == FieldKind.DATE:
        return forms.DateInput(attrs={"type": "date"})
    attrs = {"placeholder": PLACEHOLDERS.get(FieldKind(field.kind), "")}
    if field.kind == FieldKind.NUMBER:
        attrs["inputmode"] = "decimal"
    return forms.TextInput(attrs=attrs)
