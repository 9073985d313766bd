"""The queue as those see it who have work to be done.

    register_kind(WorkKind("poll.profile", Lane.POLLS, handler, cadence=timedelta(days=1)))   # in AppConfig.ready
    make_due("poll.profile", creator.pk)            as soon as possible; in the caller's transaction
    begin(…) wake(…) stop(…) forget(…) resume(…)    plan, and plan no longer
    with claim_now("poll.profile", creator.pk) as is_mine: …      a person waits for it

Work belongs to the organization or the person in scope, or to nobody where its kind says so; all of this may be called in
the transaction of its cause. A handler takes primary keys and says how long until each is due again
(`jobs.services.kinds`); an exception postpones it (`jobs.services.claims`). Who makes a row due while it is worked on is
heard: it is done once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Case, F, QuerySet, When
from django.db.models.functions import Greatest
from django.utils import timezone

from jobs.models import Work
from jobs.services.kinds import WorkKind, kind_named, register_kind
from jobs.services.slices import chunks
from tenancy.scope import NOBODY, Owner, required_owner

__all__ = [
    "WorkKind", "begin", "bring_forward", "claim_now", "finished_at", "forget", "is_waiting", "made_due_since", "make_due",
    "note_finished", "once_more", "register_kind", "resume", "stop", "wake",
]  # fmt: skip

# Whoever asks again so soon is told so, and nothing is done: a click doubled, not a person who knows of news.
JUST_NOW = timedelta(seconds=10)
AT_ONCE = 5_000  # rows in a statement: an organization may have a million subjects
UNIQUE_FIELDS = ["kind", "organization", "person", "subject_id"]


def make_due(kind: str, *subject_ids: int, after: timedelta = timedelta(0)) -> None:
    """Let this work be done as soon as possible, or so long from now; what was postponed or stopped as well."""
    _plan(kind, subject_ids, first=after)


def begin(kind: str, *subject_ids: int) -> None:
    """Do this work regularly from now on, the first time spread over one cadence: a crowd of newcomers for whom nobody
    waits must not use up what others need."""
    cadence = kind_named(kind).cadence or timedelta(0)
    apart = cadence / (len(subject_ids) or 1)
    _plan(kind, subject_ids, first=apart, apart=apart)


def _plan(
    kind: str,
    subject_ids: Sequence[int],
    *,
    first: timedelta,
    apart: timedelta = timedelta(0),
) -> None:
    now, owner = timezone.now(), _owner(kind)
    for part in chunks(enumerate(subject_ids), AT_ONCE):
        Work.objects.bulk_create(
            [
                Work(**owner._asdict(), kind=kind, subject_id=pk, due_at=now + first + apart * turn)
                for turn, pk in part
            ],
            update_conflicts=True,
            unique_fields=UNIQUE_FIELDS,
            update_fields=["due_at", "postponed_reason", "stopped_reason"],
        )


def wake(kind: str, *subject_ids: int, after: timedelta = timedelta(0)) -> None:
    """Let this work be done, too: so long from now if that was never planned or was stopped, else when it is planned."""
    due_at, owner = timezone.now() + after, _owner(kind)
    fresh = [Work(**owner._asdict(), kind=kind, subject_id=pk, due_at=due_at) for pk in subject_ids]
    Work.objects.bulk_create(fresh, ignore_conflicts=True)
    stopped = _rows(kind, subject_ids).exclude(stopped_reason="")
    stopped.update(stopped_reason="", postponed_reason="", due_at=due_at)


def bring_forward(kind: str, *subject_ids: int) -> None:
    """Do planned work now, unless it is under way: for doubts, which that very work may raise."""
    now = timezone.now()
    planned = _rows(kind, subject_ids).filter(stopped_reason="", available_at__gt=now)
    planned.exclude(lease_until__gt=now).update(due_at=now)


def finished_at(kind: str, subject_id: int) -> datetime | None:
    """The time at which this work was done last; None: never, or it is under way."""
    rows = _rows(kind, [subject_id]).exclude(lease_until__gt=timezone.now())
    return rows.values_list("last_finished_at", flat=True).first()


def once_more(kind: str, *subject_ids: int, at: datetime) -> None:
    """Do planned work at this moment already: a person asked for it too soon."""
    _rows(kind, subject_ids).filter(stopped_reason="", due_at__gt=at).update(due_at=at)


@contextmanager
def claim_now(kind: str, subject_id: int, *, unless_within: timedelta = JUST_NOW) -> Iterator[bool]:
    """A person waits for this work. False: it is under way, or was done just now; nothing is to be done.

    True: it is the caller's alone, and when that goes well the next time is a full cadence away.
    """
    rule, now = kind_named(kind), timezone.now()
    row = {**_owner(kind)._asdict(), "kind": kind, "subject_id": subject_id}
    Work.objects.bulk_create([Work(**row, due_at=now)], ignore_conflicts=True)
    free = Work.objects.filter(**row).exclude(lease_until__gt=now)
    lease_until = now + rule.lease
    is_lost = Case(When(lease_until=None, then=0), default=1)
    if not free.exclude(last_finished_at__gt=now - unless_within).update(
        lease_until=lease_until, lost_leases=F("lost_leases") + is_lost
    ):
        yield False
        return
    held = Work.objects.filter(**row, lease_until=lease_until)
    try:
        yield True
    except BaseException:
        held.update(lease_until=None)
        raise
    done_at = timezone.now()
    if rule.cadence is None:
        held.exclude(due_at__gt=now, due_at__lte=done_at).delete()
    made_due_meanwhile = When(due_at__gt=now, due_at__lte=done_at, then=F("due_at"))
    next_at = Greatest(F("due_at"), done_at + (rule.cadence or timedelta(0)))
    held.update(
        lease_until=None,
        attempts=0,
        lost_leases=0,
        postponed_reason="",
        last_finished_at=done_at,
        due_at=Case(made_due_meanwhile, default=next_at),
    )


def note_finished(kind: str, *subject_ids: int, due_in: timedelta | None = None) -> None:
    """Note that work was done just now, outside its turn: the next time is so long from now, else a full cadence."""
    now, owner = timezone.now(), _owner(kind)
    due_at = now + (due_in or kind_named(kind).cadence or timedelta(0))
    Work.objects.bulk_create(
        [
            Work(**owner._asdict(), kind=kind, subject_id=pk, due_at=due_at, last_finished_at=now)
            for pk in subject_ids
        ],
        update_conflicts=True,
        unique_fields=UNIQUE_FIELDS,
        update_fields=[
            "due_at", "attempts", "postponed_reason", "last_finished_at", "stopped_reason",
        ],
    )  # fmt: skip


def made_due_since(moment: datetime, kind: str, *subject_ids: int) -> set[int]:
    """The subjects that somebody has made due since then, and that are due still."""
    due = _rows(kind, subject_ids).filter(due_at__gt=moment, due_at__lte=timezone.now())
    return set(due.values_list("subject_id", flat=True))


def resume(*kinds: str) -> None:
    """Make due whatever of these kinds was postponed of the owner in scope, and what is under way once more:
    what stood in its way has gone."""
    rows = _of(required_owner()).filter(kind__in=kinds)
    postponed = rows.filter(stopped_reason="", attempts__gt=0)
    postponed.update(due_at=timezone.now(), attempts=0, postponed_reason="")


def stop(kind: str, *subject_ids: int, reason: str) -> None:
    """Do this work no longer, and say why."""
    _rows(kind, subject_ids).update(stopped_reason=reason)


def forget(kind: str, *subject_ids: int) -> None:
    """Delete this work: its subject has gone."""
    _rows(kind, subject_ids).delete()


def is_waiting(*kinds: str) -> bool:
    """Is any work of these kinds due or under way of the owner in scope?"""
    rows = _of(required_owner()).filter(kind__in=kinds)
    return rows.filter(stopped_reason="", due_at__lte=timezone.now()).exists()


def _owner(kind: str) -> Owner:
    return required_owner() if kind_named(kind).has_owner else NOBODY


def _rows(kind: str, subject_ids: Sequence[int]) -> QuerySet[Work]:
    return _of(_owner(kind)).filter(kind=kind, subject_id__in=subject_ids)


def _of(owner: Owner) -> QuerySet[Work]:
    return Work.objects.filter(**owner._asdict())
