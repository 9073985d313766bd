"""Tables as files, in the format that a form asks for, each read in one snapshot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from tempfile import TemporaryFile

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.timezone import now

from crm.services.exports.tables import CONTENT_TYPES, CSV, XLSX
from tenancy.access import OrganizationRequest
from tenancy.streams import one_snapshot
from ui.csv_rows import csv_lines
from ui.sheets import Cell, write_workbook


def table_file(
    request: OrganizationRequest,
    name: str,
    head: Iterable[str],
    lines: Iterable[Iterable[Cell]],
    *,
    percents: Collection[int] = (),
) -> HttpResponseBase:
    """The lines as CSV, written while they are sent, or as a workbook; `percents`: columns of fractions."""
    kind = XLSX if request.POST.get("format") == XLSX else CSV
    name = f"{name}-{request.organization.slug}-{now():%Y-%m-%d}.{kind}"
    if kind == XLSX:
        book = TemporaryFile()  # noqa: SIM115 -- the response closes it
        with one_snapshot():
            write_workbook(book, head, lines, percents=percents)
        book.seek(0)
        return FileResponse(
            book, as_attachment=True, filename=name, content_type=CONTENT_TYPES[kind]
        )
    return StreamingHttpResponse(
        in_one_snapshot(csv_lines(head, lines)),
        content_type=f"{CONTENT_TYPES[kind]}; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


def in_one_snapshot(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same content, read in one snapshot while it is sent."""
    with one_snapshot():
        yield from content
