"""Statements of the `.sql` files beside this module, readable and to be pasted into psql."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def statement(name: str) -> str:
    """The statement of `<name>.sql`."""
    return Path(__file__).with_name(f"{name}.sql").read_text()
