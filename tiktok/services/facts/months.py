"""Partitions of the snapshots, one a month: made ahead of need, and of any month that readings come from. The old source's
readings stand in one for each organization.

The run-time role owns nothing: functions of the owner's do it (migration `0019`), and give up after three seconds
of waiting for a lock. A reading without a partition of its month goes to the catch-all; `prepare_months` moves it from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.utils import timezone

log = structlog.get_logger()
# This month and the five that follow, and the months of what stands in the catch-all.
NEEDED = """
SELECT date_trunc('month', now(), 'UTC') + make_interval(months => ahead) FROM generate_series(0, 5) ahead
UNION SELECT * FROM tiktok_stray_months()
"""


def prepare_months(using: str = DEFAULT_DB_ALIAS) -> int:
    """Make the partitions that are missing. Harmless to repeat. Returns how many readings left the catch-all for theirs."""
    moved = sum(_prepare(moment, using) for (moment,) in _rows(NEEDED, using))
    if moved:
        log.info("history.strays_moved", readings=moved)
    return moved


def prepare_past_months(moments: Iterable[datetime]) -> None:
    """Make the partitions of months that are over, where readings of then are about to be kept.

    A lock that others hold is no reason to refuse the readings: the catch-all takes them.
    """
    now = timezone.now()
    begun_at = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for moment in {(at.year, at.month): at for at in moments if at < begun_at}.values():
        try:
            _prepare(moment, DEFAULT_DB_ALIAS)
        except OperationalError as problem:
            log.warning("history.month_not_made", month=f"{moment:%Y-%m}", problem=str(problem))


def open_legacy_partitions() -> None:
    """Make the partitions that take the old source's readings of the organization in scope. Harmless to repeat.

    Raises IntegrityError after its cut-over.
    """
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT tiktok_open_legacy()")


def _prepare(moment: datetime, using: str) -> int:
    """A transaction for each month, so that none is locked longer than its own rows take."""
    with transaction.atomic(using):
        [[moved]] = _rows("SELECT tiktok_prepare_month(%s)", using, moment)
    return int(moved)


def _rows(statement: str, using: str, *values: datetime) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
