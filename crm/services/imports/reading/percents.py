"""Percentages of workbooks: Excel keeps 1.39 % as 0.0139, and only the cell's number format says so."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import IO

from crm.errors import TableRefused

BUILT_IN = frozenset({b"9", b"10"})  # 0% and 0.00%
# What a format shows as it is written: quoted, escaped, in brackets. A percent sign there multiplies nothing.
AS_WRITTEN = re.compile(rb'&quot;.*?&quot;|".*?"|\\.|\[[^\]]*\]')
ATTRIBUTE = re.compile(rb'([\w:]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
CELL_XFS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
PLACE = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
PIECE = 1024 * 1024
UNKNOWN = "It cannot be said which cells of this workbook are percentages. Save it as CSV and choose it again."


class Percentage(float):
    """A share of one that its workbook shows with a percent sign."""


class Percents:
    """The cells of a sheet that are formatted as percentages."""

    def __init__(self, rows_by_column: Mapping[int, bytearray]) -> None:
        self._rows_by_column = rows_by_column

    def mark(self, row: int, cells: list[object]) -> list[object]:
        """The cells of a row, counted from 1, with its percentages as such."""
        for column, rows in self._rows_by_column.items():
            if column < len(cells) and row < len(rows) and rows[row]:
                cell = cells[column]
                cells[column] = Percentage(cell) if isinstance(cell, float) else cell
        return cells


def percents_of(content: bytes, sheet: int, *, rows: int) -> Percents:
    """The percentages of the sheet at this place among all sheets, in its first rows. Raises TableRefused if they cannot be
    told."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if not (styles := _percent_styles(parts)):
            return Percents({})
        found: dict[int, bytearray] = defaultdict(lambda: bytearray(rows + 1))
        for column, row in _places(parts, _sheet_part(parts, sheet), styles):
            if row <= rows:
                found[column][row] = 1
        return Percents(found)


def _percent_styles(parts: zipfile.ZipFile) -> set[bytes]:
    """The numbers of the cell formats that multiply by a hundred."""
    name = next((each for each in parts.namelist() if each.lower() == "xl/styles.xml"), "")
    xml = parts.read(name) if name else b""
    codes = {each[b"numFmtId"]: each.get(b"formatCode", b"") for each in _elements(xml, b"numFmt")}
    percent = {key for key, code in codes.items() if b"%" in AS_WRITTEN.sub(b"", code)}
    percent |= BUILT_IN - codes.keys()
    formats = _elements(match[0], b"xf") if (match := CELL_XFS.search(xml)) else ()
    return {b"%d" % at for at, each in enumerate(formats) if each.get(b"numFmtId") in percent}


def _elements(xml: bytes, name: bytes) -> Iterator[dict[bytes, bytes]]:
    """The attributes of each element of this name."""
    for tag in re.finditer(rb"<(?:\w+:)?" + name + rb"\b([^>]*)>", xml):
        yield _attributes(tag[1])


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return {key: double or single for key, double, single in ATTRIBUTE.findall(tag)}


def _sheet_part(parts: zipfile.ZipFile, sheet: int) -> str:
    names = {name.lower(): name for name in parts.namelist()}
    try:
        book = parts.read(names["xl/workbook.xml"])
        links = parts.read(names["xl/_rels/workbook.xml.rels"])
        found = list(_elements(book, b"sheet"))[sheet]
        wanted = next(value for key, value in found.items() if key.endswith(b":id"))
        targets = {each[b"Id"]: each[b"Target"] for each in _elements(links, b"Relationship")}
        target = targets[wanted].decode()
        path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        return names[path.lower()]
    except (KeyError, IndexError, StopIteration) as problem:
        raise TableRefused(UNKNOWN) from problem


def _places(parts: zipfile.ZipFile, name: str, styles: set[bytes]) -> Iterator[tuple[int, int]]:
    """(column from 0, row from 1) of every cell in one of these formats."""
    formats = b"|".join(sorted(styles))
    cell = re.compile(rb"<(?:\w+:)?c\s(?=[^>]*\bs\s*=\s*[\"'](?:" + formats + rb")[\"'])([^>]*)>")
    with parts.open(name) as part:
        for match in (match for text in _whole_tags(part) for match in cell.finditer(text)):
            place = PLACE.fullmatch(_attributes(match[1]).get(b"r", b""))
            if place is None:
                raise TableRefused(UNKNOWN)
            yield column_number(place[1].decode()) - 1, int(place[2])


def _whole_tags(part: IO[bytes]) -> Iterator[bytes]:
    """The text in pieces that end before a tag."""
    rest = b""
    while piece := part.read(PIECE):
        text = rest + piece
        cut = max(0, text.rfind(b"<"))
        yield text[:cut]
        rest = text[cut:]
    yield rest


def column_number(letters: str) -> int:
    """`A` → 1, `AA` → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
