"""Segments of a member, and how many influencers filters keep."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import OperationalError, connection, models, transaction
from django.db.models import Q
from django.utils.functional import cached_property

from crm.models import Segment
from tenancy.composed import ROW, Composed
from tenancy.models import User
from tenancy.queries.counters import counts
from tenancy.scope import current_groups, required_organization_id

Read = TypeVar("Read")
COUNTED_EXACTLY = 10_000
MOST_LISTED = 200
KEPT_FOR = 300  # seconds
SLOW = 0.2  # seconds that counting took: only such a number is kept
COUNT_FOR = 2000  # milliseconds
FAIR = 1800  # milliseconds: who takes longer is not counted again soon


def visible_segments(user_id: int) -> models.QuerySet[Segment]:
    """The segments that a member may open: their own and those that are shared."""
    return Segment.objects.filter(Q(owner_id=user_id) | Q(is_shared=True))


def _segments(user_id: int) -> models.QuerySet[Segment]:
    return visible_segments(user_id).order_by("is_shared", "position", "pk")[:MOST_LISTED]


_SEGMENTS = Composed(_segments, [ROW])


def segments_of(user: User) -> list[Segment]:
    """The segments that a member keeps for themselves, then those that are shared, each in their order; at most 200."""
    return _SEGMENTS.rows(user.pk)


class Budget:
    """Time that several counts share: together they take no longer than one may alone. And what they all ask."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + COUNT_FOR / 1000

    @property
    def left(self) -> int:
        """Milliseconds, rounded down."""
        return max(0, int((self._ends - time.monotonic()) * 1000))

    @cached_property
    def people(self) -> int:
        """The influencers of the organization, as triggers count them: where it is another, so are most counts."""
        return counts()["influencers"]


def count_kept(
    what: tuple[object, ...],
    rows: Callable[[], models.QuerySet[models.Model]],
    budget: Budget | None = None,
) -> int | None:
    """How many rows there are; None if counting takes longer than two seconds, or than the budget has left.

    A number that was slow to count is one of the last five minutes, if nobody was added, archived or deleted since; any
    other is counted anew, since people compare it with the rows beside it. `what` names the rows beside the organization
    and the groups in scope.
    """
    budget = budget or Budget()
    groups = sorted(groups) if (groups := current_groups()) is not None else None
    facts = repr((required_organization_id(), groups, budget.people, what))
    key = f"crm.count.{hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()}"
    kept = cache.get(key)
    if kept is None:
        limit = budget.left
        began = time.monotonic()
        kept = _count(rows(), limit)
        is_known = kept is not None or limit >= FAIR
        if is_known and time.monotonic() - began > SLOW:
            cache.set(key, kept if kept is not None else -1, KEPT_FOR)
    return None if kept == -1 else kept


def _count(rows: models.QuerySet[models.Model], limit: int = COUNT_FOR) -> int | None:
    return in_time(rows.count, limit) if limit else None


def in_time(read: Callable[[], Read], limit: int = COUNT_FOR) -> Read | None:
    """The answer of a query; None if it takes longer than so many milliseconds."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(limit)])
            found = read()
            transaction.set_rollback(True)  # the limit is not for what follows in the request
            return found
    except OperationalError:
        return None


def counted_in_words(count: int | None) -> str:
    """A count as people read it: exact up to ten thousand, then "about 412,000"."""
    if count is None:
        return "many"
    if count <= COUNTED_EXACTLY:
        return f"{count:,}"
    step = 10 ** (len(str(count)) - 3)
    return f"about {round(count / step) * step:,}"
