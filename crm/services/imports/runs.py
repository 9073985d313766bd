"""An import from the upload to the roll-back, as its pages drive it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.files.base import File as Upload
from django.db import transaction

from crm.enums import ImportPolicy, ImportStage
from crm.errors import TableRefused
from crm.models import Import
from crm.services.imports import kinds
from crm.services.imports.expiry import FORGET, PREVIEW_FOR, plan_to_forget
from crm.services.imports.lookups import start_lookup
from crm.services.imports.meaning.mapping import columns_of, header_place, problem_of, remember
from crm.services.imports.people import INFLUENCERS
from crm.services.imports.reading.layouts import Layout, layout_of
from crm.services.imports.reading.tables import cell_text, column_name, open_table
from crm.services.imports.subjects import Subject, subject_named, subject_of
from files.enums import FileKind
from files.models import File
from files.policies import clean_name
from files.purge import delete_files
from files.services.storing import store_content
from jobs.enums import JobState
from jobs.services.jobs import cancel_job
from jobs.services.queue import forget
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record

SAMPLE_ROWS = 50
OTHER_PREVIEW = "Since you saw the preview it was made anew in another way. Nothing was imported: look at it again first."
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")


def start_import(
    upload: Upload[bytes],
    *,
    actor: User,
    about: str = INFLUENCERS,
    context: Mapping[str, Any] | None = None,
    pasted: Layout | None = None,
) -> Import:
    """Keep a file, find out how it is written and start its preview. Raises FileRefused or TableRefused.

    `about`: the key of its subject; `context`: what that subject has to know. `pasted`: of a table that we have made of
    pasted accounts, the way in which it is written.
    """
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    file = store_content(FileKind.INFLUENCER_IMPORT, upload)
    layout = pasted or layout_of(content, file.content_type)
    name = _name(upload.name or file.name, file.name)
    name = name.removesuffix(".csv") if pasted else name
    subject = subject_named(about)
    header = _header(file, layout, subject, name, 0 if pasted else None)
    columns, remembered = columns_of(subject, header.names, header.samples, name)
    with transaction.atomic():
        file.save()
        parent = Import(
            name=name,
            about=about,
            context=dict(context or {}),
            file=file,
            encoding=layout.encoding,
            delimiter=layout.delimiter,
            rows_above=header.place,
            columns=columns,
            remembered_from=remembered,
            is_pasted=pasted is not None,
            started_by=actor,
        )
        parent.save()
        plan_to_forget(parent, after=PREVIEW_FOR)
        _preview(parent, actor)
    return parent


def _name(uploaded: str, stored: str) -> str:
    """The file's own name, with its own ending where that is one of a table."""
    ending = next((each for each in ENDINGS if uploaded.lower().endswith(each)), "")
    return clean_name(uploaded, ending) if ending else stored


@dataclass(frozen=True)
class Header:
    """The row that names the columns: its place among those with something in them, the names, and of each column the first
    value below it."""

    place: int
    names: list[str]
    samples: list[str]


def _header(
    file: File, layout: Layout, subject: Subject, name: str, place: int | None = None
) -> Header:
    """The header of a file; without a `place` the row that looks most like one. Raises TableRefused."""
    with open_table(file, layout) as table:
        first = [cells for _, cells in islice(table.rows(), SAMPLE_ROWS)]
    if not first:
        raise TableRefused("The file has no rows.")
    texts = [[cell_text(cell) for cell in cells] for cells in first]
    if place is None:
        place = header_place(subject, texts, name, subject.fields())
    elif place >= len(texts):
        raise TableRefused(f"The file has {len(texts)} rows only. Choose a smaller number.")
    names = [text or column_name(at) for at, text in enumerate(texts[place])]
    samples = [
        next((row[at] for row in texts[place + 1 :] if at < len(row) and row[at]), "")[:80]
        for at in range(len(names))
    ]
    return Header(place, [each[:120] for each in names], samples)


def _preview(parent: Import, actor: User) -> None:
    kinds.begin(kinds.PREVIEW, parent, actor=actor)
    parent.save()


@transaction.atomic
def read_otherwise(
    parent: Import,
    *,
    encoding: str,
    delimiter: str,
    decimal_mark: str,
    actor: User,
    rows_above: int | None = None,
) -> int:
    """Read the file in another way and preview it anew. `rows_above`: how many rows stand above the names of the columns; None
    leaves that as it was. Until somebody has chosen another number than the file shows, it is found out anew for each way.
    How many rows lose what was corrected by hand. Raises TableRefused."""
    parent, gone = in_preview(parent), 0
    layout = Layout(encoding, delimiter) if parent.encoding else Layout()
    is_other = (layout.encoding, layout.delimiter) != (parent.encoding, parent.delimiter)
    above = parent.rows_above if rows_above is None else rows_above
    is_moved = above != parent.rows_above
    parent.is_header_chosen |= is_moved
    parent.decimal_mark = decimal_mark
    if is_other or is_moved:
        if parent.file is None:
            raise TableRefused("The file is no longer there. Choose it again.")
        subject = subject_of(parent)
        place = above if parent.is_header_chosen else None
        header = _header(parent.file, layout, subject, parent.name, place)
        parent.encoding, parent.delimiter = layout.encoding, layout.delimiter
        parent.rows_above = header.place
        parent.columns, parent.remembered_from = columns_of(
            subject, header.names, header.samples, parent.name
        )
        gone = len({*parent.corrected, *parent.merged})
        parent.corrected, parent.merged = {}, {}
    preview_anew(parent, actor)
    return gone


