"""The list of influencers as a file: few at once, many as a job whose file is kept for a week."""

from __future__ import annotations

from tempfile import TemporaryFile

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from crm.errors import SelectionGone
from crm.models import Influencer
from crm.queries.columns import layout_of
from crm.queries.exports import Wish, all_lines, sheet_of, wished_rows
from crm.queries.segments import count_kept, counted_in_words
from crm.services.exports.runs import (
    TOO_MANY,
    export_file,
    file_name,
    note_export,
    start_export,
)
from crm.services.exports.tables import (
    CONTENT_TYPES,
    CSV,
    MOST_IN_WORKBOOK,
    XLSX,
    write_book,
    written_csv,
)
from crm.views.asked import Asked, picked, read_request
from crm.views.frame import INVALID, form_answer, sees_money
from crm.views.tables import in_one_snapshot
from files.views import as_download
from jobs.views import following
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.streams import one_snapshot
from ui.redirects import go_to

AT_ONCE = 5_000  # more are a job
MOST_IDS = 10_000


@staff_page(Permission.READ)
def export(request: OrganizationRequest) -> HttpResponseBase:
    """Choose a format and columns; then the file, or the job that writes it."""
    asked = read_request(request)
    wish = _wish(request, asked)
    if asked.reading.filters.problems and not wish.ids:
        messages.warning(request, str(SelectionGone()))
        return go_to(request, asked.href(asked.reading.filters))
    rows = wished_rows(wish, asked.asker, sees_money=sees_money(request)).rows
    if request.method != "POST":
        return _form(request, asked, wish)
    found = rows[: MOST_IN_WORKBOOK + 1].count()
    if wish.format == XLSX and found > MOST_IN_WORKBOOK:
        return _form(request, asked, wish, problem=TOO_MANY)
    if found > AT_ONCE:
        total = _count(asked, wish) or found
        money = sees_money(request)
        job = start_export(wish, total=total, actor=request.user, sees_money=money)
        return go_to(request, following(request, job))
    note_export(request.organization, found, actor=request.user)
    return _download(request, asked, wish)


def _wish(request: OrganizationRequest, asked: Asked) -> Wish:
    """The wish that a form or an address says. Visible columns are those of the member's layout."""
    given = request.POST if request.method == "POST" else request.GET
    layout = layout_of(request.user, sees_money=sees_money(request))
    return Wish(
        filters=tuple(asked.reading.filters.address),
        search=asked.search,
        sort=asked.sort,
        ids=tuple(_picked(request, given)[:MOST_IDS]),
        columns=tuple(column.key for column in layout.columns),
        is_whole=given.get("columns") == "all",
        format=XLSX if given.get("format") == XLSX else CSV,
    )


def _picked(request: OrganizationRequest, given: QueryDict) -> list[int]:
    """The creators whom an address names one by one; empty where it names nobody so. Raises Http404 for one that means to
    and names none, or it would be everybody."""
    ids = picked(request, given)
    if ids == []:
        raise Http404("This selection names nobody. Select the creators again.")
    return ids or []


def _count(asked: Asked, wish: Wish) -> int | None:
    if wish.ids:
        return Influencer.objects.filter(pk__in=wish.ids).count()
    return count_kept(asked.facts(), asked.rows)


def _form(
    request: OrganizationRequest, asked: Asked, wish: Wish, *, problem: str = ""
) -> HttpResponse:
    count = _count(asked, wish)
    return form_answer(
        request,
        "influencers/export",
        title="Export creators",
        back=asked.href(asked.reading.filters),
        status=INVALID if problem else 200,
        asked=asked,
        wish=wish,
        count=counted_in_words(count),
        is_long=count is None or count > AT_ONCE,
        at_once=AT_ONCE,
        problem=problem,
    )


def _download(request: OrganizationRequest, asked: Asked, wish: Wish) -> HttpResponseBase:
    money, released = sees_money(request), asked.asker.is_released
    sheet = sheet_of(wish, sees_money=money)
    wished = wished_rows(wish, asked.asker, sees_money=money)
    lines = all_lines(wished, sheet, released=released)
    name, kind = f"{file_name(request.organization)}.{wish.format}", CONTENT_TYPES[wish.format]
    if wish.format == XLSX:
        book = TemporaryFile()  # noqa: SIM115 -- the response closes it
        with one_snapshot():
            write_book(sheet, lines, book)
        book.seek(0)
        return FileResponse(book, as_attachment=True, filename=name, content_type=kind)
    disposition = content_disposition_header(as_attachment=True, filename=name) or ""
    return StreamingHttpResponse(
        in_one_snapshot(written_csv(sheet, lines)),
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


@staff_page(Permission.READ)
@require_safe
def export_download(request: OrganizationRequest, job_pk: int) -> FileResponse:
    """The file of a finished export, for the one who asked for it."""
    file = export_file(job_pk, request.membership)
    if file is None:
        raise Http404("This export is kept no longer.")
    return as_download(file)
