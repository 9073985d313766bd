"""The queue of looks at TikTok: rows claimed with SKIP LOCKED, fair between organizations, finished by a fenced update.

A lost worker costs a delay, never data: its lease ends and the row is claimed again. A handler gets the primary keys of
its subjects inside their organization's scope and calls services that may be repeated; it may say of each subject how long
its numbers stay fresh. Trouble with one subject never stops the others.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.db import connection
from django.db.models import Case, F, When
from django.db.models.functions import Greatest
from django.utils import timezone

from tenancy.scope import organization_scope, required_organization_id
from tiktok.enums import PollKind, Trouble
from tiktok.errors import (
    OF_ONE_SUBJECT,
    CallsUncounted,
    ConnectionEnded,
    GrantBeingRenewed,
    MarketplaceAccessEnded,
    NoMarketplaceAccount,
    SealBroken,
    TikTokBusy,
    TikTokProblem,
    TikTokRefused,
    TikTokUnavailable,
)
from tiktok.limits import workers_patience
from tiktok.models import Poll

log = structlog.get_logger()

Handler = Callable[[Sequence[int]], Mapping[int, timedelta] | None]
LEASE = timedelta(minutes=5)
MOST_SPREAD_SECONDS = 30.0
LONGEST_WAIT = timedelta(hours=1)
# Whoever asks again so soon is told so, and TikTok is not asked: a click doubled, not a person who knows of news.
JUST_NOW = timedelta(seconds=10)
# How long numbers stay fresh unless the handler knows better, and how many subjects one call of it takes.
CADENCE = {
    PollKind.MARKETPLACE: timedelta(days=1),
    PollKind.MEMBERSHIP: timedelta(days=1),
    PollKind.PROFILE: timedelta(days=1),
    PollKind.INSIGHTS: timedelta(days=7),
    PollKind.VIDEOS: timedelta(days=1),
    PollKind.ORDER: timedelta(hours=1),
}
BATCH = {
    PollKind.MARKETPLACE: 1,
    PollKind.MEMBERSHIP: 20,
    PollKind.PROFILE: 1,
    PollKind.INSIGHTS: 1,
    PollKind.VIDEOS: 1,
    PollKind.ORDER: 50,
}
# What a page says of a look that met this; anything else is a defect of ours.
TROUBLE_OF: dict[type[Exception], Trouble] = {
    TikTokBusy: Trouble.LIMIT_REACHED,
    CallsUncounted: Trouble.UNCOUNTED,
    GrantBeingRenewed: Trouble.BEING_RENEWED,
    TikTokUnavailable: Trouble.NO_ANSWER,
    TikTokRefused: Trouble.REFUSED,
    NoMarketplaceAccount: Trouble.NO_ACCOUNT,
    MarketplaceAccessEnded: Trouble.ACCESS_ENDED,
    ConnectionEnded: Trouble.GRANT_ENDED,
    SealBroken: Trouble.SEALED,
}
# Of a claim's polls, to one call: calls that serve many must not lease more than is done before the lease ends.
POLLS_PER_CALL = 4
_handlers: dict[str, Handler] = {}

# What is due, in the calls that look at it: the organizations in turn, and of each its kinds of look, so that neither a
# large organization nor a backlog of one kind keeps the rest waiting. Where turns are equal, lots are drawn. `turn` counts
# the organization's own polls that go before, `before` everybody's.
CLAIM = """
WITH due AS (
    SELECT id, organization_id, kind,
        (row_number() OVER (PARTITION BY organization_id, kind ORDER BY due_at) - 1)
            / (%(batch)s::jsonb ->> kind)::int AS call
    FROM tiktok_poll
    WHERE stopped_reason = '' AND due_at <= %(now)s AND (lease_until IS NULL OR lease_until < %(now)s)
), calls AS (
    SELECT organization_id, call, array_agg(id) AS ids, count(*) AS polls, random() AS lot
    FROM due GROUP BY organization_id, kind, call
), turns AS (
    SELECT *, sum(polls) OVER (PARTITION BY organization_id ORDER BY call, lot) - polls AS turn FROM calls
), chosen AS (
    SELECT ids, row_number() OVER line AS place, sum(polls) OVER line - polls AS before
    FROM turns WINDOW line AS (ORDER BY turn, lot)
), locked AS MATERIALIZED (
    SELECT id FROM tiktok_poll
    WHERE id = ANY(ARRAY(
        SELECT unnest(ids) FROM chosen WHERE place <= %(most_calls)s AND before < %(most_polls)s
    )) AND stopped_reason = '' AND due_at <= %(now)s AND (lease_until IS NULL OR lease_until < %(now)s)
    FOR UPDATE SKIP LOCKED
)
UPDATE tiktok_poll SET lease_until = %(lease_until)s, attempts = attempts + 1
FROM locked WHERE tiktok_poll.id = locked.id
RETURNING tiktok_poll.id, organization_id, kind, subject_id, attempts
"""


@dataclass(frozen=True)
class Claim:
    """A poll this process holds until `lease_until`."""

    id: int
    organization_id: int
    kind: str
    subject_id: int
    attempts: int
    lease_until: datetime


Batch = list[Claim]


def register_handler(kind: PollKind, handler: Handler) -> None:
    """Say which service does this kind of look. Called once, when the app that owns the subject is ready."""
    _handlers[kind] = handler


def make_due(kind: PollKind, *subject_ids: int) -> None:
    """Look at these subjects of the organization in scope as soon as possible, and from then on regularly."""
    _schedule(kind, subject_ids, timedelta(0))


def begin(kind: PollKind, *subject_ids: int) -> None:
    """Look at these subjects regularly from now on, the first time spread over one round: a crowd of newcomers for whom
    nobody waits must not use up the budget of the others."""
    _schedule(kind, subject_ids, CADENCE[kind] / (len(subject_ids) or 1))


def _schedule(kind: PollKind, subject_ids: Sequence[int], apart: timedelta) -> None:
    now = timezone.now()
    Poll.objects.bulk_create(
        [
            Poll(
                organization_id=required_organization_id(),
                kind=kind,
                subject_id=pk,
                due_at=now + apart * turn,
            )
            for turn, pk in enumerate(subject_ids, 1)
        ],
        update_conflicts=True,
        unique_fields=["kind", "organization", "subject_id"],
        update_fields=["due_at", "trouble", "stopped_reason"],
    )


def wake(kind: PollKind, *subject_ids: int, after: timedelta = timedelta(0)) -> None:
    """Look at these subjects, too: so long from now if that was never planned or had been stopped, else when it is planned."""
    due_at, organization_id = timezone.now() + after, required_organization_id()
    fresh = [
        Poll(organization_id=organization_id, kind=kind, subject_id=pk, due_at=due_at)
        for pk in subject_ids
    ]
    Poll.objects.bulk_create(fresh, ignore_conflicts=True)
    planned = Poll.objects.filter(
        organization_id=organization_id, kind=kind, subject_id__in=subject_ids
    )
    planned.exclude(stopped_reason="").update(stopped_reason="", trouble="", due_at=due_at)


@contextmanager
def look_now(kind: PollKind, subject_id: int) -> Iterator[bool]:
    """A person waits for this look. False: it is under way, or was done just now; nothing is to be asked.

    True: it is the caller's alone, and when that goes well the next one is a full interval away.
    """
    organization_id, now = required_organization_id(), timezone.now()
    key = {"organization_id": organization_id, "kind": kind, "subject_id": subject_id}
    Poll.objects.bulk_create([Poll(**key, due_at=now)], ignore_conflicts=True)
    free = Poll.objects.filter(**key).exclude(lease_until__gt=now)
    lease_until = now + LEASE
    if not free.exclude(last_finished_at__gt=now - JUST_NOW).update(lease_until=lease_until):
        yield False
        return
    held = Poll.objects.filter(**key, lease_until=lease_until)
    try:
        yield True
    except BaseException:
        held.update(lease_until=None)
        raise
    done_at = timezone.now()
    made_due_meanwhile = When(due_at__gt=now, due_at__lte=done_at, then=F("due_at"))
    next_at = Greatest(F("due_at"), done_at + CADENCE[kind])
    held.update(
        lease_until=None,
        attempts=0,
        trouble="",
        last_finished_at=done_at,
        due_at=Case(made_due_meanwhile, default=next_at),
    )


def made_due_since(moment: datetime, kind: PollKind, *subject_ids: int) -> set[int]:
    """Those of these subjects that somebody wants looked at since then, and that are due still."""
    polls = Poll.objects.filter(
        organization_id=required_organization_id(),
        kind=kind,
        subject_id__in=subject_ids,
        due_at__gt=moment,
        due_at__lte=timezone.now(),
    )
    return set(polls.values_list("subject_id", flat=True))


def note_look(kind: PollKind, *subject_ids: int, fresh_for: timedelta | None = None) -> None:
    """These subjects were looked at just now, outside their turn: the next look is a full interval away, or as long as
    their numbers stay fresh."""
    now = timezone.now()
    Poll.objects.bulk_create(
        [
            Poll(
                organization_id=required_organization_id(),
                kind=kind,
                subject_id=pk,
                due_at=now + (fresh_for or CADENCE[kind]),
                last_finished_at=now,
            )
            for pk in subject_ids
        ],
        update_conflicts=True,
        unique_fields=["kind", "organization", "subject_id"],
        update_fields=["due_at", "attempts", "trouble", "last_finished_at", "stopped_reason"],
    )


def resume() -> None:
    """Whatever was put off in the organization in scope is due now, and what is being looked at once more: what stood in
    its way has gone."""
    Poll.objects.filter(
        organization_id=required_organization_id(),
        stopped_reason="",
        attempts__gt=0,
    ).update(due_at=timezone.now(), attempts=0, trouble="")


def stop(kind: PollKind, *subject_ids: int, reason: str) -> None:
    """Stop looking at these subjects, and say why."""
    Poll.objects.filter(
        organization_id=required_organization_id(), kind=kind, subject_id__in=subject_ids
    ).update(stopped_reason=reason)


def is_waiting() -> bool:
    """Is any look of the organization in scope due or under way?"""
    return Poll.objects.filter(
        organization_id=required_organization_id(), stopped_reason="", due_at__lte=timezone.now()
    ).exists()


def pump(*, limit: int = 50) -> int:
    """Claim what is due, at most `limit` calls, and do it, one after the other. Returns the number of polls claimed."""
    batches = claim_batches(limit)
    for batch in batches:
        look_at(batch)
    return sum(map(len, batches))


def claim_batches(limit: int) -> list[Batch]:
    """Claim what is due, the organizations in turn, at most `limit` calls: what one call of a handler takes, together."""
    return [
        batch
        for (_, kind), group in groupby(_claim(limit), key=lambda c: (c.organization_id, c.kind))
        for batch in _batches(list(group), BATCH[PollKind(kind)])
    ]


def look_at(batch: Batch) -> None:
    """Do it in its organization's scope. What is no longer ours is anybody's again, and left alone."""
    if batch[0].lease_until > timezone.now():
        with organization_scope(batch[0].organization_id):
            _work(batch[0].kind, batch)


def _claim(limit: int) -> list[Claim]:
    now = timezone.now()
    lease_until = now + LEASE
    values: dict[str, datetime | str | int] = {
        "now": now,
        "lease_until": lease_until,
        "batch": json.dumps(BATCH),
        "most_calls": limit,
        "most_polls": limit * POLLS_PER_CALL,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        rows = cursor.fetchall()
    claims = [
        Claim(pk, owner, kind, subject, attempts, lease_until)
        for pk, owner, kind, subject, attempts in rows
    ]
    return sorted(claims, key=lambda claim: (claim.organization_id, claim.kind, claim.subject_id))


def _batches(claims: Batch, size: int) -> Iterable[Batch]:
    for start in range(0, len(claims), size):
        yield claims[start : start + size]


def _work(kind: str, batch: Batch) -> None:
    try:
        with workers_patience():
            fresh_for = _handlers[kind]([claim.subject_id for claim in batch]) or {}
    except TikTokProblem as problem:
        log.warning(
            "poll.put_off",
            kind=kind,
            subjects=len(batch),
            problem=str(problem),
            request_id=problem.request_id,
        )
        if isinstance(problem, OF_ONE_SUBJECT) and len(batch) > 1:
            _work_one_by_one(kind, batch)
        else:
            _put_off(batch, problem)
    except Exception as defect:  # one broken subject must not stop the others
        log.exception("poll.broken", kind=kind, subjects=[claim.subject_id for claim in batch])
        if len(batch) > 1:
            _work_one_by_one(kind, batch)
        else:
            _put_off(batch, defect)
    else:
        for claim in batch:
            due_in = fresh_for.get(claim.subject_id, CADENCE[PollKind(kind)])
            _finish(claim, due_in=due_in)


def _work_one_by_one(kind: str, batch: Iterable[Claim]) -> None:
    """One of them spoils the batch."""
    for claim in batch:
        _work(kind, [claim])


def _put_off(batch: Iterable[Claim], problem: Exception) -> None:
    is_busy = isinstance(problem, TikTokBusy)
    trouble = TROUBLE_OF.get(type(problem), Trouble.DEFECT)
    for claim in batch:
        _finish(claim, due_in=_wait(claim, problem), trouble=trouble, is_busy=is_busy)


def _wait(claim: Claim, problem: Exception) -> timedelta:
    """TikTok's own wish first, and a little more, so that not all come at once; else a minute, doubled with each failure,
    an hour at most."""
    if isinstance(problem, TikTokBusy):
        spread = min(MOST_SPREAD_SECONDS, problem.retry_after / 10) * random.random()  # noqa: S311 -- no secret
        return timedelta(seconds=problem.retry_after + spread)
    if isinstance(problem, NoMarketplaceAccount):
        return LONGEST_WAIT  # connecting one resumes it
    return min(LONGEST_WAIT, timedelta(minutes=2 ** min(claim.attempts - 1, 6)))


def _finish(claim: Claim, *, due_in: timedelta, trouble: str = "", is_busy: bool = False) -> None:
    """Done, unless there was trouble. Fenced by the lease: who lost it changes nothing. Whoever made it due during the look
    is heard. Having waited for a turn tells nothing of the subject: patience with it begins anew."""
    now, claimed_at = timezone.now(), claim.lease_until - LEASE
    made_due_meanwhile = When(due_at__gt=claimed_at, then=F("due_at"))
    changes: dict[str, object] = {
        "lease_until": None,
        "due_at": Case(made_due_meanwhile, default=now + due_in),
        "trouble": trouble,
    }
    if not trouble:
        changes |= {"attempts": 0, "last_finished_at": now}
    elif is_busy:
        changes["attempts"] = 1
    Poll.objects.filter(pk=claim.id, lease_until=claim.lease_until).update(**changes)
