"""Exports of many: a job that reads two thousand influencers in each slice, and in the last puts all into one file.

What a slice has read is kept as a file of its own, so that a lost worker costs one slice. All is read as the person who
asked sees it at that time. The file is theirs alone, for seven days, and goes at once when an influencer is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import Q
from django.utils import timezone

from crm.errors import SelectionGone
from crm.queries.exports import Sheet, Wish, sheet_of, stretch_of, wished_rows
from crm.queries.fields import Asker
from crm.services.bulk.kinds import BulkPage, register_page
from crm.services.exports.tables import (
    CONTENT_TYPES,
    MOST_IN_WORKBOOK,
    XLSX,
    put_together,
    write_part,
)
from files.enums import FileKind
from files.limits import TEXT
from files.models import File
from files.purge import delete_files
from files.services.storing import store_made
from files.store import contents
from jobs.enums import Lane
from jobs.errors import JobFailed, TryLater
from jobs.models import Job
from jobs.services.jobs import JobKind, do_slices, fail_stopped, register_job, start_job
from jobs.services.kinds import WorkKind, register_kind
from jobs.services.queue import make_due
from tenancy.enums import Permission, Verb
from tenancy.models import Membership, Organization, User
from tenancy.policies import can
from tenancy.queries import groups_seen, membership_in
from tenancy.scope import current_groups, groups_scope, required_organization_id
from tenancy.services.events import record
from tiktok.models import LegacyMigration
from tiktok.queries import is_released
from ui.paging import CursorRefused

EXPORT, FORGET = "crm.export", "crm.export_forget"
ADDRESS = "crm:export_file"
KEPT_FOR = timedelta(days=7)
LEASE = timedelta(minutes=10)  # a large workbook is put together in one step
TOO_MANY = f"A workbook holds at most {MOST_IN_WORKBOOK:,} creators here. Export them as CSV."
UNSORTED = "The field that the list was sorted by was archived meanwhile. Sort the list by another one and export again."
GONE = "A creator was deleted meanwhile, and what had been read went with them. Export again."


def file_name(organization: Organization) -> str:
    """The name of an export without its ending."""
    return f"influencers-{organization.slug}-{timezone.now():%Y-%m-%d}"


def note_export(organization: Organization, count: int, *, actor: User | None) -> None:
    """Say in the organization's events that somebody has taken so many influencers out."""
    record(Verb.INFLUENCERS_EXPORTED, organization, actor=actor, influencer_count=count)


def start_export(wish: Wish, *, total: int, actor: User, sees_money: bool) -> Job:
    """Begin to write the file that the wish asks for. Its reader must see then what the asker sees now."""
    groups = current_groups()
    rights = {"groups": None if groups is None else sorted(groups), "money": sees_money}
    job = start_job(EXPORT, wish.params | rights, total=total, actor=actor)
    make_due(FORGET, job.pk, after=KEPT_FOR)
    return job


def export_file(job_pk: int, reader: Membership) -> File | None:
    """The finished file of an export, for the one who asked while they see as much as it holds; else None. What was begun before
    the cut-over holds the old source's numbers, and is read no more after it."""
    job = Job.objects.filter(pk=job_pk, kind=EXPORT, actor=reader.user_id).first()
    if job is None or not job.cursor or "file" not in job.cursor:
        return None
    if LegacyMigration.objects.filter(cut_over_at__gt=job.created_at).exists():
        return None
    groups = current_groups()
    is_same = job.params["groups"] == (None if groups is None else sorted(groups))
    if not is_same or (job.params["money"] and not can(reader, Permission.SEE_MONEY)):
        return None
    return File.objects.filter(pk=job.cursor["file"]).first()


def forget_exports(*, of_archived: bool = False) -> None:
    """Delete all exports of the organization in scope, and what running ones have read; `of_archived`: those alone in
    which archived influencers may stand, by a filter or as selected."""
    files = File.objects.filter(kind=FileKind.INFLUENCER_EXPORT)
    if of_archived:
        may_hold = Q(params__filters__icontains="archived") | ~Q(params__ids=[])
        jobs = Job.objects.filter(may_hold, kind=EXPORT)
        files = files.filter(pk__in=files_of_exports(jobs))
    delete_files(files)


def files_of_exports(jobs: Iterable[Job]) -> list[int]:
    """The ids of what these exports have written, in parts or as a whole."""
    found = [job.cursor or {} for job in jobs]
    return [pk for at in found for pk in (*at.get("parts", []), at.get("file", 0))]


