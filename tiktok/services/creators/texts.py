"""Texts of TikTok's, truncated to their columns: one odd text must not cost the numbers beside it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

# Part of a name is a name; part of an address, an id or a code is a wrong one and is left out.
TRUNCATED = frozenset({"display_name"})


def truncate_texts(row: models.Model, names: Iterable[str]) -> None:
    """Truncate or empty the named texts of the row that are too long for their columns."""
    for name in names:
        field, value = row._meta.get_field(name), getattr(row, name)
        if isinstance(field, models.CharField) and len(value or "") > (field.max_length or 0):
            setattr(row, name, value[: field.max_length] if name in TRUNCATED else "")
