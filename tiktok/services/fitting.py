"""What TikTok says, made to fit the columns: one odd text must not cost the numbers beside it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

# Part of a name is a name; part of an address, an id or a code is a wrong one and is left out.
MAY_BE_CUT = frozenset({"display_name"})


def fit(row: models.Model, names: Iterable[str]) -> None:
    """Cut or empty the row's texts that are too long, empty amounts that are too large."""
    for name in names:
        field, value = row._meta.get_field(name), getattr(row, name)
        if isinstance(field, models.CharField) and len(value or "") > (field.max_length or 0):
            setattr(row, name, value[: field.max_length] if name in MAY_BE_CUT else "")
        if isinstance(field, models.DecimalField) and value is not None:
            whole_digits = field.max_digits - field.decimal_places
            setattr(row, name, value if abs(value) < 10**whole_digits else None)
