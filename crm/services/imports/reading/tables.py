"""The rows of a file, one after the other and from any place on, whatever the file is.

Text is streamed. What makes a file unreadable as a whole (a broken character, an open quotation mark, a row that is no
row) is refused with row and column; nothing is repaired, since a repaired row may be a wrong one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from crm.errors import TableRefused
from crm.services.imports.reading.layouts import ENCODINGS, Layout, announced_delimiter
from crm.services.imports.reading.percents import Percentage
from crm.services.imports.reading.workbooks import MOST_COLUMNS, MOST_ROWS, workbook_rows
from files.models import File
from files.store import contents

LONGEST_ROW = 1_000_000  # characters
LONGEST_CELL = 10_000
# Before these an apostrophe says that a cell is no formula; our own downloads write it.
FORMULA_MARKS = tuple("=+-@")
Cells = list[Any]  # text; of a workbook also numbers, dates, yes and no


@dataclass
class Place:
    """How far a file is read: the number of its last row as spreadsheets count, and where the next one begins.

    Of a text also how many lines are read, and the one on which the last row begins.
    """

    row: int = 0
    offset: int = 0
    line: int = 0
    begins_on: int = 0


class Table:
    """The rows of an opened file behind `place`, which moves on with each row. Empty rows are counted and left out."""

    def __init__(
        self, opened: Any, layout: Layout, place: Place, *, most_rows: int | None = None
    ) -> None:
        self.opened, self.layout, self.place = opened, layout, place
        self.most_rows = most_rows or MOST_ROWS

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """(number, cells) of each row. Raises TableRefused."""
        rows = self._workbook_rows() if self.layout.is_workbook else self._text_rows()
        for number, cells in rows:
            if number > self.most_rows + 1:
                raise TableRefused(f"The file has more than {self.most_rows:,} rows. Split it.")
            if any(cell != "" for cell in cells):
                _check(number, cells, self.layout)
                yield number, cells

    def _workbook_rows(self) -> Iterator[tuple[int, Cells]]:
        for number, cells in workbook_rows(self.opened.read(), behind=self.place.row):
            self.place.row = number
            yield number, [plain_cell(cell) for cell in cells]

    def _text_rows(self) -> Iterator[tuple[int, Cells]]:
        lines = _Lines(self.opened, self.layout, self.place)
        reader = csv.reader(lines, delimiter=self.layout.delimiter, strict=True)
        while True:
            lines.begin_row()
            self.place.begins_on = self.place.line + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise TableRefused(
                    f"Row {self.place.row + 1}, column {lines.columns()}: {_in_words(error)}"
                ) from error
            self.place.row += 1
            self.place.offset = 0
            yield self.place.row, [plain_cell(cell) for cell in cells]

    def keep_place(self) -> Place:
        """The place behind the last row that was given."""
        if not self.layout.is_workbook:
            self.place.offset = self.opened.tell()
        return self.place


@contextmanager
def open_table(file: File, layout: Layout, place: Place | None = None) -> Iterator[Table]:
    """Open a stored file behind a place, else at its beginning."""
    with contents().open(file.path) as stored:
        if layout.is_workbook:
            yield Table(stored, layout, place or Place())
            return
        raw: Any = getattr(stored, "file", stored)
        text = io.TextIOWrapper(raw, encoding=layout.encoding, errors="replace", newline="")
        try:
            if place and place.offset:
                text.seek(place.offset)
            yield Table(text, layout, place or Place())
        finally:
            text.detach()


class _Lines:
    """The lines of a text, measured before anything is made of them."""

    def __init__(self, text: Any, layout: Layout, place: Place) -> None:
        self.text, self.layout, self.place = text, layout, place
        self.row: list[str] = []
        self.room = LONGEST_ROW
        self.is_first = place.row == 0

    def begin_row(self) -> None:
        self.row, self.room = [], LONGEST_ROW

    def columns(self) -> int:
        """The column in which the row at hand ends, as far as it was read."""
        return "".join(self.row).count(self.layout.delimiter) + 1

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line: str = self.text.readline(self.room + 1)
        if self.is_first and announced_delimiter(line):
            line = self.text.readline(self.room + 1)
            self.place.row += 1
            self.place.line += 1
        self.is_first = False
        if not line:
            raise StopIteration
        self.place.line += 1
        self.room -= len(line)
        self.row.append(line)
        if self.room < 0:
            raise TableRefused(
                f"Row {self.place.row + 1}, column {self.columns():,}: the row is longer than {LONGEST_ROW:,} "
                "characters. Is a quotation mark missing?"
            )
        return line


def _in_words(error: csv.Error) -> str:
    if "field larger" in str(error):
        return "is too long for a cell. Is a quotation mark missing?"
    return "a quotation mark is opened and not closed, or stands inside a cell. Double it there."


def _check(number: int, cells: Cells, layout: Layout) -> None:
    if len(cells) > MOST_COLUMNS:
        raise TableRefused(
            f"Row {number} has {len(cells):,} columns: at most {MOST_COLUMNS} are read."
        )
    for place, cell in enumerate(cells, 1):
        if not isinstance(cell, str) or (cell.isascii() and "\0" not in cell and len(cell) < 1000):
            continue
        if "\0" in cell:
            raise TableRefused(
                f"Row {number}, column {place}: contains a NUL character, which no text has."
            )
        if "\ufffd" in cell:
            named = ENCODINGS.get(layout.encoding, "text")
            raise TableRefused(
                f"Row {number}, column {place}: a character is broken; this is not {named} throughout. Choose "
                "another encoding, or save the file again as “CSV UTF-8”."
            )
        if len(cell) > LONGEST_CELL:
            raise TableRefused(
                f"Row {number}, column {place}: the cell is longer than {LONGEST_CELL:,} characters."
            )


def plain_cell(cell: Any) -> Any:
    """A cell without what spreadsheets add: the point of whole numbers, the time of days, the mark of a plain text."""
    if isinstance(cell, Percentage):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        return cell.date()
    if isinstance(cell, str):
        text = cell.strip()
        return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_MARKS else text
    return cell


def cell_text(cell: Any) -> str:
    """A cell as text, the way people would write it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Percentage):
        text = f"{(Decimal(float.__repr__(cell)) * 100).normalize():f}"
        # Three digits behind a point might be thousands to whoever reads the text.
        return f"{text}0%" if len(text.partition(".")[2]) == 3 else f"{text}%"
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def kept_cell(cell: Any) -> str | int | float:
    """A cell as it is kept until it is written: numbers of a workbook stay numbers."""
    return cell if type(cell) in {int, float} else cell_text(cell)


def column_name(place: int) -> str:
    """The name of a column without a header: `Column C`."""
    letters, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"Column {letters}"
