"""The rows that an import has left out, as a file to correct and import again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from crm.enums import ImportFate
from crm.models import Import, ImportRow
from crm.queries.imports import rows_left_out
from crm.services.imports.meaning.mapping import ADDED
from crm.services.imports.reading.tables import FORMULA_MARKS
from crm.views.imports.pages import found_import
from files.limits import WORKBOOK
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.sheets import write_workbook


class _Echo:
    def write(self, text: str) -> str:
        return text


@staff_page(Permission.EDIT_INFLUENCERS)
@require_safe
def import_errors(request: OrganizationRequest, import_pk: int) -> HttpResponseBase:
    """The rows that are left out, as the same kind of table with a column that says why."""
    parent = found_import(request, import_pk)
    stem = f"{parent.name.rpartition('.')[0] or parent.name} – left out"
    if parent.encoding:
        answer: StreamingHttpResponse = StreamingHttpResponse(
            _text(parent), content_type="text/csv; charset=utf-8"
        )
        name = f"{stem}.csv"
    else:
        answer, name = FileResponse(_workbook(parent), content_type=WORKBOOK), f"{stem}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _rows(parent: Import) -> Iterator[list[Any]]:
    """The header, and the rows with their number and the reason."""
    width = len(parent.columns)
    yield [*(column["name"] for column in parent.columns), *ADDED]
    for row in rows_left_out(parent):
        cells = (row.cells + [""] * width)[: max(width, len(row.cells))]
        yield [*cells, str(row.number), reason(row)]


def _text(parent: Import) -> Iterator[bytes]:
    writer = csv.writer(_Echo(), delimiter=parent.delimiter or ",")
    yield "\ufeff".encode()
    for cells in _rows(parent):
        yield writer.writerow(_safe(cells)).encode()


def _workbook(parent: Import) -> IO[bytes]:
    rows, book = _rows(parent), TemporaryFile()  # noqa: SIM115 -- closed with the answer
    write_workbook(book, next(rows), rows)
    book.seek(0)
    return book


def reason(row: ImportRow) -> str:
    """The reason why a row is left out, in one line."""
    if row.fate == ImportFate.DUPLICATE:
        return f"The same person as in row {row.duplicate_of}."
    return " ".join(f"Column {column}: {why}" if column else why for column, why, _ in row.reasons)


def _safe(cells: list[Any]) -> list[str]:
    """No cell is taken for a formula; our own reader takes the apostrophe away again."""
    marks = (*FORMULA_MARKS, "\t", "\r")
    return [f"'{cell}" if str(cell).startswith(marks) else str(cell) for cell in cells]
