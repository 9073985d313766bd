"""P1: the snapshot loader against COPY itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg

from benchmarks.data import NOW
from benchmarks.measure import Figure, seconds_of, share_of_speed
from benchmarks.place import plain_table
from benchmarks.world import World
from tenancy.scope import organization_scope
from tiktok.enums import Source
from tiktok.models import Video
from tiktok.services.facts.snapshots import VIDEO_NUMBERS, record_video_snapshots

BATCH = 5_000
BATCHES = 10
HISTORY = 4  # turns before those that count, on both sides: an empty index is quicker to fill than any in use
COLUMNS = ("organization_id", "video_id", "source", "bucket_at", "fetched_at", *VIDEO_NUMBERS)
PLAIN = "benchmark_snapshot"


def figures(world: World) -> Iterator[Figure]:
    organization_id = world.filled("loader", min(BATCH, world.rows)).organization_id
    with organization_scope(organization_id):
        videos = list(Video.objects.all())

    def load(hours: Sequence[datetime], *, minute: int) -> float:
        with organization_scope(organization_id):
            return seconds_of(lambda: _load(videos, hours, minute))

    def load_again(turn: int) -> float:
        """Hour by hour, as time goes: the first sync is not counted."""
        seconds = 0.0
        for hour in _hours(turn):
            load([hour], minute=1)
            seconds += load([hour], minute=2)
        return seconds

    with plain_table(world.place, PLAIN) as plain:

        def copy(turn: int) -> float:
            rows = [row for hour in _hours(turn) for row in _rows(videos, hour)]
            return seconds_of(lambda: _copy(plain, rows))

        for turn in range(HISTORY):
            copy(turn)
            load(_hours(turn), minute=1)
        new, known, late = (HISTORY + n * world.repeat for n in range(3))
        size = {"rows": len(videos) * BATCHES, "repeat": world.repeat}
        yield share_of_speed(
            "P1", "snapshots, new", bar=0.35, **size,
            measured=lambda n: load(_hours(new + n), minute=1), baseline=lambda n: copy(new + n),
        )  # fmt: skip
        yield share_of_speed(
            "P1", "snapshots, known", bar=0.20, **size,
            measured=lambda n: load_again(known + n), baseline=lambda n: copy(known + n),
        )  # fmt: skip
        yield share_of_speed(
            "P1", "snapshots, late", **size,
            measured=lambda n: load(_hours(new + n), minute=3), baseline=lambda n: copy(late + n),
        )  # fmt: skip


def _hours(turn: int) -> list[datetime]:
    """Each turn fills hours that were empty."""
    return [NOW + timedelta(hours=BATCHES * turn + n) for n in range(BATCHES)]


def _load(videos: Sequence[Video], hours: Sequence[datetime], minute: int) -> None:
    for hour in hours:
        fetched_at = hour + timedelta(minutes=minute)
        record_video_snapshots(videos, source=Source.PUBLIC, fetched_at=fetched_at)


def _rows(videos: Sequence[Video], hour: datetime) -> Iterator[tuple[Any, ...]]:
    for video in videos:
        numbers = (getattr(video, name) for name in VIDEO_NUMBERS)
        yield (video.organization_id, video.pk, Source.PUBLIC.value, hour, hour, *numbers)


def _copy(plain: psycopg.Connection[Any], rows: Sequence[tuple[Any, ...]]) -> None:
    with plain.cursor() as cursor:
        columns = ", ".join(COLUMNS)
        cursor.execute(f"SELECT {columns} FROM {PLAIN} LIMIT 0")
        types = [column.type_code for column in cursor.description or ()]
        statement = f"COPY {PLAIN} ({columns}) FROM STDIN (FORMAT binary)"
        with cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
