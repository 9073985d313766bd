"""The jobs of imports: previewing, writing, asking TikTok, checking what changed since, taking back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import Any

from django.db import models
from django.utils import timezone

from crm.enums import ImportFate, ImportStage
from crm.errors import CrmProblem, TableRefused
from crm.models import Import, ImportRow
from crm.services.accounts import follow_renamed
from crm.services.imports.lookups import (
    ASK,
    ask,
    keep_answers,
    keep_asked,
    let_present_be,
    noted_answers,
    start_lookup,
)
from crm.services.imports.meaning.corrected import corrected_rows
from crm.services.imports.meaning.rows import mapped_columns
from crm.services.imports.meaning.values import marks_proven_by
from crm.services.imports.reading.layouts import Layout
from crm.services.imports.reading.tables import Cells, Place, open_table
from crm.services.imports.rollback import rows_to_take_back
from crm.services.imports.subjects import import_of, subject_named, subject_of
from crm.services.imports.writing import rows_to_write
from files.models import File
from files.purge import delete_files
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.queries import links_to
from jobs.services.jobs import JobKind, register_job, start_job
from tenancy.enums import Permission, Verb
from tenancy.services.events import record
from tiktok.enums import MarketplaceStatus
from tiktok.errors import TikTokBusy, TikTokProblem, TikTokUnavailable
from tiktok.services.creators.membership import HANDLES_PER_CALL

PREVIEW, WRITE = "crm.import_preview", "crm.import_write"
CHECK, TAKE_BACK = "crm.import_check", "crm.import_roll_back"
TEXT_ROWS, WORKBOOK_ROWS, WRITTEN_ROWS, TAKEN_ROWS = 2_000, 20_000, 1_000, 300


def _permission(job: Job) -> Permission:
    """The permission that the subject of the import asks for; of one that is gone, the strictest."""
    about = Import.objects.filter(pk=job.params["import"]).values_list("about", flat=True).first()
    return subject_named(about).permission if about else Permission.IMPORT_INFLUENCERS


def layout(parent: Import) -> Layout:
    """How the file of an import is read."""
    return Layout(parent.encoding, parent.delimiter)


# --- preview ---
@dataclass(frozen=True)
class Scan:
    """The whole file seen once: its rows, the decimal marks they prove, and where the first one begins."""

    rows: int
    marks: str
    place: Place


def _read(job: Job) -> Scan | tuple[list[ImportRow], int, Place]:
    parent = import_of(job)
    try:
        return _scan(parent) if job.cursor == 0 else _judge(parent, Place(**job.cursor))
    except TableRefused as refused:
        raise JobFailed(str(refused)) from refused


def _scan(parent: Import) -> Scan:
    known = subject_of(parent).fields()
    columns = [column for column in mapped_columns(parent, known) if column.field.number]
    marks: set[str] = set()
    count = 0
    with open_table(_file(parent), layout(parent)) as table:
        rows = table.rows()
        deque(islice(rows, parent.rows_above + 1), maxlen=0)
        first = Place(**asdict(table.keep_place()))
        for _, cells in corrected_rows(parent, rows):
            count += 1
            for column in columns:
                if len(marks) < 2 and column.place < len(cells):
                    marks |= marks_proven_by(column.field, cells[column.place])
    if not count:
        raise TableRefused("The file has a header and no rows.")
    return Scan(count, "".join(sorted(marks)), first)


def _file(parent: Import) -> File:
    if parent.file is None:
        raise TableRefused("The file is no longer there. Choose it again.")
    return parent.file


def _judge(parent: Import, place: Place) -> tuple[list[ImportRow], int, Place]:
    size = WORKBOOK_ROWS if layout(parent).is_workbook else TEXT_ROWS
    with open_table(_file(parent), layout(parent), place) as table:
        rows: list[tuple[int, Cells]] = list(islice(corrected_rows(parent, table.rows()), size))
        return *subject_of(parent).judge(parent, rows), table.keep_place()


def _keep(job: Job, read: Scan | tuple[list[ImportRow], int, Place]) -> bool:
    current = Import.objects.filter(pk=job.params["import"], version=job.params["version"])
    parent = current.select_for_update().first()
    if parent is None:  # discarded, or another preview has taken its place
        return True
    if isinstance(read, Scan):
        parent.rows.all().delete()
        parent.row_count, parent.proven_marks, parent.counts = read.rows, read.marks, {}
        parent.ambiguous_count = 0
        job.total_count, job.cursor = read.rows, asdict(read.place)
        parent.save()
        return False
    rows, ambiguous, place = read
    ImportRow.objects.bulk_create(rows, batch_size=2_000)
    for row in rows:
        parent.counts[row.fate] = parent.counts.get(row.fate, 0) + 1
    parent.ambiguous_count += ambiguous
    parent.save(update_fields=["counts", "ambiguous_count"])
    job.done_count += len(rows)
    job.cursor = asdict(place)
    if job.done_count < job.total_count and rows:
        return False
    job.count("previewed", job.done_count)
    if parent.is_pasted:
        start_lookup(parent, actor=job.actor)
        parent.save(update_fields=["lookup_job"])
    return True


# --- writing ---
def _follow(job: Job) -> None:
    """Before pasted accounts are added, see to those that TikTok has renamed."""
    parent = import_of(job)
    if parent.is_pasted:
        rows = rows_to_write(parent).filter(number__gt=job.cursor)[:HANDLES_PER_CALL]
        follow_renamed(noted_answers(rows), actor=job.actor)


def _write(job: Job, _: None) -> bool:
    size = HANDLES_PER_CALL if import_of(job).is_pasted else WRITTEN_ROWS
    parent, rows = _next_rows(job, rows_to_write, size)
    if parent.is_pasted:
        let_present_be(rows)
    counts = subject_of(parent).write(parent, rows, job.actor)
    if parent.is_pasted:
        good = [row for row in rows if row.tiktok_handle and row.fate != ImportFate.ERROR]
        keep_answers(good, noted_answers(good), actor=job.actor)
    for fate, count in counts.items():
        parent.written[fate] = parent.written.get(fate, 0) + count
    left_out = sum(row.fate == ImportFate.ERROR for row in rows)
    if left_out:
        job.count("left_out", left_out)
    _count(job, counts)
    if rows:
        parent.save(update_fields=["written"])
        return False
    _finish_writing(parent, job)
    return True


def _finish_writing(parent: Import, job: Job) -> None:
    settle(parent)
    if not parent.is_pasted:
        start_lookup(parent, actor=job.actor)
    parent.save()
    record(Verb.IMPORT_FINISHED, parent, actor=job.actor, rows=job.done_count)


def settle(parent: Import) -> None:
    """Note that something of the import is written, and delete its file and what was corrected in it (not saved)."""
    parent.imported_at = parent.imported_at or timezone.now()
    parent.counts = {fate: parent.rows.filter(fate=fate).count() for fate in ImportFate.values}
    parent.corrected, parent.merged = {}, {}
    if parent.file_id:
        delete_files(File.objects.filter(pk=parent.file_id))
        parent.file = None


def _next_rows(
    job: Job, rows_of: Callable[[Import], models.QuerySet[ImportRow]], size: int
) -> tuple[Import, list[ImportRow]]:
    """The rows of the next slice, behind the number at which the last one has ended."""
    parent = Import.objects.select_for_update().get(pk=import_of(job).pk)
    rows = rows_of(parent)
    if job.cursor:
        is_backward = str(rows.query.order_by[0]).startswith("-")
        rows = rows.filter(**{"number__lt" if is_backward else "number__gt": job.cursor})
    found = list(rows.select_related("influencer")[:size])
    if found:
        job.cursor = found[-1].number
        job.done_count += len(found)
    return parent, found


def _count(job: Job, counts: Mapping[str, int]) -> None:
    for key, count in counts.items():
        if count:
            job.count(str(key), count)


# --- taking back ---
def _check(job: Job, _: None) -> bool:
    parent, rows = _next_rows(job, rows_to_take_back, TAKEN_ROWS)
    if rows:
        _count(job, {"changed": subject_of(parent).note_verdicts(rows)})
    return not rows


def _take_back(job: Job, _: None) -> bool:
    parent, rows = _next_rows(job, rows_to_take_back, TAKEN_ROWS)
    if rows:
        _count(job, subject_of(parent).take_back(parent, rows, job.actor))
        return False
    record(Verb.IMPORT_ROLLED_BACK, parent, actor=job.actor, rows=job.done_count)
    return True


# --- starting ---
TOTALS: Mapping[str, Callable[[Import], int]] = {
    WRITE: lambda parent: rows_to_write(parent).count(),
    CHECK: lambda parent: rows_to_take_back(parent).count(),
    TAKE_BACK: lambda parent: rows_to_take_back(parent).count(),
}
STAGES = {
    PREVIEW: ImportStage.PREVIEW,
    WRITE: ImportStage.IMPORT,
    CHECK: ImportStage.CHECK,
    TAKE_BACK: ImportStage.ROLL_BACK,
}


def begin(kind: str, parent: Import, *, actor: Any) -> Job:
    """Start a job of an import and let the import be at its stage (not saved)."""
    params = {"import": parent.pk}
    if kind == PREVIEW:
        params["version"] = parent.version
    total = TOTALS[kind](parent) if kind in TOTALS else 0
    parent.job = start_job(kind, params, total=total, actor=actor)
    parent.stage = STAGES[kind]
    return parent.job


WORDS = {
    "previewed": "read; nothing is written yet",
    ImportFate.NEW: "added",
    ImportFate.UPDATE: "updated",
    "left_out": "left out, because they changed since the preview",
    MarketplaceStatus.IN: "in the Creator Marketplace",
    MarketplaceStatus.NOT_IN: "not in the Creator Marketplace",
    MarketplaceStatus.INVITED: "invited to the Creator Marketplace",
    MarketplaceStatus.INVALID: "not known to TikTok",
    MarketplaceStatus.UNKNOWN: "without an answer from TikTok",
    "changed": "changed since the import",
    "removed": "removed",
    "returned": "returned to their earlier values",
    "kept": "kept, because they were changed since",
}


def register_jobs() -> None:
    """Make the kinds known."""
    words = {str(key): text for key, text in WORDS.items()}
    kind = partial(
        JobKind,
        words=words,
        about=links_to(Import, "crm:import", "import"),
        permission=_permission,
    )
    register_job(kind(name=PREVIEW, title="Preview of an import", fetch=_read, apply=_keep))
    asking = partial(kind, temporary=(TikTokUnavailable, TikTokBusy), lasting=(TikTokProblem,))
    register_job(asking(name=WRITE, title="Import", fetch=_follow, apply=_write))
    register_job(asking(name=ASK, title="Look up TikTok accounts", fetch=ask, apply=keep_asked))
    register_job(kind(name=CHECK, title="Check what changed since an import", apply=_check))
    register_job(
        kind(name=TAKE_BACK, title="Roll back an import", apply=_take_back, lasting=(CrmProblem,))
    )
