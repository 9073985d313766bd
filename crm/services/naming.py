"""Rows whose name is theirs alone in the organization."""

from __future__ import annotations

from typing import Protocol

from django.db import IntegrityError, transaction

from crm.errors import NameTaken


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
