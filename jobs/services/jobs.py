"""Long work of people: started in the transaction of its cause, done in slices by a worker, cancelled between two.

A slice fetches outside any transaction what it needs of others, and then commits its effect, its progress and where the
next one begins together. A worker that is killed costs the slice it had begun; another takes it up when the lease ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, transaction
from django.utils import timezone

from jobs.enums import FINISHED_STATES, JobState, Lane
from jobs.errors import JobFailed, TryLater
from jobs.models import Job
from jobs.services.at_once import work_at_once
from jobs.services.claims import claim_subject, work
from jobs.services.kinds import WorkKind, register_kind
from jobs.services.queue import make_due
from tenancy.enums import Permission
from tenancy.models import Membership, User
from tenancy.policies import can
from tenancy.queries import groups_seen, membership_in
from tenancy.scope import groups_scope, required_owner

log = structlog.get_logger()

WORK_KIND, ERRAND_KIND, WHOLE_KIND = "job", "job.errand", "job.whole"
SLICE_LEASE = timedelta(seconds=45)
# Several calls, each of which may be tried three times.
ERRAND_LEASE = timedelta(minutes=5)
# One slice that has to be one transaction. It takes minutes in a large organization, and nobody shall wait beside it to do it again;
# Celery ends a worker of this lane that takes longer.
WHOLE_LEASE = timedelta(minutes=31)
# What an errand was about and what came of it may name people, and deletes itself well within the day that erasure has.
ERRAND_KEPT = timedelta(hours=20)
WAIT_SECONDS = 0.5  # until it is seen again how far somebody else is
OUR_FAULT = "Something went wrong on our side. What is done was kept."
ACTOR_LEFT = "The person who started it is no longer a member. What is done was kept."
RIGHTS_LOST = "The person who started it may no longer do this. What is done was kept."


Abouts = Mapping[int, tuple[Any, ...]]


@dataclass(frozen=True)
class Report:
    """The end of a job for the person who waited for it: what they are told, and where they go on.

    `to`: name of an address, and its ids. `sentences`: each after the level of its message (success, info, warning, error).
    `undo`: the same of what undoes it, for a button beside the first sentence.
    """

    to: tuple[Any, ...]
    sentences: tuple[tuple[str, str], ...] = ()
    undo: tuple[Any, ...] = ()


@dataclass(frozen=True)
class JobKind:
    """How jobs of a kind are done, and their words on screen.

    `fetch`: what a slice needs of others, such as an answer of TikTok; outside any transaction, may be repeated.
    `apply`: one slice of at most two seconds' work, inside the transaction that saves the job: moves `cursor` and
    `done_count` on and counts the outcome. Returns whether the job is done. `words`: of each key of the outcome.
    `temporary`: exceptions after which the slice is tried again later. `lasting`: those that end the job, with their
    text as its problem. `report`: of a finished job, to the person who waits for it; without one they are shown their
    activity. `about`: what each of these jobs is about, by its id: the name of an address, a label, ids; a label alone
    stands after "". `work`: the kind of work that does it. `permission`: what its actor must still be allowed before each slice
    (or a function that tells it of a job), which then sees no more influencers than they do. `is_owed`: nobody cancels it, and it goes on when its actor has left:
    a promise of ours, such as to delete. `is_ours`: nobody else, such as TikTok, is waited for. `pause`: between two slices, so that whoever uses the pages meanwhile waits for nothing.
    """

    name: str
    title: str
    words: Mapping[str, str]
    apply: Callable[[Job, Any], bool]
    fetch: Callable[[Job], Any] = lambda job: None
    temporary: tuple[type[Exception], ...] = ()
    lasting: tuple[type[Exception], ...] = ()
    report: Callable[[Job], Report] | None = None
    about: Callable[[Sequence[Job]], Abouts] = lambda jobs: {}
    work: str = WORK_KIND
    permission: Permission | Callable[[Job], Permission] | None = None
    is_owed: bool = False
    is_ours: bool = False
    pause: timedelta = timedelta(0)


_kinds: dict[str, JobKind] = {}


def register_job(kind: JobKind) -> None:
    """Make a kind of job known; once, when the app that owns it is ready."""
    _kinds[kind.name] = kind


def job_kind(name: str) -> JobKind:
    """The kind of this name. Raises KeyError."""
    return _kinds[name]


@transaction.atomic
def start_job(kind: str, params: Mapping[str, Any], *, total: int, actor: User | None) -> Job:
    """Write a job of the organization or person in scope, with the work that does it. `total`: how many steps it has.

    While the same actor's job of this kind with these params is unfinished, it is that job: a double click starts one.
    """
    wish = Job(kind=job_kind(kind).name, params=dict(params), total_count=total, actor=actor)
    Job.objects.bulk_create([wish], ignore_conflicts=True)
    job = Job.objects.filter(kind=wish.kind, params=wish.params, actor=actor).latest("pk")
    make_due(job_kind(kind).work, job.pk)
    return job


def begin_at_once(job: Job) -> Job:
    """Begin a job that a person waits for beside their request; as it stands when it has ended, or takes long."""
    work_at_once(job_kind(job.kind).work, job.pk)
    job.refresh_from_db()
    return job


def work_through(job: Job, *, progress: Callable[[Job], None]) -> None:
    """Do a job to its end in this process, slice by slice, or wait while a worker does; for a command. `progress` hears of each
    slice. A process that is killed costs the slice it had begun."""
    kind, owner = job_kind(job.kind).work, required_owner()
    while not job.is_finished:
        if claim := claim_subject(kind, owner, job.pk):
            work([claim])
        else:
            time.sleep(WAIT_SECONDS)
        job.refresh_from_db()
        progress(job)


@transaction.atomic
def cancel_job(job: Job) -> None:
    """Ask a job to end before its next slice. What is done was kept."""
    open_jobs = Job.objects.filter(pk=job.pk).exclude(state__in=FINISHED_STATES)
    if open_jobs.filter(cancel_requested_at=None).update(cancel_requested_at=timezone.now()):
        make_due(job_kind(job.kind).work, job.pk)  # one that was postponed hears of it, too


@transaction.atomic
def start_again(job: Job) -> None:
    """Let a job that failed or was cancelled go on where it ended."""
    job.state, job.problem = JobState.WAITING, ""
    job.finished_at = job.cancel_requested_at = None
    job.save(update_fields=["state", "problem", "finished_at", "cancel_requested_at"])
    make_due(job_kind(job.kind).work, job.pk)


def do_slices(job_ids: Sequence[int]) -> dict[int, timedelta | None]:
    """Do the next slice of each job. Says when each that is not over goes on."""
    known = Job.objects.in_bulk(job_ids)
    is_over = {pk: pk not in known or _do_slice(known[pk]) for pk in job_ids}
    return {pk: None if over else job_kind(known[pk].kind).pause for pk, over in is_over.items()}


def do_errands(job_ids: Sequence[int]) -> dict[int, timedelta | None]:
    """Do these errands, or delete those that ended long ago. Says when each is due again: once more after its end."""
    Job.objects.filter(pk__in=job_ids, finished_at__lte=timezone.now() - ERRAND_KEPT).delete()
    again = do_slices(job_ids)
    over = Job.objects.filter(pk__in=job_ids, state__in=FINISHED_STATES)
    return again | dict.fromkeys(over.values_list("pk", flat=True), ERRAND_KEPT)


def _do_slice(job: Job) -> bool:
    """Returns whether the job is finished."""
    if job.is_finished:
        return True
    if job.cancel_requested_at is not None:
        return _end(job, JobState.CANCELLED)
    kind, member = job_kind(job.kind), _membership(job)
    if not kind.is_owed and (loss := _loss(kind, job, member)):
        return _end(job, JobState.FAILED, loss)
    with groups_scope(groups_seen(member) if kind.permission and member else None):
        return _do_as_actor(kind, job)


def _do_as_actor(kind: JobKind, job: Job) -> bool:
    ends: tuple[type[Exception], ...] = (JobFailed, *kind.lasting)
    try:
        fetched = kind.fetch(job)
        return _commit_slice(kind, job, fetched)
    except (SoftTimeLimitExceeded, DatabaseError):
        raise
    except kind.temporary as problem:
        raise TryLater(getattr(problem, "retry_after", None)) from problem
    except ends as failure:
        return _end(job, JobState.FAILED, str(failure))
    except Exception:
        log.exception("job.broken", job=job.pk, kind=job.kind)
        return _end(job, JobState.FAILED, OUR_FAULT)


def _membership(job: Job) -> Membership | None:
    if job.organization_id is None or job.actor is None:
        return None
    return membership_in(job.actor, job.organization_id)


def _loss(kind: JobKind, job: Job, member: Membership | None) -> str:
    """The reason why nothing is done in the actor's name any more: they left, or lost the permission. Empty for none."""
    needed = kind.permission(job) if callable(kind.permission) else kind.permission
    if needed is not None and not can(member, needed):
        return RIGHTS_LOST if member else ACTOR_LEFT
    has_left = job.organization_id is not None and job.actor is not None and member is None
    return ACTOR_LEFT if has_left else ""