@transaction.atomic
def map_columns(parent: Import, chosen: Sequence[Mapping[str, str]], *, actor: User) -> int:
    """Import the columns into these fields, each with its policy, and preview anew. How many merged rows stand alone again."""
    parent = in_preview(parent)
    known = subject_of(parent).fields()
    before, gone = [column["field"] for column in parent.columns], 0
    for column, choice in zip(parent.columns, chosen, strict=False):
        column["field"] = choice["field"] if choice["field"] in known else ""
        policy = choice["policy"]
        column["policy"] = policy if policy in ImportPolicy.values else ImportPolicy.FILL_EMPTY
    if before != [column["field"] for column in parent.columns]:
        gone, parent.merged = len(parent.merged), {}
    preview_anew(parent, actor)
    return gone


def preview_anew(parent: Import, actor: User) -> None:
    """Look through the file again and let nobody import what they saw before."""
    cancel_import(parent)
    parent.version += 1
    parent.counts, parent.ambiguous_count = {}, 0
    _preview(parent, actor)


def in_preview(parent: Import) -> Import:
    """The import while its preview may be changed. Raises TableRefused once it is being written."""
    locked = (
        Import.objects.select_for_update(of=("self",))
        .select_related("job", "file")
        .get(pk=parent.pk)
    )
    if locked.stage != ImportStage.PREVIEW:
        raise TableRefused(
            "This import has begun. Choose the file again to import it in another way."
        )
    return locked


@transaction.atomic
def begin_import(parent: Import, *, actor: User) -> None:
    """Write the rows that the preview showed: the one of the import's `version` as it is given. Of pasted accounts those that
    are known by now to be in the marketplace. Raises TableRefused while there is no whole preview, and if another has
    taken its place."""
    seen = parent.version
    parent = locked(parent)
    if parent.has_open_lookup:
        raise TableRefused("The accounts are still being looked up. Wait for the end, or stop it.")
    is_begun = parent.stage == ImportStage.IMPORT and not parent.is_running
    if is_begun and (parent.imported_at is None or parent.is_pasted):
        # It goes on where it was cancelled or has failed, or where TikTok was not asked before.
        kinds.begin(kinds.WRITE, parent, actor=actor)
        parent.save()
        return
    is_previewed = parent.job is not None and parent.job.state == JobState.DONE
    if parent.stage != ImportStage.PREVIEW or not is_previewed:
        raise TableRefused("The preview is not ready yet.")
    if parent.version != seen:
        raise TableRefused(OTHER_PREVIEW)
    if problem := problem_of(subject_of(parent), parent.columns):
        raise TableRefused(problem)
    job = kinds.begin(kinds.WRITE, parent, actor=actor)
    parent.save()
    if not parent.is_pasted:  # of which the lines that are not added go with the preview
        remember(parent)
        plan_to_forget(parent)
    record(Verb.IMPORT_STARTED, parent, actor=actor, rows=job.total_count)


@transaction.atomic
def discard_import(parent: Import) -> None:
    """Forget an import of which nothing is written. Raises TableRefused for any other."""
    parent = in_preview(parent)
    cancel_import(parent)
    forget(FORGET, parent.pk)
    delete_files(File.objects.filter(imports=parent.pk))
    parent.delete()


def locked(parent: Import) -> Import:
    """The import with its jobs as it is now, for whoever changes it."""
    rows = Import.objects.select_for_update(of=("self",)).select_related("job", "lookup_job")
    return rows.get(pk=parent.pk)


def cancel_import(parent: Import) -> None:
    """End whatever job of the import runs, after the rows at hand."""
    for job in (parent.job, parent.lookup_job):
        if job is not None and not job.is_finished:
            cancel_job(job)


@transaction.atomic
def repeat_lookup(parent: Import, *, actor: User) -> None:
    """Ask TikTok about the accounts that have no answer yet. Raises TableRefused while a file is not imported."""
    parent = locked(parent)
    is_previewed = parent.is_pasted and parent.stage == ImportStage.PREVIEW
    is_imported = parent.imported_at is not None and parent.stage == ImportStage.IMPORT
    if parent.is_running or not (is_previewed or is_imported):
        raise TableRefused("Nothing can be looked up now.")
    if parent.has_open_lookup:
        raise TableRefused("The accounts are being looked up already.")
    start_lookup(parent, actor=actor)
    parent.version += 1  # nobody adds more than they have seen
    parent.save(update_fields=["lookup_job", "version"])


@transaction.atomic
def keep_import(parent: Import) -> None:
    """Leave an import as it is, whatever its check has found. Raises TableRefused at any other stage."""
    parent = locked(parent)
    if parent.stage != ImportStage.CHECK or parent.is_running:
        raise TableRefused("Nothing was checked.")
    parent.stage = ImportStage.IMPORT
    parent.save(update_fields=["stage"])


@transaction.atomic
def check_import(parent: Import, *, actor: User) -> None:
    """Find out what a roll-back would keep. Raises TableRefused while the import runs, and once it is rolled back."""
    _begin_on_written(kinds.CHECK, parent, actor)


@transaction.atomic
def roll_back(parent: Import, *, actor: User) -> None:
    """Take an import back. Raises TableRefused while it runs, and once it is rolled back."""
    _begin_on_written(kinds.TAKE_BACK, parent, actor)


def _begin_on_written(kind: str, parent: Import, actor: User) -> None:
    parent = locked(parent)
    if parent.stage == ImportStage.PREVIEW or parent.is_running:
        raise TableRefused("Nothing can be rolled back now. Wait until the import has ended.")
    if parent.is_rolled_back:
        raise TableRefused("This import is rolled back already.")
    cancel_import(parent)  # its questions to TikTok may go on
    kinds.begin(kind, parent, actor=actor)
    parent.save()
