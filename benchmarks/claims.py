"""P2b: one claim of 50 calls over rows of work of ten uneven organizations, however many of them are due."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
from django.db import transaction

from benchmarks.measure import Figure, in_turns
from benchmarks.world import World
from jobs.enums import Lane
from jobs.services.claims import claim
from jobs.services.kinds import kinds_in

CALLS, FEW = 50, 1_000
SHARES = (60, 10, *[4] * 8)  # per cent of the rows
FILL = """
INSERT INTO jobs_work (kind, organization_id, subject_id, due_at, attempts, lost_leases, postponed_reason, stopped_reason)
SELECT (ARRAY['profile', 'videos', 'insights', 'marketplace'])[1 + n %% 4], %(organization)s, n,
    CASE WHEN n %% %(every)s = 0 THEN now() - make_interval(secs => n %% 86400) ELSE now() + interval '1 day' END,
    0, 0, '', ''
FROM generate_series(1, %(rows)s) AS n
"""


def figures(world: World) -> Iterator[Figure]:
    organizations = [world.empty(f"claims-{number}").pk for number in range(len(SHARES))]
    baseline: float | None = None
    for rows, due in _sizes(world.rows):
        with psycopg.connect(world.place.admin, autocommit=True) as admin:
            admin.execute("TRUNCATE jobs_work")
            for organization, share in zip(organizations, SHARES, strict=True):
                size = rows * share // 100
                values = {"organization": organization, "rows": size, "every": rows // due}
                admin.execute(FILL, values)
            admin.execute("VACUUM ANALYZE jobs_work")
        seconds, _ = in_turns(_claim, _claim, world.page_turns)
        if baseline is None:
            baseline = seconds
            continue
        what = f"a claim of {CALLS} calls, {rows:,} rows, {due:,} due"
        measured, theirs = f"{seconds * 1000:.1f} ms", f"{baseline * 1000:.1f} ms"
        yield Figure("P2B", what, measured, theirs, seconds / baseline, 2.0)
    with psycopg.connect(world.place.admin, autocommit=True) as admin:
        admin.execute("TRUNCATE jobs_work")  # nothing for others to do


def _sizes(rows: int) -> list[tuple[int, int]]:
    """(rows, due): the baseline first."""
    few = min(FEW, rows)
    return [(few, few), *((rows, due) for due in (few, max(few, rows // 10), rows))]


def _claim(_: int) -> float:
    """Claimed and given back."""
    with transaction.atomic():
        begun = time.perf_counter()
        batches = claim(kinds_in(Lane.POLLS), calls=CALLS)
        seconds = time.perf_counter() - begun
        transaction.set_rollback(True)
    if len(batches) != CALLS:
        raise AssertionError(f"{len(batches)} calls were claimed")
    return seconds
