"""The rows that an import has left out, as a file to correct and import again."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from crm.enums import ImportFate
from crm.models import Import, ImportRow
from crm.queries.imports import rows_left_out
from crm.services.imports.reading.tables import FORMULA_MARKS
from crm.views.imports.pages import found_import
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission


class _Echo:
    def write(self, text: str) -> str:
        return text


@staff_page(Permission.IMPORT_INFLUENCERS)
@require_safe
def import_errors(request: OrganizationRequest, import_pk: int) -> HttpResponseBase:
    """The rows that are left out, as the same table with a column that says why."""
    parent = found_import(import_pk)
    stem = parent.name.rpartition(".")[0] or parent.name
    disposition = content_disposition_header(as_attachment=True, filename=f"{stem} – left out.csv")
    headers = {"Content-Disposition": disposition or "", "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(
        _table(parent), content_type="text/csv; charset=utf-8", headers=headers
    )


def _table(parent: Import) -> Iterator[bytes]:
    writer = csv.writer(_Echo(), delimiter=parent.delimiter or ",")
    width = len(parent.columns)
    yield "\ufeff".encode()
    header = [*(column["name"] for column in parent.columns), "Row", "Reason"]
    yield writer.writerow(_safe(header)).encode()
    for row in rows_left_out(parent):
        cells = (row.cells + [""] * width)[: max(width, len(row.cells))]
        yield writer.writerow(_safe([*cells, str(row.number), reason(row)])).encode()


def reason(row: ImportRow) -> str:
    """The reason why a row is left out, in one line."""
    if row.fate == ImportFate.DUPLICATE:
        return f"The same person as in row {row.duplicate_of}."
    return " ".join(f"Column {column}: {why}" if column else why for column, why, _ in row.reasons)


def _safe(cells: list[str]) -> list[str]:
    """No cell is taken for a formula; our own reader takes the apostrophe away again."""
    return [f"'{cell}" if cell.startswith((*FORMULA_MARKS, "\t", "\r")) else cell for cell in cells]
