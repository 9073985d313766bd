"""Finding influencers who may be one person: due work when one is written, and a walk over all of them every day.

Names are compared among those that share a word of a name, for a word few have; what more than twenty share (an agency's
address, say) is no sign.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from django.db import connection, models, transaction

from crm.enums import DuplicateState, MatchKind
from crm.models import Duplicate, Influencer
from crm.policies.similarity import is_similar
from jobs.enums import Lane
from jobs.services.queue import WorkKind, make_due, register_kind, wake
from tenancy.models import Organization
from tenancy.scope import organization_scope

CHECK, DAILY, WALK = "crm.duplicates", "crm.duplicates.daily", "crm.duplicates.walk"
MATCHES = (Path(__file__).parent / "matches.sql").read_text()
MOST_ALIKE, MOST_WITH_WORD = 20, 50
SLICE = 100
Pair = tuple[int, int]


def check_for_duplicates(*influencer_ids: int) -> None:
    """Compare influencers that were written with all others soon. Called in the transaction of the change."""
    make_due(CHECK, *influencer_ids)


@transaction.atomic
def find_duplicates(ids: Sequence[int]) -> None:
    """Keep with whom these influencers may be one person; an open pair that shares nothing any more goes."""
    found = _matches(ids)
    either = models.Q(first__in=ids) | models.Q(second__in=ids)
    rows = Duplicate.objects.select_related("first", "second").filter(either)
    known = {(row.first_id, row.second_id): row for row in rows}
    Duplicate.objects.bulk_create(
        [
            Duplicate(first_id=first, second_id=second, matches=sorted(matches))
            for (first, second), matches in found.items()
            if (first, second) not in known
        ],
        ignore_conflicts=True,
    )
    for pair, row in known.items():
        _compare(row, found.get(pair, set()) | _moved(row))


@transaction.atomic
def note_moved_account(handle: str, *ids: int) -> None:
    """Keep that an account went from one of these two influencers to the other, by its owner: they may be one person."""
    first, second = sorted(ids)
    line = _line(MatchKind.ACCOUNT, handle)
    given = {"matches": [line]}
    row, is_new = Duplicate.objects.get_or_create(first_id=first, second_id=second, defaults=given)
    if not is_new:
        _compare(row, {*row.matches, line})


def _moved(row: Duplicate) -> set[str]:
    """The lines of accounts that went from one to the other: no row tells them any more."""
    if row.first.archived_at or row.second.archived_at:
        return set()
    return {line for line in row.matches if line.startswith(f"{MatchKind.ACCOUNT}:")}


def alike(influencer: Influencer) -> list[Influencer]:
    """Influencers of the roster who may be the same person as this one, by name. Nothing is kept, and somebody who stands in no
    list, since they only applied, is compared, too."""
    pairs = _matches([influencer.pk], hidden=[influencer.pk])
    others = {each for pair in pairs for each in pair} - {influencer.pk}
    return list(Influencer.objects.filter(pk__in=others).order_by("sort_name", "pk"))


def _compare(row: Duplicate, matches: set[str]) -> None:
    is_open = row.state == DuplicateState.OPEN
    if is_open and not matches:
        row.delete()
    elif matches - set(row.matches) or (is_open and matches != set(row.matches)):
        row.matches, row.state = sorted(matches), DuplicateState.OPEN
        row.dismissed_at = row.dismissed_by = None
        row.save()


def _matches(ids: Sequence[int], *, hidden: Sequence[int] = ()) -> dict[Pair, set[str]]:
    """The lines that each pair shares, one of them among these influencers; archived ones are nobody's double but for `hidden`."""
    shared: dict[tuple[int, str, str], set[int]] = defaultdict(set)
    for mine, other, kind, value in _shared_values(ids):
        shared[mine, kind, value].add(other)
    met = set(ids).union(*shared.values())
    is_compared = models.Q(archived_at=None) | models.Q(pk__in=hidden)
    names = dict(Influencer.objects.filter(is_compared, pk__in=met).values_list("pk", "sort_name"))
    found: dict[Pair, set[str]] = defaultdict(set)
    for (mine, kind, value), others in shared.items():
        if len(others) > (MOST_WITH_WORD if kind == "word" else MOST_ALIKE):
            continue
        for other in others & names.keys() if mine in names else ():
            match = _match(kind, value, names[mine], names[other])
            if match:
                found[min(mine, other), max(mine, other)].add(match)
    return found


def _match(kind: str, value: str, mine: str, other: str) -> str:
    if kind != "word":
        return _line(MatchKind(kind), mine if kind == MatchKind.NAME else value)
    if mine == other or not is_similar(mine, other):
        return ""
    return _line(MatchKind.NAME, "\n".join(sorted((mine, other))))


def _line(kind: MatchKind, value: str) -> str:
    return f"{kind}:{hashlib.blake2b(value.encode(), digest_size=6).hexdigest()}"


def _shared_values(ids: Sequence[int]) -> Iterable[tuple[int, int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            MATCHES,
            {
                "ids": list(ids),
                "most": MOST_ALIKE,
                "most_with_word": MOST_WITH_WORD,
            },
        )
        return cursor.fetchall()


def plan_checks() -> None:
    """Let every organization's influencers be compared once a day from now on: an import or a bulk change may have
    written some past the services."""
    for organization in Organization.objects.order_by("pk"):
        with organization_scope(organization):
            wake(DAILY, organization.pk)


def _check(ids: Sequence[int]) -> dict[int, timedelta | None]:
    find_duplicates(ids)
    return dict.fromkeys(ids)


def _begin_walk(_: Sequence[int]) -> None:
    make_due(WALK, 0)


def _walk(starts: Sequence[int]) -> dict[int, timedelta | None]:
    """Compare the next influencers behind each of these ids; the last one's is where it goes on."""
    for start in starts:
        rows = Influencer.objects.filter(pk__gt=start, archived_at=None).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:SLICE])
        if ids:
            find_duplicates(ids)
            make_due(WALK, ids[-1])
    return dict.fromkeys(starts)


register_kind(WorkKind(CHECK, Lane.BULK, _check, batch=SLICE))
register_kind(WorkKind(DAILY, Lane.BULK, _begin_walk, cadence=timedelta(days=1)))
register_kind(WorkKind(WALK, Lane.BULK, _walk))
