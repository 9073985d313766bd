"""Rows of a file as somebody has corrected them by hand: cells in place of the file's, and empty ones filled from another row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from crm.models import Import
from crm.services.imports.meaning.catalog import SETS
from crm.services.imports.meaning.rows import NOTHING
from crm.services.imports.reading.tables import Cells, cell_text

Row = tuple[int, Cells]


def corrected_rows(parent: Import, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of the file of an import with what was corrected in its preview."""
    fields = [column["field"] for column in parent.columns]
    taken: dict[int, list[Cells]] = defaultdict(list)
    for into, cells in parent.merged.values():
        taken[into].append(cells)
    for number, cells in rows:
        known = parent.corrected.get(str(number), cells)
        for more in taken.get(number, ()):
            known = filled(fields, known, more)
        yield number, known


def filled(fields: Sequence[str], cells: Cells, more: Cells) -> Cells:
    """The cells of a row with those of another one where they say nothing; tags and the like stand beside their own.

    `fields`: what each column is imported into, empty for nothing.
    """
    found = [*cells]
    for place, (field, mine, other) in enumerate(zip(fields, cells, more, strict=False)):
        if not field or _says_nothing(other):
            continue
        if _says_nothing(mine):
            found[place] = other
        elif field in SETS:
            found[place] = f"{cell_text(mine)}, {cell_text(other)}"
    return found


def _says_nothing(cell: object) -> bool:
    return isinstance(cell, str) and cell in NOTHING
