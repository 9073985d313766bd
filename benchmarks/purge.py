"""P7: the compliance purge, from its plan to its receipt, against plain DELETE in batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from django.utils import timezone

from benchmarks.data import copy, legacy_snapshots
from benchmarks.measure import Figure, seconds_of, share_of_speed
from benchmarks.place import plain_table
from benchmarks.world import World
from tenancy.scope import organization_scope
from tiktok.models import LegacyMigration
from tiktok.services.legacy.purging import run_purge, start_purge

MOST_ROWS = 50_000
BATCH = 10_000
PLAIN = "benchmark_legacy"
DELETE = f"DELETE FROM {PLAIN} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {PLAIN} LIMIT {BATCH}))"


def figures(world: World) -> Iterator[Figure]:
    rows = min(MOST_ROWS, world.rows)
    # What is purged stays gone: each turn takes an organization of its own.
    doomed = [world.empty(f"doomed-{turn}").pk for turn in range(world.repeat)]
    with psycopg.connect(world.place.admin, autocommit=True) as admin:
        for organization_id in doomed:
            copy(admin, legacy_snapshots(organization_id, rows, into="tiktok_videosnapshot"))
        admin.execute("VACUUM ANALYZE tiktok_videosnapshot")
    with plain_table(world.place, PLAIN) as plain:

        def delete(turn: int) -> float:
            copy(plain, legacy_snapshots(doomed[turn], rows, into=PLAIN))
            plain.execute(f"VACUUM ANALYZE {PLAIN}")
            return seconds_of(lambda: _delete(plain))

        yield share_of_speed(
            "P7",
            "compliance purge, plan to receipt",
            rows=rows,
            measured=lambda turn: _purge(doomed[turn]),
            baseline=delete,
            repeat=world.repeat,
        )


def _purge(organization_id: int) -> float:
    with organization_scope(organization_id):
        LegacyMigration.objects.create(cut_over_at=timezone.now())
        return seconds_of(lambda: run_purge(start_purge(actor=None)))


def _delete(plain: psycopg.Connection[Any]) -> None:
    while plain.execute(DELETE).rowcount:
        pass
