"""Rows as CSV that a spreadsheet opens and never runs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

# A cell that begins with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # says to spreadsheets that the text is UTF-8


class _Line:
    """A file of which the writer's last line is all that is kept."""

    def write(self, text: str) -> str:
        return text


def csv_lines(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """The head and each row as a line of UTF-8, made one by one."""
    writer = csv.writer(_Line())
    yield (BYTE_ORDER_MARK + writer.writerow(list(head))).encode()
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row]).encode()


def harmless(cell: object) -> str:
    """The text of a cell; one that a spreadsheet would run begins with an apostrophe."""
    text = str(cell)
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else text
