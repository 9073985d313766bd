"""Lines of an export as the content of a file, whole or in parts that are put together later."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from typing import IO

from crm.queries.exports import Sheet, Wish
from files.limits import TEXT, WORKBOOK
from ui.csv_rows import csv_lines, csv_rows
from ui.sheets import Cell, write_workbook
from ui.spelling import spelled, unspelled

CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {CSV: TEXT, XLSX: WORKBOOK}
MOST_IN_WORKBOOK = 100_000  # lines
Lines = Iterable[Iterable[Cell]]


def written_csv(sheet: Sheet, lines: Lines) -> Iterator[bytes]:
    """The lines as CSV, made while they are taken."""
    return csv_lines(sheet.head, lines)


def write_book(sheet: Sheet, lines: Lines, out: IO[bytes]) -> None:
    """Write the lines as a workbook."""
    write_workbook(out, sheet.head, lines, percents=sheet.percents)


def write_part(sheet: Sheet, lines: Lines, wish: Wish, out: IO[bytes], *, is_first: bool) -> None:
    """Write some of the lines: of CSV as they will be, of a workbook as JSON."""
    if wish.format == CSV:
        out.writelines(csv_lines(sheet.head, lines) if is_first else csv_rows(lines))
    else:
        out.writelines(_written(line) + b"\n" for line in lines)


def put_together(sheet: Sheet, parts: Iterable[IO[bytes]], wish: Wish, out: IO[bytes]) -> None:
    """Write the whole file of its parts."""
    if wish.format == XLSX:
        write_book(sheet, (_read(line) for part in parts for line in part), out)
        return
    for part in parts:
        shutil.copyfileobj(part, out)


def _written(line: Iterable[Cell]) -> bytes:
    return json.dumps([spelled(cell) for cell in line]).encode()


def _read(line: bytes) -> list[Cell]:
    return [unspelled(each) for each in json.loads(line)]
