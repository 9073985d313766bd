"""P7: the compliance purge of the old source's readings, and lists while it, or the cut-over before it, runs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import quantiles
from typing import Any

import psycopg
from django.utils import timezone

from benchmarks.measure import Figure, seconds_of
from benchmarks.place import plain_table
from benchmarks.world import World
from campaigns import queries as campaigns
from campaigns.models import Campaign
from campaigns.services.legacy.cutting_over import start_cut_over
from campaigns.services.legacy.planning import make_plan
from crm.queries import influencer_page
from tenancy.scope import organization_scope
from tiktok.models import LegacyMigration, PurgeReceipt, PurgeRun
from tiktok.queries import is_released
from tiktok.services.facts.months import open_legacy_partitions
from tiktok.services.legacy.purgers import PartitionPurger
from tiktok.services.legacy.purging import run_purge, start_purge

ROWS_EACH = 100  # of the large organization's rows: 10,000,000 legacy rows in a whole run
TENTH = 10  # of them where all is read, or others wait
BATCH = 10_000
PLAIN = "benchmark_legacy"
DELETE = f"DELETE FROM {PLAIN} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {PLAIN} LIMIT {BATCH}))"
# A hundred hours of each post.
FILL = """
INSERT INTO {table} (organization_id, video_id, source, bucket_at, fetched_at, video_views, likes, comments, shares)
SELECT {organization}, {organization} * 10000000 + n / 100, 'legacy', hour, hour, n, n % 900, n % 90, n % 9
FROM generate_series(0, {rows} - 1) AS n,
    LATERAL (SELECT date_trunc('hour', now()) - make_interval(days => 60, hours => n % 100) AS hour) AS at
"""
OF_OLD_SOURCE = (
    "UPDATE tiktok_video SET source = 'legacy', counts_source = 'legacy' WHERE organization_id = %s",
    "UPDATE tiktok_creator SET profile_source = 'legacy' WHERE organization_id = %s",
    "UPDATE campaigns_post SET origin = 'legacy' WHERE organization_id = %s",
)
WORKER = """
import sys, time
import django
django.setup()
from jobs.enums import Lane
from jobs.services.pool import work_off
print("ready", flush=True)
while True:
    work_off(Lane.BULK, threads=1, seconds=5)
    time.sleep(0.2)
"""


def figures(world: World) -> Iterator[Figure]:
    rows = world.rows * ROWS_EACH
    speed = _speed_of_delete(world, rows // TENTH)
    yield _dropped(world, rows, speed)
    yield _whole(world, rows // TENTH, speed)
    yield _beside_the_purge(world, rows // TENTH)
    yield _beside_the_cut_over(world)


def _speed_of_delete(world: World, rows: int) -> float:
    """Rows a second of `DELETE` in batches."""
    with plain_table(world.place, PLAIN) as plain:
        plain.execute(FILL.format(table=PLAIN, organization=1, rows=rows))
        plain.execute(f"VACUUM ANALYZE {PLAIN}")
        return rows / seconds_of(lambda: _delete(plain))


def _delete(plain: psycopg.Connection[Any]) -> None:
    while plain.execute(DELETE).rowcount:
        pass


def _doomed(world: World, name: str, rows: int) -> int:
    """An organization after its cut-over, with so many legacy rows."""
    organization = world.empty(name)
    with organization_scope(organization):
        open_legacy_partitions()
        part = f"tiktok_videosnapshot_legacy_{organization.pk}"
        with psycopg.connect(world.place.admin, autocommit=True) as admin:
            admin.execute(FILL.format(table=part, organization=organization.pk, rows=rows))
            admin.execute(f"VACUUM ANALYZE {part}")
        LegacyMigration.objects.create(cut_over_at=timezone.now())
    return organization.pk


def _dropped(world: World, rows: int, speed: float) -> Figure:
    """The partition alone."""
    with organization_scope(_doomed(world, "dropped", rows)):
        PurgeRun.objects.create()
        purger = PartitionPurger("", "", "", "tiktok_videosnapshot", "video_id")
        took = seconds_of(lambda: [purger.act(), purger.act()])
    return _share("legacy partition, detached, counted and dropped", rows, took, speed, bar=1)


def _whole(world: World, rows: int, speed: float) -> Figure:
    """A purge from its plan to its receipt, with its rests."""
    with organization_scope(_doomed(world, "purged", rows)):
        took = seconds_of(lambda: run_purge(start_purge(actor=None)))
    return _share("compliance purge, plan to receipt", rows, took, speed)


def _share(what: str, rows: int, took: float, speed: float, bar: float | None = None) -> Figure:
    measured, baseline = f"{rows:,} in {took:.1f} s", f"{speed / 1000:,.0f}k rows/s"
    return Figure("P7", what, measured, baseline, rows / took / speed, bar, is_share=True)


def _beside_the_purge(world: World, rows: int) -> Figure:
    """With its pauses."""
    doomed = _doomed(world, "beside", rows)

    def begin() -> None:
        start_purge(actor=None)

    return _lists_beside(
        world, doomed, f"{rows:,} rows are purged", begin, PurgeReceipt.objects.exists
    )


def _beside_the_cut_over(world: World) -> Figure:
    """In its one transaction."""
    filled = world.filled("leaving", world.rows)
    with psycopg.connect(world.place.admin, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        for statement in OF_OLD_SOURCE:
            admin.execute(statement, [filled.organization_id])

    def begin() -> None:
        LegacyMigration.objects.create()
        start_cut_over(make_plan(actor=None), actor=world.person, is_approval=False)

    what = f"{world.rows:,} posts cut over"
    return _lists_beside(world, filled.organization_id, what, begin, is_released)


def _lists_beside(
    world: World, busy_id: int, what: str, begin: Callable[[], None], is_over: Callable[[], bool]
) -> Figure:
    """The 95th percentile of a list's times while a worker does what `begin` begins elsewhere, against an idle one."""
    reader = world.filled("small", world.few)

    def read() -> float:
        with organization_scope(reader.organization_id):
            first = Campaign.objects.get(pk=reader.first)
            return seconds_of(
                lambda: (influencer_page(), campaigns.published_posts_page(first, ""))
            )

    def calmly(reads: int) -> list[float]:
        times = []
        for _ in range(reads):
            times.append(read())
            time.sleep(0.02)  # a reader, not a load
        return times

    def ended() -> bool:
        with organization_scope(busy_id):
            return is_over()

    read()
    turns = 20 if world.is_trial else 300
    idle = calmly(turns)
    busy = []
    with _worker():
        with organization_scope(busy_id):
            begin()
        ends_at = time.monotonic() + 300
        while not ended() and time.monotonic() < ends_at:
            busy += calmly(10)
    idle += calmly(turns)  # before and after, for the machine may have other work
    ours, theirs = (quantiles(times, n=20)[-1] for times in (busy, idle))
    return Figure(
        "P7",
        f"two lists while {what}, 95th percentile, to idle",
        f"{ours * 1000:,.2f} ms",
        f"{theirs * 1000:,.2f} ms",
        ours / theirs,
        2,
    )


@contextmanager
def _worker() -> Iterator[None]:
    """A process that does long work and nothing else; it has started when this goes on."""
    worker = subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE)
    try:
        assert worker.stdout is not None
        worker.stdout.readline()
        yield
    finally:
        worker.terminate()
        worker.wait()
