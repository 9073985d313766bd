"""Tables as workbooks, made row by row in constant memory."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

Cell = str | int | float | Decimal | date | datetime | None
LONGEST_TEXT = 32_767  # characters; Excel holds no more
KEPT = "\t\n\r"


def without_control(text: str) -> str:
    """The text without what no file of a table may hold: control characters, and what is no character."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c in KEPT or unicodedata.category(c) not in {"Cc", "Cn"})


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook. `percents`: columns of fractions."""

    name: str
    head: Iterable[str]
    rows: Iterable[Iterable[Cell]]
    percents: Collection[int] = ()


def write_workbook(
    out: IO[bytes],
    head: Iterable[str],
    rows: Iterable[Iterable[Cell]],
    *,
    percents: Collection[int] = (),
) -> None:
    """Write one sheet. Texts stay texts, whatever they begin with; moments are in UTC. `percents`: columns of fractions."""
    write_sheets(out, [Sheet("", head, rows, percents)])


def write_sheets(out: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Write a workbook of several sheets, one after the other; what is said of `write_workbook` holds for each."""
    with xlsxwriter.Workbook(
        out, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    ) as book:
        formats = _Formats(
            moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            percent=book.add_format({"num_format": "0.0%"}),
        )
        bold = book.add_format({"bold": True})
        for each in sheets:
            sheet = book.add_worksheet(each.name or None)
            for column, text in enumerate(each.head):
                sheet.write_string(0, column, without_control(text), bold)
            for number, row in enumerate(each.rows, 1):
                for column, cell in enumerate(row):
                    _write(sheet, number, column, cell, formats, is_share=column in each.percents)


@dataclass(frozen=True)
class _Formats:
    moment: Any
    percent: Any


def _write(
    sheet: Any, number: int, column: int, cell: Cell, formats: _Formats, *, is_share: bool
) -> None:
    if isinstance(cell, str):
        sheet.write_string(number, column, without_control(cell)[:LONGEST_TEXT])
    elif isinstance(cell, datetime):
        plain = cell.astimezone(UTC).replace(tzinfo=None)
        sheet.write_datetime(number, column, plain, formats.moment)
    elif isinstance(cell, date):
        sheet.write_datetime(number, column, cell)
    elif cell is not None:
        sheet.write_number(number, column, cell, formats.percent if is_share else None)
