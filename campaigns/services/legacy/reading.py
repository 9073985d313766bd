"""The file of an installation of the old source: found out how it is written, and its rows as text by field, from any place on.

Tables (CSV, TSV) are read by the importer of the CRM; JSON lines hold one object a line, whose inner objects' keys follow a
point (`stats.playCount`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from crm.errors import TableRefused
from crm.services.imports.reading.layouts import (
    SAMPLE_BYTES,
    Layout,
    encoding_of,
    layout_of,
)
from crm.services.imports.reading.tables import LONGEST_ROW, Place, Table, cell_text
from files.limits import TEXT, WORKBOOK
from files.models import File
from files.store import contents
from tiktok.errors import NotALegacyExport

MOST_ROWS = 100_000_000
PIECE = 64 * 1024
JSON_LINES = "json"  # in the place of a delimiter
NO_TABLE = "This is a workbook. Save the sheet as CSV, and import that."


@dataclass(frozen=True)
class Row:
    """A row of the file: the line on which it begins, its cells by the names of their columns, or what is wrong with it."""

    line: int
    cells: Mapping[str, str]
    problem: str = ""


def layout_in(file: File) -> Layout:
    """How the file is written. Raises NotALegacyExport."""
    if file.content_type == WORKBOOK:
        raise NotALegacyExport(NO_TABLE)
    with contents().open(file.path) as opened:
        sample = _sample(opened)
    try:
        encoding = encoding_of(sample)
        first = sample[:SAMPLE_BYTES].decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")[:1]
        return Layout(encoding, JSON_LINES) if first == "{" else layout_of(sample, TEXT)
    except TableRefused as refused:
        raise NotALegacyExport(
            "This is no text that can be read. Save it as CSV, TSV or JSON lines, in UTF-8."
        ) from refused


def _sample(opened: IO[bytes]) -> bytes:
    """The beginning of the file, and further pieces with signs that tell encodings apart: whole lines, since half a sign tells
    nothing."""
    sample = opened.read(PIECE) + opened.readline(LONGEST_ROW)
    while len(sample) < SAMPLE_BYTES and (piece := opened.read(PIECE)):
        piece += opened.readline(LONGEST_ROW)
        sample += b"" if piece.isascii() else piece
    return sample


class Rows:
    """The rows of an opened file behind a place. `columns`: the names of a table's columns, none in JSON lines."""

    def __init__(self, opened: Any, layout: Layout, place: Place, columns: Sequence[str]) -> None:
        self.opened, self.columns, self.place = opened, list(columns), place
        is_json = layout.delimiter == JSON_LINES
        self.table = None if is_json else Table(opened, layout, place, most_rows=MOST_ROWS)

    def __iter__(self) -> Iterator[Row]:
        """Raises NotALegacyExport where the file as a whole cannot be read on."""
        try:
            yield from self._of_table(self.table) if self.table else self._of_json()
        except TableRefused as refused:
            raise NotALegacyExport(str(refused)) from refused

    def header(self) -> list[str]:
        """The names of a table's columns: its first row. Raises NotALegacyExport."""
        if self.table is None:
            return []
        try:
            _, cells = next(self.table.rows(), (0, []))
        except TableRefused as refused:
            raise NotALegacyExport(str(refused)) from refused
        names = [str(cell) for cell in cells]
        if twice := sorted(name for name in set(names) if name and names.count(name) > 1):
            raise NotALegacyExport(f"The column “{twice[0][:60]}” stands twice.")
        return names

    def keep_place(self) -> Place:
        """The place behind the last row that was given."""
        self.place.offset = self.opened.tell()
        return self.place

    def _of_table(self, table: Table) -> Iterator[Row]:
        for _, cells in table.rows():
            line = self.place.begins_on
            if len(cells) == len(self.columns):
                yield Row(line, dict(zip(self.columns, cells, strict=True)))
            else:
                problem = f"has {len(cells)} columns instead of {len(self.columns)}"
                yield Row(line, {}, problem)

    def _of_json(self) -> Iterator[Row]:
        while text := self.opened.readline(LONGEST_ROW + 1):
            self.place.line += 1
            if len(text) > LONGEST_ROW:
                raise NotALegacyExport(
                    f"Line {self.place.line} is longer than {LONGEST_ROW:,} characters. JSON lines hold one object a line."
                )
            if plain := text.strip("\ufeff \t\r\n"):
                yield _object(self.place.line, plain)


def _object(line: int, text: str) -> Row:
    if "\ufffd" in text:
        return Row(line, {}, "has a sign that is broken in this encoding")
    try:
        found = json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        return Row(line, {}, "is not well-formed JSON")
    if not isinstance(found, dict):
        return Row(line, {}, "is JSON, but no object")
    return Row(line, dict(_flattened(found, "")))


def _flattened(found: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for key, value in found.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{before}{key}.")
        elif isinstance(value, list):
            texts = (each for each in value if not isinstance(each, dict | list))
            yield f"{before}{key}", ", ".join(map(_json_text, texts))
        else:
            yield f"{before}{key}", _json_text(value)


def _json_text(value: Any) -> str:
    return "" if value is None else cell_text(value).strip()


@contextmanager
def opened_rows(
    file: File, layout: Layout, place: Place | None = None, columns: Sequence[str] = ()
) -> Iterator[Rows]:
    """Open a stored file behind a place, else at its beginning. Raises NotALegacyExport if it is gone."""
    place = place or Place()
    try:
        stored = contents().open(file.path)
    except FileNotFoundError as gone:
        raise NotALegacyExport("The file is no longer there. Import it again.") from gone
    with stored:
        raw: Any = getattr(stored, "file", stored)
        text = io.TextIOWrapper(raw, encoding=layout.encoding, errors="replace", newline="")
        try:
            if place.offset:
                text.seek(place.offset)
            yield Rows(text, layout, place, columns)
        finally:
            text.detach()
