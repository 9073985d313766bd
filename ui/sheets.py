"""Tables as workbooks, made row by row in constant memory."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO

import xlsxwriter

Cell = str | int | float | Decimal | date | datetime | None
LONGEST_TEXT = 32_767  # characters; Excel holds no more
KEPT = "\t\n\r"


def without_control(text: str) -> str:
    """The text without what no file of a table may hold: control characters, and what is no character."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c in KEPT or unicodedata.category(c) not in {"Cc", "Cn"})


def write_workbook(
    out: IO[bytes],
    head: Iterable[str],
    rows: Iterable[Iterable[Cell]],
    *,
    percents: Collection[int] = (),
) -> None:
    """Write one sheet. Texts stay texts, whatever they begin with; moments are in UTC. `percents`: columns of fractions."""
    with xlsxwriter.Workbook(
        out, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    ) as book:
        sheet = book.add_worksheet()
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        percent = book.add_format({"num_format": "0.0%"})
        for column, text in enumerate(head):
            sheet.write_string(0, column, without_control(text), book.add_format({"bold": True}))
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, without_control(cell)[:LONGEST_TEXT])
                elif isinstance(cell, datetime):
                    plain = cell.astimezone(UTC).replace(tzinfo=None)
                    sheet.write_datetime(number, column, plain, moment)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, column, cell)
                elif cell is not None:
                    is_share = column in percents
                    sheet.write_number(number, column, cell, percent if is_share else None)
