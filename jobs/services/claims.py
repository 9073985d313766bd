"""Claim, work, finish, postpone, give up, release: the only place in the project that does.

A lost worker costs a delay, never data: its lease ends and the row is claimed again. A handler gets primary keys inside
their owner's scope and calls services that may be repeated. Trouble with one subject never stops the others. A
row that loses its lease again and again is suspected of killing its worker: it is tried alone, then stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from random import random

import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, connection, transaction
from django.db.models import Case, F, QuerySet, When
from django.db.models.functions import Greatest
from django.utils import timezone

from jobs.errors import WorkStopped
from jobs.models import Work
from jobs.models.work import GIVEN_UP, MOST_LOST_LEASES, STOPPED_AS_LOST
from jobs.services.kinds import WorkKind, kind_named
from jobs.services.slices import chunks
from tenancy.scope import NOBODY, Owner, owner_scope

log = structlog.get_logger()

CLAIM = (Path(__file__).parent / "claim.sql").read_text()
# Rows of a claim, to one call: calls that serve many must not lease more than is done before the lease ends.
ROWS_PER_CALL = 4
MOST_SPREAD_SECONDS = 30.0
LONGEST_WAIT = timedelta(hours=1)
DEFECT = "defect"


@dataclass(frozen=True)
class Claim:
    """A row of work that this process holds until `lease_until`."""

    id: int
    organization_id: int | None
    person_id: int | None
    kind: str
    subject_id: int
    attempts: int
    lease_until: datetime

    @property
    def owner(self) -> Owner:
        return Owner(self.organization_id, self.person_id)

    @property
    def held(self) -> QuerySet[Work]:
        """The row while it is ours: who has lost the lease changes nothing."""
        return Work.objects.filter(pk=self.id, lease_until=self.lease_until)


Batch = Sequence[Claim]  # of one kind and owner: what one call of the handler takes


def claim(kinds: Iterable[WorkKind], *, calls: int) -> list[Batch]:
    """Claim what is due of these kinds, at most so many calls; organizations and their kinds in turn."""
    claims = sorted(
        _claim(list(kinds), calls),
        key=lambda c: (c.organization_id or 0, c.person_id or 0, c.kind, c.subject_id),
    )
    owners = groupby(claims, key=lambda claim: (claim.owner, claim.kind))
    return [batch for (_, kind), group in owners for batch in chunks(group, kind_named(kind).batch)]


def _claim(kinds: Sequence[WorkKind], calls: int) -> list[Claim]:
    rules = [
        {"kind": k.name, "batch": k.batch, "lease_seconds": k.lease.total_seconds()} for k in kinds
    ]
    values: dict[str, datetime | str | int] = {
        "now": timezone.now(),
        "kinds": json.dumps(rules),
        "most_calls": calls,
        "most_rows": calls * ROWS_PER_CALL,
        "most_lost": MOST_LOST_LEASES,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        claims = [Claim(*row) for row in cursor.fetchall()]
    return [claim for claim in claims if claim.lease_until is not None]


@transaction.atomic
def claim_suspect(kinds: Iterable[WorkKind]) -> Claim | None:
    """Claim one row that lost too many leases, to be tried alone. One that was lost alone, too, is stopped for good."""
    names, now = [kind.name for kind in kinds], timezone.now()
    suspects = Work.objects.filter(
        kind__in=names,
        stopped_reason="",
        lost_leases__gte=MOST_LOST_LEASES,
        available_at__lte=now,
    )
    row = suspects.select_for_update(skip_locked=True).order_by("available_at").first()
    if row is None:
        return None
    if row.lease_until is not None:
        log.error("work.killed_its_workers", kind=row.kind, subject=row.subject_id)
        _stop(_claim_of(row), Work.objects.filter(pk=row.pk), STOPPED_AS_LOST)
        return None
    return _lease(row, now)


@transaction.atomic
def claim_subject(kind: str, owner: Owner, subject_id: int) -> Claim | None:
    """Claim this one piece of work; None when it is not due, is under way, or was stopped. One whose lease was lost is free."""
    now = timezone.now()
    rows = Work.objects.filter(
        **owner._asdict(),
        kind=kind,
        subject_id=subject_id,
        stopped_reason="",
        lost_leases__lt=MOST_LOST_LEASES,
        due_at__lte=now,
    ).exclude(lease_until__gt=now)
    row = rows.select_for_update(skip_locked=True).first()
    return None if row is None else _lease(row, now)


def _lease(row: Work, now: datetime) -> Claim:
    row.lost_leases += row.lease_until is not None
    row.lease_until, row.attempts = now + kind_named(row.kind).lease, row.attempts + 1
    row.save(update_fields=["lease_until", "attempts", "lost_leases"])
    return _claim_of(row)


def _claim_of(row: Work) -> Claim:
    assert row.lease_until is not None  # noqa: S101 -- it is claimed
    return Claim(
        row.pk, row.organization_id, row.person_id, row.kind, row.subject_id, row.attempts, row.lease_until,
    )  # fmt: skip


def _stop(claim: Claim, rows: QuerySet[Work], reason: str) -> None:
    """Stop this work until somebody makes it due again, say why, and tell its kind."""
    tell = kind_named(claim.kind).on_stop
    if rows.update(stopped_reason=reason, lease_until=None) and tell is not None:
        with _scope(claim):
            tell([claim.subject_id])


def make_rows_due(rows: QuerySet[Work]) -> None:
    """Make this work due at once, whoever owns it; what was stopped as well."""
    rows.update(due_at=timezone.now(), postponed_reason="", stopped_reason="")


def work(batch: Batch) -> None:
    """Do it in its owner's scope. What is no longer ours is anybody's again, and left alone.

    Raises nothing that the handler raises but what ends the process's work (Celery's time limit, WorkStopped): the lease
    is given back then.
    """
    if batch[0].lease_until <= timezone.now():
        return
    try:
        with _scope(batch[0]):
            _work(kind_named(batch[0].kind), batch)
    except (SoftTimeLimitExceeded, WorkStopped):
        release(batch)
        raise


def _scope(claim: Claim) -> AbstractContextManager[None]:
    return nullcontext() if claim.owner == NOBODY else owner_scope(claim.owner)


def _work(kind: WorkKind, batch: Batch) -> None:
    try:
        due_in = kind.handler([claim.subject_id for claim in batch]) or {}
    except SoftTimeLimitExceeded:
        raise
    except Exception as problem:
        subjects = [claim.subject_id for claim in batch]
        if word := _word(kind, problem):
            log.warning(
                "work.postponed", kind=kind.name, subjects=len(batch), reason=word, problem=str(problem),
                request_id=getattr(problem, "request_id", ""),
            )  # fmt: skip
        else:  # one broken subject must not stop the others
            log.exception("work.broken", kind=kind.name, subjects=subjects)
        if len(batch) > 1 and (not word or isinstance(problem, kind.of_one_subject)):
            for claim in batch:  # one of them spoils the batch
                _work(kind, [claim])
        else:
            _postpone(kind, batch, problem, word or DEFECT)
    else:
        for claim in batch:
            _finish(claim, due_in.get(claim.subject_id, kind.cadence))


def _word(kind: WorkKind, problem: Exception) -> str:
    """The word that a page says of an expected problem; empty for a defect of ours."""
    return next(
        (kind.problems[known] for known in type(problem).__mro__ if known in kind.problems), ""
    )


def _finish(claim: Claim, due_in: timedelta | None) -> None:
    """Done. Work that is done once goes, unless somebody made it due meanwhile."""
    if due_in is None:
        claim.held.exclude(due_at__gt=_claimed_at(claim)).delete()
    now = timezone.now()
    _settle(claim, now + (due_in or timedelta(0)), attempts=0, last_finished_at=now)


def _postpone(kind: WorkKind, batch: Batch, problem: Exception, word: str) -> None:
    """Try again later: when the problem itself says so, else after a minute, doubled with each failure, an hour at most.
    Who only had to wait has not failed: patience with it begins anew."""
    retry_after: float | None = getattr(problem, "retry_after", None)
    for claim in batch:
        if retry_after is not None:
            # A little more, so that not all come at once.
            spread = min(MOST_SPREAD_SECONDS, retry_after / 10) * random()  # noqa: S311 -- no secret
            due_in, changes = timedelta(seconds=retry_after + spread), {"attempts": 1}
        elif kind.most_attempts and claim.attempts >= kind.most_attempts:
            _stop(claim, claim.held, f"{GIVEN_UP} {claim.attempts} attempts.")
            continue
        else:
            due_in = min(LONGEST_WAIT, timedelta(minutes=2 ** min(claim.attempts - 1, 6)))
            changes = {}
        _settle(claim, timezone.now() + due_in, postponed_reason=word, **changes)


def _settle(
    claim: Claim, due_at: datetime, *, postponed_reason: str = "", **changes: object
) -> None:
    """The end of a lease that was not lost. Whoever made the row due during the work is heard."""
    made_due_meanwhile = When(due_at__gt=_claimed_at(claim), then=F("due_at"))
    claim.held.update(
        lease_until=None,
        lost_leases=0,
        due_at=Case(made_due_meanwhile, default=due_at),
        postponed_reason=postponed_reason,
        **changes,
    )


def _claimed_at(claim: Claim) -> datetime:
    return claim.lease_until - kind_named(claim.kind).lease


def release(batch: Batch) -> None:
    """Give leases back: the rows are anybody's at once, and the attempt does not count."""
    for claim in batch:
        try:
            claim.held.update(lease_until=None, attempts=Greatest(F("attempts") - 1, 0))
        except DatabaseError:  # the lease runs out by itself
            log.warning("work.not_released", kind=claim.kind, subject=claim.subject_id)
            connection.close()
            return
