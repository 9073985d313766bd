"""Rows as CSV that a spreadsheet opens and never runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from ui.sheets import Cell, without_control

# A cell that begins with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PERHAPS_FORMULA = frozenset("=+-@＝＋－＠ ")
PLAIN = {type(None), int, float}  # csv writes them as `harmless` would
AT_ONCE = 500
BYTE_ORDER_MARK = "\ufeff"  # says to spreadsheets that the text is UTF-8


def csv_lines(head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """The head and the rows as lines of UTF-8, some hundred at once."""
    yield BYTE_ORDER_MARK.encode() + next(csv_rows([head]))
    yield from csv_rows(rows)


def csv_rows(rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """The rows as lines of UTF-8, some hundred at once."""
    rest = iter(rows)
    while some := list(islice(rest, AT_ONCE)):
        text = io.StringIO(newline="")
        csv.writer(text).writerows(
            [[c if c.__class__ in PLAIN else harmless(c) for c in row] for row in some]
        )
        yield text.getvalue().encode()


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
