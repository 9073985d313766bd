"""The file of the old source as a table: a CSV in UTF-8 with known columns, counted by lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Self, TextIO

from tiktok.errors import NotALegacyExport

COLUMNS = (
    "handle", "followers", "video_id", "caption", "hashtags", "posted_at", "collected_at", "duration",
    "views", "likes", "comments", "shares", "saves", "url",
)  # fmt: skip
REQUIRED = {"handle", "video_id"}
LONGEST_ROW = 1_000_000  # characters


def table(file: TextIO) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The column names, and every row with the line that it begins on."""
    rows = _rows(file)
    _, cells = next(rows, (1, []))
    return _header(cells), rows


def _rows(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    lines = _Lines(file)
    reader = csv.reader(lines, strict=True)
    while True:
        line, lines.room = lines.number + 1, LONGEST_ROW
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise NotALegacyExport(
                f"Line {line} is not well-formed CSV ({error}). Export the file again, or mend that line."
            ) from error
        if cells is None:
            return
        if cells:
            yield line, cells


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if not any(names):
        raise NotALegacyExport("The file is empty. An export begins with a line of column names.")
    unknown = [name for name in names if name not in COLUMNS]
    missing = sorted(REQUIRED - set(names))
    if unknown or missing or len(set(names)) != len(names):
        problem = (
            f"unknown column “{unknown[0][:60]}”" if unknown
            else f"column “{missing[0]}” is missing" if missing
            else "a column stands twice"
        )  # fmt: skip
        raise NotALegacyExport(
            f"This is not an export of the old source: {problem}. Expected columns, separated by commas: {', '.join(COLUMNS)}."
        )
    return names


class _Lines:
    """The file's lines, counted and checked before anything is made of them: text in UTF-8, of a bearable length."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.number, self.room = file, 0, LONGEST_ROW

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self.file.readline(self.room + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.room -= len(line)
        if self.room < 0:
            raise NotALegacyExport(
                f"Line {self.number} makes a row of more than {LONGEST_ROW:,} characters. No export has such rows."
            )
        if not self._is_text(line):
            raise NotALegacyExport(
                f"Line {self.number} is not UTF-8 text. Save the export as “CSV UTF-8” and import it again."
            )
        return line

    def _is_text(self, line: str) -> bool:
        """Bytes that are no UTF-8 were read as lone surrogates; NUL among the column names is UTF-16."""
        is_utf8 = line.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in line)
        return is_utf8 and not (self.number == 1 and "\0" in line)
