"""Rows of a file read cell by cell: columns with the fields that they are imported into, values, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.enums import ImportFate
from crm.errors import CellRefused
from crm.models import Import
from crm.services.imports.meaning.catalog import Field
from crm.services.imports.reading.tables import Cells, cell_text

NOTHING = frozenset({"", "-", "–", "—", "n/a", "N/A"})
SHOWN_CELL = 60


@dataclass(frozen=True)
class Column:
    """A column that is imported."""

    place: int
    header: str
    field: Field
    policy: str


@dataclass
class ReadRow:
    """The values of a row by field; what is wrong with it: [column, reason, text of the cell]."""

    values: dict[str, Any] = field(default_factory=dict)
    reasons: list[list[str]] = field(default_factory=list)
    is_ambiguous: bool = False


def mapped_columns(parent: Import, known: Mapping[str, Field]) -> list[Column]:
    """The columns that are imported into known fields; the country first, since phones are read by it."""
    columns = [
        Column(place, column["name"], known[column["field"]], column["policy"])
        for place, column in enumerate(parent.columns)
        if column["field"] in known
    ]
    return sorted(columns, key=lambda column: column.field.key != "country")


def read_row(
    cells: Cells,
    columns: Iterable[Column],
    read: Callable[[Column, Any, Mapping[str, Any]], Any],
    width: int,
) -> ReadRow:
    """Read a row of a file with so many columns. `read` takes a column, its cell and the values so far, or raises
    CellRefused."""
    row = ReadRow()
    if len(cells) < width:
        row.reasons.append(["", f"The row has {len(cells)} of {width} columns.", ""])
    elif any(cell != "" for cell in cells[width:]):
        row.reasons.append(["", f"The row has {len(cells)} columns, the header only {width}.", ""])
    for column in columns:
        cell = cells[column.place] if column.place < len(cells) else ""
        if isinstance(cell, str) and cell in NOTHING:
            continue
        try:
            row.values[column.field.key] = read(column, cell, row.values)
        except CellRefused as refused:
            row.reasons.append([column.header, str(refused), cell_text(cell)[:SHOWN_CELL]])
            row.is_ambiguous |= refused.is_ambiguous
    return row


def fate_of(
    reasons: Collection[Any], duplicate_of: int | None, changes: Collection[Any], *, is_known: bool
) -> ImportFate:
    """The fate of a row: refused for these reasons, one more of an earlier row, or new, or known and changed or not."""
    if reasons:
        return ImportFate.ERROR
    if duplicate_of is not None:
        return ImportFate.DUPLICATE
    if not is_known:
        return ImportFate.NEW
    return ImportFate.UPDATE if changes else ImportFate.UNCHANGED
