"""Corrections by hand of a file that is previewed: the cells of a row, or a row from which another one takes what it leaves empty.

Each looks through the file anew, so that every row gets the fate that it would have if the file said so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction

from crm.enums import ImportFate
from crm.errors import TableRefused
from crm.models import Import, ImportRow
from crm.services.imports.matching import LEFT_OUT
from crm.services.imports.people import INFLUENCERS
from crm.services.imports.reading.tables import Cells, cell_text, kept_cell, plain_cell
from crm.services.imports.runs import in_preview, preview_anew
from crm.services.imports.subjects import subject_of
from tenancy.models import User

NOT_LEFT_OUT = "This row is no longer left out. Look at the preview again."


def row_to_correct(parent: Import, number: int) -> ImportRow:
    """A row that the import of a file leaves out. Raises TableRefused for any other."""
    return _left_out(parent, number, LEFT_OUT)


@transaction.atomic
def correct_row(
    parent: Import, number: int, texts: Mapping[int, str], *, actor: User
) -> list[list[str]]:
    """Read a row with these texts in its columns, by their places, and preview the file anew.

    The reasons why it would be left out again, as rows keep them: then nothing is changed. Raises TableRefused for a row that
    is not left out, and once the import is being written.
    """
    parent = in_preview(parent)
    row = row_to_correct(parent, number)
    cells = _with_texts(row.cells, texts, len(parent.columns))
    (judged,), _ambiguous = subject_of(parent).judge(parent, [(number, cells)])
    if judged.reasons:
        return judged.reasons
    parent.corrected[str(number)] = [kept_cell(cell) for cell in cells]
    parent.merged.pop(str(number), None)  # what another row took of it is corrected, too
    preview_anew(parent, actor)
    return []


def _with_texts(cells: Cells, texts: Mapping[int, str], width: int) -> Cells:
    """The cells of a row with as many columns as the header; one whose text is as it was stays a number or a date."""
    before = [*cells, *[""] * width][:width]
    typed = [texts.get(place, cell_text(cell)) for place, cell in enumerate(before)]
    return [
        cell if text == cell_text(cell) else plain_cell(text)
        for cell, text in zip(before, typed, strict=True)
    ]


@transaction.atomic
def merge_row(parent: Import, number: int, *, actor: User) -> int:
    """Let the row that this one repeats take from it what it leaves empty, and preview the file anew. The number of that row.
    Raises TableRefused for a row that repeats none, and once the import is being written."""
    parent = in_preview(parent)
    if parent.about != INFLUENCERS:
        raise TableRefused("Only rows about creators can be merged.")
    row = _left_out(parent, number, [ImportFate.DUPLICATE])
    into = row.duplicate_of or 0
    parent.merged[str(number)] = [into, row.cells]
    preview_anew(parent, actor)
    return into


@transaction.atomic
def restore_row(parent: Import, number: int, *, actor: User) -> None:
    """Read a row as the file has it: the last that was done to it by hand is as if it had not been. Raises TableRefused if
    nothing was, and once the import is being written."""
    parent = in_preview(parent)
    _refuse_unread(parent)
    if all(done.pop(str(number), None) is None for done in (parent.merged, parent.corrected)):
        raise TableRefused("This row stands as the file has it.")
    preview_anew(parent, actor)


def _left_out(parent: Import, number: int, fates: Collection[str]) -> ImportRow:
    _refuse_unread(parent)
    row = ImportRow.objects.filter(parent=parent, number=number, fate__in=fates).first()
    if row is None:
        raise TableRefused(NOT_LEFT_OUT)
    return row


def _refuse_unread(parent: Import) -> None:
    if parent.is_pasted or parent.file_id is None:
        raise TableRefused("The file is no longer there. Choose it again.")