# --- the job ---
@dataclass(frozen=True)
class Step:
    """A part of the file with the cursor behind it, or the whole file; `count`: influencers in it."""

    file: File
    count: int
    following: str | None = None
    is_whole: bool = False


@contextmanager
def _seen_by_actor(job: Job) -> Iterator[bool]:
    """The scope of the one who asked, as it is now. Yields whether they see money."""
    member = membership_in(job.actor, required_organization_id()) if job.actor else None
    assert member is not None  # noqa: S101 -- jobs end when their actor has left
    with groups_scope(groups_seen(member)):
        yield can(member, Permission.SEE_MONEY)


def _read(job: Job) -> Step:
    """The next part of the file; when all are there, the whole."""
    wish, at = Wish.of(job.params), job.cursor or {"after": "", "parts": []}
    with _seen_by_actor(job) as sees_money:
        sheet = sheet_of(wish, sees_money=sees_money)
        if at["after"] is None:
            return _whole(job, wish, sheet)
        released = is_released()
        asker = Asker(job.actor_id or 0, released)
        try:
            wished = wished_rows(wish, asker, sees_money=sees_money)
            stretch = stretch_of(wished, sheet, released=released, cursor=at["after"])
        except SelectionGone as gone:
            raise JobFailed(str(gone)) from gone
        except CursorRefused as refused:
            raise JobFailed(UNSORTED) from refused
    is_first = not at["parts"]
    with TemporaryFile() as content:
        write_part(sheet, stretch.lines, wish, content, is_first=is_first)
        file = store_made(FileKind.INFLUENCER_EXPORT, "part", TEXT, content)
    return Step(file, len(stretch.lines), stretch.following)


def _whole(job: Job, wish: Wish, sheet: Sheet) -> Step:
    if wish.format == XLSX and job.done_count > MOST_IN_WORKBOOK:
        raise JobFailed(TOO_MANY)
    organization = Organization.objects.get(pk=required_organization_id())
    with TemporaryFile() as content:
        put_together(sheet, _parts(job), wish, content)
        name, kind = file_name(organization), CONTENT_TYPES[wish.format]
        file = store_made(FileKind.INFLUENCER_EXPORT, name, kind, content)
    return Step(file, job.done_count, is_whole=True)


def _parts(job: Job) -> Iterator[IO[bytes]]:
    for pk in job.cursor["parts"]:
        part = File.objects.filter(pk=pk).first()
        if part is None:
            raise JobFailed(GONE)
        with contents().open(part.path) as opened:
            yield opened


def _keep(job: Job, step: Step) -> bool:
    step.file.save()
    at: dict[str, Any] = job.cursor or {"after": "", "parts": []}
    if not step.is_whole:
        job.done_count += step.count
        job.total_count = max(job.total_count, job.done_count)
        job.cursor = {"after": step.following, "parts": [*at["parts"], step.file.pk]}
        return False
    delete_files(File.objects.filter(pk__in=at["parts"]))
    job.cursor = {"file": step.file.pk}
    job.count("written", step.count)
    organization = Organization.objects.get(pk=required_organization_id())
    note_export(organization, step.count, actor=job.actor)
    return True


def _forget(job_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    jobs = Job.objects.filter(pk__in=job_ids)
    delete_files(File.objects.filter(pk__in=files_of_exports(jobs)))
    return dict.fromkeys(job_ids)


def _files_of(jobs: Sequence[Job]) -> dict[int, tuple[str, str, int]]:
    at = {job.pk: (job.cursor or {}).get("file", 0) for job in jobs}
    names = dict(File.objects.filter(pk__in=at.values()).values_list("pk", "name"))
    return {job: (ADDRESS, names[pk], job) for job, pk in at.items() if pk in names}


def register_jobs() -> None:
    """Make the job, the work and the action on a selection known."""
    words = {"written": "exported. The file is yours alone, for seven days."}
    export = partial(JobKind, fetch=_read, about=_files_of, work=EXPORT)
    register_job(export(EXPORT, "Export creators", words, _keep))
    register_kind(
        WorkKind(
            EXPORT,
            Lane.BULK,
            do_slices,
            lease=LEASE,
            problems={TryLater: "later"},
            on_stop=fail_stopped,
        )
    )
    register_kind(WorkKind(FORGET, Lane.BULK, _forget))
    register_page(BulkPage("export", "Export", "download", 90, Permission.READ, "crm:export"))
