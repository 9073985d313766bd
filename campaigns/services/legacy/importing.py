"""Import of an installation's files of the old source: a job that first reads the whole file, then writes it slice by slice.

Nothing is written of a file that cannot be read to its end. A slice and its count are committed together: whoever is killed
goes on, and a file that is imported again changes nothing. A file has one import at a time: another one ends the earlier.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.core.files.base import File as Upload
from django.db import models, transaction

from campaigns.errors import FolderElsewhere
from campaigns.models import Campaign, LegacyRemark
from campaigns.services.legacy.pictures import is_folder_here
from campaigns.services.legacy.scanning import WRITE, Progress, Slice, next_slice
from campaigns.services.legacy.writing import widen_window, write_rows
from files.enums import FileKind
from files.errors import FileRefused
from files.models import File
from files.purge import delete_files
from files.services.storing import store_large
from jobs.enums import FINISHED_STATES, JobState
from jobs.models import Job
from jobs.services.jobs import JobKind, cancel_job, register_job, start_job, work_through
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.errors import LegacyClosed, NotALegacyExport
from tiktok.services.legacy.columns import ColumnMapping
from tiktok.services.legacy.export import UNKNOWN
from tiktok.services.legacy.rows import ask_about_membership, open_legacy, refuse_if_released

IMPORT = "campaigns.import_legacy"


@dataclass(frozen=True)
class ImportResult:
    """The outcome of an import so far: every row is new, updated or unchanged, or is refused.

    `ended_before`: how many unfinished imports of the same file, with other parameters, were ended for it.
    """

    job: Job
    ended_before: int = 0

    @cached_property
    def _counts(self) -> dict[str, int]:
        return {row["key"]: row["count"] for row in self.job.outcome}

    @property
    def new(self) -> int:
        return self._counts.get("new", 0)

    @property
    def updated(self) -> int:
        return self._counts.get("updated", 0)

    @property
    def unchanged(self) -> int:
        return self._counts.get("unchanged", 0)

    @property
    def accounts(self) -> int:
        """New ones."""
        return self._counts.get("accounts", 0)

    @property
    def refused_count(self) -> int:
        return self._counts.get("refused", 0)

    @property
    def pictures_left_out(self) -> int:
        """Paths of pictures, where no folder was named."""
        return self._counts.get("pictures_left_out", 0)

    @property
    def untimed(self) -> int:
        """Rows that tell no time: their texts are kept, and count less than those of any row with one."""
        return self._counts.get("untimed", 0)

    @property
    def kept(self) -> int:
        """The rows that came in."""
        return self.new + self.updated + self.unchanged

    @property
    def refused(self) -> models.QuerySet[LegacyRemark]:
        """The refused lines with their reasons."""
        return self.remarks.filter(is_refusal=True)

    @property
    def remarks(self) -> models.QuerySet[LegacyRemark]:
        """Refused lines, and those of which something was left out."""
        return LegacyRemark.objects.filter(job=self.job).order_by("line", "pk")

    @property
    def unmapped(self) -> list[str]:
        """Columns that were not imported."""
        return list((self.job.cursor or {}).get("unmapped", []))

    def __str__(self) -> str:
        return (
            f"{self.kept:,} rows: {self.new:,} new, {self.updated:,} updated, {self.unchanged:,} unchanged. "
            f"{self.accounts:,} new accounts. {self.refused_count:,} rows refused."
        )


class ImportEnded(Exception):
    """An import ended after some rows and before the last: the text says why, `result` what came in and what was refused."""

    def __init__(self, result: ImportResult, problem: str) -> None:
        self.result = result
        super().__init__(problem)


# --- started -------------------------------------------------------------------------------------------------------
def import_legacy_export(
    path: Path,
    *,
    campaign_name: str,
    actor: User | None,
    mapping: ColumnMapping | None = None,
    pictures: Path | None = None,
    progress: Callable[[Job], None] = lambda job: None,
) -> ImportResult:
    """Bring a file of the old source in, and wait for it. Posts whose rows name no campaign go into that of `campaign_name`.

    Killed and called again with the same file, it goes on; called with other parameters, that import ends and this one begins.
    `pictures`: the folder that paths of pictures begin in. Raises NotALegacyExport for a file that cannot be read, of which nothing
    is written, ImportEnded where it ends half-way, and LegacyClosed once the organization has cut over.
    """
    mapping = mapping or ColumnMapping()
    refuse_if_released()
    if pictures and not is_folder_here(pictures):
        raise NotALegacyExport(f"There is no folder “{pictures}” that can be read.")
    job, earlier = _started(
        {
            "file": _stored(path).pk,
            "campaign": campaign_name,
            "pictures": str(pictures.resolve()) if pictures else "",
            **asdict(mapping),
        },
        actor,
    )
    for other in earlier:
        work_through(other, progress=lambda _: None)
    work_through(job, progress=progress)
    result = ImportResult(job, len(earlier))
    if job.state != JobState.DONE:
        _forget_file(job)
        problem = job.problem or "It was cancelled. What is done was kept."
        raise ImportEnded(result, problem) if job.done_count else NotALegacyExport(problem)
    return result


@transaction.atomic
def _started(params: dict[str, Any], actor: User | None) -> tuple[Job, list[Job]]:
    """The import with these parameters, and the unfinished ones of the same file with others, which are told to end."""
    job = start_job(IMPORT, params, total=0, actor=actor)
    earlier = list(_unfinished(params["file"]).exclude(pk=job.pk))
    for other in earlier:
        cancel_job(other)
    return job, earlier


def _unfinished(file_id: int) -> models.QuerySet[Job]:
    jobs = Job.objects.filter(kind=IMPORT, params__file=file_id)
    return jobs.exclude(state__in=FINISHED_STATES)


def _stored(path: Path) -> File:
    """The file in the store; one whose import was interrupted is there already. Raises NotALegacyExport."""
    try:
        if path.exists() and not path.is_file():
            raise NotALegacyExport("This is a stream. Save the export as a file first.")
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
            files = File.objects.filter(kind=FileKind.LEGACY_IMPORT, sha256=digest)
            if known := files.order_by("pk").first():
                return known
            opened.seek(0)
            file = store_large(FileKind.LEGACY_IMPORT, Upload(opened, path.name))
    except OSError as error:
        raise NotALegacyExport(f"The file cannot be read: {error.strerror or error}.") from error
    except FileRefused as refused:
        raise NotALegacyExport(
            f"{refused} An export begins with a line of column names."
        ) from refused
    file.save()
    return file


# --- in slices -----------------------------------------------------------------------------------------------------
def _apply(job: Job, found: Slice) -> bool:
    progress = found.progress
    was_scanned = bool(job.cursor) and job.cursor["step"] == WRITE
    if was_scanned and found.size:
        _write(job, found)
    job.cursor, job.total_count = asdict(progress), progress.rows
    if not was_scanned or found.size:
        return False
    _finish(job, progress)
    return True


def _write(job: Job, found: Slice) -> None:
    if found.rows:
        open_legacy()
    written = write_rows(found.rows, job.params["campaign"], job.params["handles"].values())
    refused = [*found.refused, *written.refused]
    for key, count in written.fates.items():
        job.count(key, count)
    for key, count in (
        ("refused", len(refused)),
        ("accounts", written.accounts),
        ("pictures_left_out", found.pictures_left_out),
        ("untimed", sum(row.collected_at == UNKNOWN for row in found.rows)),
    ):
        if count:
            job.count(key, count)
    for pk, is_new in written.campaigns.items():
        found.progress.campaigns.setdefault(str(pk), is_new)
    LegacyRemark.objects.bulk_create(
        LegacyRemark(job=job, line=each.line, reason=each.reason[:400], is_refusal=is_refusal)
        for remarks, is_refusal in ((refused, True), (found.remarks, False))
        for each in remarks
    )
    job.done_count += found.size


def _finish(job: Job, progress: Progress) -> None:
    result = ImportResult(job)
    _forget_file(job)
    if not result.kept:
        return
    for campaign in Campaign.objects.filter(pk__in=progress.campaigns):
        widen_window(campaign, is_new=progress.campaigns[str(campaign.pk)])
    ask_about_membership()
    record(
        Verb.LEGACY_IMPORTED,
        open_legacy(),
        actor=job.actor,
        new=result.new,
        updated=result.updated,
        unchanged=result.unchanged,
        refused=result.refused_count,
    )


def _forget_file(job: Job) -> None:
    """Delete the file, unless another import of it goes on."""
    others = _unfinished(job.params["file"]).filter(cancel_requested_at=None).exclude(pk=job.pk)
    if not others.exists():
        delete_files(File.objects.filter(pk=job.params["file"]))


WORDS = {
    "new": "new",
    "updated": "updated",
    "unchanged": "unchanged",
    "refused": "refused",
    "accounts": "new accounts",
    "untimed": "rows without a time",
    "pictures_left_out": "pictures left out, since no folder was named",
}


def register_jobs() -> None:
    """Make the kind known."""
    register_job(
        JobKind(
            IMPORT,
            "Import of the old data source",
            WORDS,
            _apply,
            fetch=next_slice,
            temporary=(FolderElsewhere,),
            lasting=(NotALegacyExport, LegacyClosed),
        )
    )
