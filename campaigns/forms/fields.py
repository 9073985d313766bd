"""Fields that several forms of campaigns have: a day, an amount of money."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms

FIRST_YEAR, LAST_YEAR = 2016, 2100  # TikTok began in 2016
GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PlausibleDateField(forms.DateField):
    """A day on which a campaign may be: a slip of the finger in the year is asked about."""

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise forms.ValidationError(
                f"Is the year {value.year} right? Choose a date from {FIRST_YEAR} to {LAST_YEAR}."
            )


class AmountField(forms.DecimalField):
    """An amount of money, or None. Thousands may be marked as pages mark them: `9,500.50`."""

    def __init__(self, label: str, *, help_text: str = "") -> None:
        super().__init__(
            label=label,
            min_value=0,
            max_digits=12,
            decimal_places=2,
            required=False,
            help_text=help_text,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages={"invalid": "Enter a number, such as 9500 or 9,500.50."},
        )

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        return super().to_python(text.replace(",", "") if GROUPED.fullmatch(text) else value)
