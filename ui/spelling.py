"""Values that JSON has no word for, spelled out with the name of their type."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

KINDS: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "Decimal": Decimal,
}


def spelled(value: Any) -> Any:
    """The value as JSON can hold it."""
    kind = type(value).__name__
    return {kind: str(value)} if kind in KINDS else value


def unspelled(value: Any) -> Any:
    """The value that was spelled so."""
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        return KINDS[kind](text)
    return value
