"""The job that makes a person's copy, its file for seven days, and the mail that says it is ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import TemporaryFile

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from files.enums import FileKind
from files.limits import ARCHIVE
from files.models import File
from files.purge import delete_files
from files.services.storing import store_made
from jobs.enums import JobState, Lane
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.services.jobs import JobKind, register_job, start_job
from jobs.services.queue import WorkKind, make_due, register_kind
from mail.errors import MailProblem
from mail.services.outbox import queue_message
from portal.copying.archive import write_archive
from portal.copying.content import parts_of
from tenancy.models import User
from tenancy.scope import person_scope
from ui.languages import written_in

COPY, FORGET = "portal.copy", "portal.copy.forget"
KEPT_FOR, FRESH_FOR = timedelta(days=7), timedelta(days=1)


@dataclass(frozen=True)
class Copy:
    """A copy that is ready, or in the making: the job, and its file while that is kept."""

    job: Job
    file: File | None

    @property
    def until(self) -> datetime | None:
        """The moment from which it cannot be downloaded any more."""
        return self.job.finished_at + KEPT_FOR if self.job.finished_at else None

    @property
    def is_fresh(self) -> bool:
        """Is it ready, and was it made less than a day ago?"""
        return self.file is not None and self.job.created_at > timezone.now() - FRESH_FOR


def start_copy(person: User, *, language: str) -> Job:
    """Have everything about this person copied; a copy of less than a day ago is not made again. In the person's scope."""
    latest = latest_copy()
    if latest is not None and latest.is_fresh:
        return latest.job
    job = start_job(COPY, {"language": language}, total=1, actor=person)
    make_due(FORGET, job.pk, after=KEPT_FOR)
    return job


def latest_copy() -> Copy | None:
    """The latest copy of the person in scope; None before the first one, and once it is kept no longer."""
    job = Job.objects.filter(kind=COPY).order_by("-pk").first()
    if job is None:
        return None
    file = File.objects.filter(pk=(job.cursor or {}).get("file", 0)).first()
    if job.is_finished and job.state == JobState.DONE and file is None:
        return None
    return Copy(job, file)


def copy_file(job_pk: int) -> File | None:
    """The file of this copy of the person in scope, while it is kept."""
    job = Job.objects.filter(pk=job_pk, kind=COPY, state=JobState.DONE).first()
    if job is None or (job.finished_at or job.created_at) <= timezone.now() - KEPT_FOR:
        return None
    return File.objects.filter(pk=job.cursor["file"]).first()


def _make(job: Job) -> tuple[File, int]:
    person = job.actor
    if person is None:
        raise JobFailed
    with TemporaryFile() as content, translation.override(written_in(job.params["language"])):
        count = write_archive(person, parts_of(person), content)
        with person_scope(person):
            name = f"my-data-{timezone.now():%Y-%m-%d}"
            return store_made(FileKind.OWN_COPY, name, ARCHIVE, content), count


def _keep(job: Job, made: tuple[File, int]) -> bool:
    file, count = made
    file.save(force_insert=True)
    job.cursor, job.done_count = {"file": file.pk}, 1
    job.count("copied", count)
    _mail(job)
    return True


def _mail(job: Job) -> None:
    assert job.actor is not None  # noqa: S101 -- `_make` saw to it
    with translation.override(written_in(job.params["language"])):
        try:
            queue_message(
                "portal_copy",
                to=job.actor.email,
                subject=_("The copy of your data is ready"),
                values={"url": f"{settings.PUBLIC_URL}{reverse('portal:copy')}"},
                intent=f"copy:{job.pk}",
            )
        except MailProblem:  # it stands on the page all the same
            return


def _forget(job_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    for job in Job.objects.filter(pk__in=job_ids):
        delete_files(File.objects.filter(pk=(job.cursor or {}).get("file", 0)))
        job.delete()
    return dict.fromkeys(job_ids)


def register_jobs() -> None:
    """Make the job known, and the work that deletes its file."""
    words = {"copied": "copied"}
    register_job(JobKind(COPY, COPY, words, _keep, fetch=_make))
    register_kind(WorkKind(FORGET, Lane.BULK, _forget))
