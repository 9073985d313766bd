"""Workbooks (XLSX): checked before anything is unpacked in memory, then read row by row.

A workbook is a ZIP file that may claim anything. Its parts are unpacked once, piece by piece and thrown away, to see how
large they are, how far its cells reach, and whether a cell holds a formula or an error instead of a value.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum, load_workbook

from crm.errors import TableRefused
from crm.services.imports.reading.percents import column_number, percents_of

MOST_BYTES = 250 * 1024 * 1024  # unpacked
MOST_PARTS = 1_000
MOST_COLUMNS, MOST_ROWS = 200, 200_000
PIECE = 1024 * 1024
LONGEST_CELL_TAG = 300
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
CELL = re.compile(rb'<c [^>]{0,200}?\br="([A-Z]{1,3})([0-9]{1,7})"([^>]{0,200})>(<f[ >/])?')
NO_WORKBOOK = "This is not a workbook that can be read. Save it as XLSX or CSV, without a password, and choose it again."
TOO_LARGE = (
    "This workbook unpacks to more than 250 MB. Save the sheet with the influencers alone, as CSV."
)


def check_workbook(content: bytes) -> None:
    """Raises TableRefused for a bomb, a damaged file, and a cell without a value of its own."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            infos = parts.infolist()
            if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_BYTES:
                raise TableRefused(TOO_LARGE)
            for info in infos:
                _check_part(parts, info)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as e:
        raise TableRefused(NO_WORKBOOK) from e


def _check_part(parts: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Unpack to the end, which also compares size and checksum with what the file claims."""
    is_sheet, rest = bool(SHEET.fullmatch(info.filename)), b""
    with parts.open(info) as part:
        while piece := part.read(PIECE):
            if is_sheet:
                _check_cells(rest + piece)
                rest = piece[-LONGEST_CELL_TAG:]


def _check_cells(xml: bytes) -> None:
    for match in CELL.finditer(xml):
        letters, row, formula = match[1], match[2], match[4]
        if column_number(letters.decode()) > MOST_COLUMNS:
            raise TableRefused(
                f"Row {int(row)} has a cell in column {letters.decode()}: at most {MOST_COLUMNS} columns are read."
            )
        if int(row) > MOST_ROWS + 1:
            raise TableRefused(
                f"Row {int(row):,} is too far down: at most {MOST_ROWS:,} rows are read. Split the file."
            )
        place = f"Row {int(row)}, column {letters.decode()}"
        if formula:
            raise TableRefused(
                f"{place} holds a formula. Copy the cells, paste them as values, and choose the file again."
            )
        if b't="e"' in match[0]:
            raise TableRefused(f"{place} shows an error instead of a value. Correct it first.")


def workbook_rows(content: bytes, *, behind: int) -> Iterator[tuple[int, list[Any]]]:
    """(number, cells) of the rows of the first visible sheet behind this number. Raises TableRefused."""
    try:
        workbook = load_workbook(io.BytesIO(content))
        place = _first_sheet(workbook)
        sheet, percents = (
            workbook.get_sheet_by_index(place),
            percents_of(content, place, rows=MOST_ROWS + 1),
        )
        left: list[Any] = [""] * (sheet.start[1] if sheet.start else 0)
        for number, cells in enumerate(sheet.iter_rows(), 1):
            if number > behind:
                yield number, percents.mark(number, left + cells)
    except CalamineError as error:
        raise TableRefused(NO_WORKBOOK) from error


def _first_sheet(workbook: CalamineWorkbook) -> int:
    for place, sheet in enumerate(workbook.sheets_metadata):
        if sheet.visible == SheetVisibleEnum.Visible:
            return place
    raise TableRefused("This workbook has no visible sheet.")