@transaction.atomic
def _commit_slice(kind: JobKind, seen: Job, fetched: Any) -> bool:
    """Nothing, if somebody else has done this slice meanwhile."""
    job = Job.objects.select_for_update().get(pk=seen.pk)
    if job.is_finished or job.cursor != seen.cursor:
        return job.is_finished
    now = timezone.now()
    job.state, job.started_at = JobState.RUNNING, job.started_at or now
    if kind.apply(job, fetched):
        job.state, job.finished_at = JobState.DONE, now
    job.save()
    return job.is_finished


def _end(job: Job, state: JobState, problem: str = "") -> bool:
    open_jobs = Job.objects.filter(pk=job.pk).exclude(state__in=FINISHED_STATES)
    open_jobs.update(state=state, problem=problem[:300], finished_at=timezone.now())
    return True


def fail_stopped(job_ids: Sequence[int]) -> None:
    """End jobs whose work the queue has stopped for good."""
    for job in Job.objects.filter(pk__in=job_ids):
        _end(job, JobState.FAILED, OUR_FAULT)


def register_work() -> None:
    """Jobs are work of the lane for long work, one slice or the whole at a time; errands of the lane that people wait for."""
    for name, lane, do, lease in (
        (WORK_KIND, Lane.BULK, do_slices, SLICE_LEASE),
        (ERRAND_KIND, Lane.PERSON, do_errands, ERRAND_LEASE),
        (WHOLE_KIND, Lane.BULK, do_slices, WHOLE_LEASE),
    ):
        register_kind(
            WorkKind(
                name,
                lane,
                do,
                lease=lease,
                problems={TryLater: "later"},
                on_stop=fail_stopped,
            )
        )
