"""Rows whose name is theirs alone in the organization."""

from __future__ import annotations

from typing import Any, Protocol

from django.db import IntegrityError, models, transaction

from crm.errors import NameTaken, NameTakenSince
from crm.services.merging.keeping import from_texts, insert, missing


class Named(Protocol):
    """A row with a name."""

    name: str

    def save(self) -> None: ...


def save_named(row: Named) -> None:
    """Save the row. Raises NameTaken; the caller's transaction goes on."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as problem:
        raise NameTaken(row.name) from problem


def bring_back(model: type[models.Model], kept: dict[str, Any]) -> Any:
    """The row of these texts, with its old id; whoever it names and who is gone is left out. Raises NameTakenSince."""
    row = from_texts(model, {**kept, **dict.fromkeys(missing(model, kept))})
    try:
        with transaction.atomic():
            insert(row)
    except IntegrityError as problem:
        raise NameTakenSince(str(row)) from problem
    return row
