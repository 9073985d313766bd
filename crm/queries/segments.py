"""Segments of a member, and how many influencers filters keep."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import OperationalError, connection, models, transaction
from django.db.models import Q

from crm.models import Segment
from tenancy.composed import ROW, Composed
from tenancy.models import User
from tenancy.scope import current_groups, required_organization_id

Read = TypeVar("Read")
COUNTED_EXACTLY = 10_000
KEPT_FOR = 300  # seconds
SLOW = 0.2  # seconds that counting took: only such a number is kept
COUNT_FOR = 2000  # milliseconds


def _segments(user_id: int) -> models.QuerySet[Segment]:
    mine = Q(owner_id=user_id) | Q(is_shared=True)
    return Segment.objects.filter(mine).order_by("position", "pk")


_SEGMENTS = Composed(_segments, [ROW])


def segments_of(user: User) -> list[Segment]:
    """The member's own segments and those that are shared, in their order."""
    return _SEGMENTS.rows(user.pk)


def count_kept(
    what: tuple[object, ...], rows: Callable[[], models.QuerySet[models.Model]]
) -> int | None:
    """How many rows there are; None if counting takes longer than two seconds.

    A number that was slow to count is one of the last five minutes; any other is counted anew, since people compare it
    with the rows beside it. `what` names the rows beside the organization and the groups in scope.
    """
    groups = sorted(groups) if (groups := current_groups()) is not None else None
    facts = repr((required_organization_id(), groups, what))
    key = f"crm.count.{hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()}"
    kept = cache.get(key)
    if kept is None:
        began = time.monotonic()
        kept = _count(rows())
        if time.monotonic() - began > SLOW:
            cache.set(key, kept if kept is not None else -1, KEPT_FOR)
    return None if kept == -1 else kept


def _count(rows: models.QuerySet[models.Model]) -> int | None:
    return in_time(rows.count)


def in_time(read: Callable[[], Read]) -> Read | None:
    """The answer of a query; None if it takes longer than two seconds."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(COUNT_FOR)])
            return read()
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
