"""Rows of a preview that somebody corrects by hand."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from crm.errors import TableRefused
from crm.forms import RowForm
from crm.models import Import, ImportRow
from crm.services.imports import corrections
from crm.services.imports.meaning.rows import Column, mapped_columns
from crm.services.imports.reading.tables import cell_text
from crm.services.imports.subjects import subject_of
from crm.views.frame import INVALID, form_answer
from crm.views.imports.pages import found_import, page_of, show_import
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.redirects import go_to

AGAIN = "The file is looked through again; nothing is written yet."


@staff_page(Permission.EDIT_INFLUENCERS)
def correct_row(request: OrganizationRequest, import_pk: int, row_number: int) -> HttpResponse:
    """The cells of a row that is left out; corrected, the row is checked at once, and comes back with what is wrong still."""
    parent = found_import(request, import_pk)
    try:
        row = corrections.row_to_correct(parent, row_number)
        form = _checked(request, parent, row)
    except TableRefused as refused:
        messages.error(request, str(refused))
        return go_to(request, _preview(request, parent))
    is_sent = request.method == "POST"
    if form.errors or not is_sent:
        return _row_form(request, parent, row, form, status=INVALID if is_sent else 200)
    messages.success(request, f"Row {row_number} is corrected. {AGAIN}")
    return go_to(request, _preview(request, parent))


def _checked(request: OrganizationRequest, parent: Import, row: ImportRow) -> RowForm:
    """The row as it stands, with its reasons; or as it was sent: corrected, or with what is wrong still."""
    columns = _columns(parent)
    if request.method != "POST":
        return RowForm(columns, _texts_of(row), row.reasons)
    texts = {each.place: request.POST.get(f"cell-{each.place}", "") for each in columns}
    form = RowForm(columns, texts, [])
    if not form.is_valid():
        return form
    reasons = corrections.correct_row(parent, row.number, texts, actor=request.user)
    return RowForm(columns, texts, reasons)


def _columns(parent: Import) -> list[Column]:
    """The columns that are imported, in the order of the file."""
    found = mapped_columns(parent, subject_of(parent).fields())
    return sorted(found, key=lambda column: column.place)


def _preview(request: OrganizationRequest, parent: Import) -> str:
    return page_of(request, subject_of(parent).page_at(parent))


def _texts_of(row: ImportRow) -> dict[int, str]:
    return {place: cell_text(cell) for place, cell in enumerate(row.cells)}


def _row_form(
    request: OrganizationRequest, parent: Import, row: ImportRow, form: RowForm, status: int = 200
) -> HttpResponse:
    width, texts = len(parent.columns), _texts_of(row)
    return form_answer(
        request,
        "imports/correct",
        title=f"Correct row {row.number}",
        back=_preview(request, parent),
        back_label="Back to the preview",
        form=form,
        parent=parent,
        row=row,
        beyond=[text for place, text in texts.items() if place >= width and text],
        status=status,
    )


def _act(
    request: OrganizationRequest, import_pk: int, act: Callable[[Import], str]
) -> HttpResponse:
    parent = found_import(request, import_pk)
    try:
        messages.success(request, f"{act(parent)} {AGAIN}")
    except TableRefused as refused:
        messages.error(request, str(refused))
    return show_import(request, parent)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def merge_row(request: OrganizationRequest, import_pk: int, row_number: int) -> HttpResponse:
    """Let the row that this one repeats take what it leaves empty."""

    def act(parent: Import) -> str:
        into = corrections.merge_row(parent, row_number, actor=request.user)
        return f"Row {into} takes from row {row_number} what it leaves empty."

    return _act(request, import_pk, act)


@staff_page(Permission.EDIT_INFLUENCERS)
@require_POST
def restore_row(request: OrganizationRequest, import_pk: int, row_number: int) -> HttpResponse:
    """Read the row as the file has it."""

    def act(parent: Import) -> str:
        corrections.restore_row(parent, row_number, actor=request.user)
        return f"Row {row_number} is read as before."

    return _act(request, import_pk, act)
