"""The field of a form for one rate: network, kind of post, amount, currency."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from crm.enums import Network, PostKind
from crm.models import Rate
from crm.services.influencers import Price

PREFIX = "rate_"
AMOUNT = re.compile(r"\d{1,10}(\.\d{1,2})?")
CURRENCY = re.compile(r"[A-Z]{3}")
PARTS = ("Network", "Kind of post", "Amount", "Currency")


class RateWidget(forms.MultiWidget):
    """Four controls in one line."""

    use_fieldset = True

    def __init__(self, number: int) -> None:
        names = [{"aria-label": f"{part} of rate {number}"} for part in PARTS]
        blank = [("", "—")]
        super().__init__(
            [
                forms.Select(attrs=names[0], choices=blank + Network.choices),
                forms.Select(attrs=names[1], choices=blank + PostKind.choices),
                forms.TextInput(
                    attrs={**names[2], "inputmode": "decimal", "placeholder": "1200.50"}
                ),
                forms.TextInput(attrs={**names[3], "maxlength": 3, "placeholder": "EUR"}),
            ]
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The choices look as all choices do: the form gives every control the class of a text field."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for part in context["widget"]["subwidgets"][:2]:
            shown = part["attrs"].get("class", "")
            part["attrs"]["class"] = shown.replace("form-control", "form-select")
        return context

    def decompress(self, value: str | None) -> list[str]:
        """The four parts of a written rate."""
        return value.split(" ") if value else ["", "", "", ""]


class RateField(forms.Field):
    """A rate as text, `tiktok video 1150.00 EUR`; empty for none."""

    def __init__(self, number: int) -> None:
        super().__init__(label=f"Rate {number}", required=False, widget=RateWidget(number))

    def clean(self, value: Any) -> str:
        """The rate in its one way of writing. Raises ValidationError."""
        network, kind, amount, currency = ((part or "").strip() for part in value)
        if not amount:
            return ""
        if network not in Network or kind not in PostKind:
            raise ValidationError("Choose the network and the kind of post of this rate.")
        if not AMOUNT.fullmatch(amount):
            raise ValidationError("Enter an amount such as 1200 or 1200.50, with a point.")
        if not CURRENCY.fullmatch(currency.upper()):
            raise ValidationError("Enter the currency as three letters, such as EUR.")
        return written_rate(Price(network, kind, Decimal(amount), currency.upper()))


def written_rate(rate: Price | Rate) -> str:
    """A rate as text."""
    return f"{rate.network} {rate.kind} {rate.amount:.2f} {rate.currency}"


def read_rate(text: str) -> Price:
    """The rate that was written so."""
    network, kind, amount, currency = text.split(" ")
    return Price(network, kind, Decimal(amount), currency)
