"""Rows as CSV that a spreadsheet opens and never runs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime

from ui.sheets import Cell, without_control

# A cell that begins with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PERHAPS_FORMULA = frozenset("=+-@＝＋－＠ ")
BYTE_ORDER_MARK = "\ufeff"  # says to spreadsheets that the text is UTF-8


class _Line:
    """A file of which the writer's last line is all that is kept."""

    def write(self, text: str) -> str:
        return text


def csv_lines(head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """The head and each row as a line of UTF-8, made one by one."""
    yield BYTE_ORDER_MARK.encode() + next(csv_rows([head]))
    yield from csv_rows(rows)


def csv_rows(rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """Each row as a line of UTF-8, made one by one."""
    writer = csv.writer(_Line())
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row]).encode()


def harmless(cell: Cell) -> str:
    """The text of a cell, empty for None; a text that a spreadsheet would run begins with an apostrophe."""
    if isinstance(cell, str):
        if cell.isprintable() and cell[:1] not in PERHAPS_FORMULA:
            return cell
        text = without_control(cell)
        return f"'{text}" if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else text
    if cell is None:
        return ""
    return cell.isoformat(timespec="seconds") if isinstance(cell, datetime) else str(cell)
