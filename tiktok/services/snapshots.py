"""The loader of snapshots: COPY into a temporary table, then one INSERT under row-level security.

A row is unique per (object, source, bucket); a later look within the bucket replaces the earlier one. Ids of another
organization's objects match nothing and load nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from tiktok.models import Creator, CreatorSnapshot, Video, VideoSnapshot

CREATOR_NUMBERS = (
    "follower_count", "like_count", "video_count", "average_views", "engagement_rate", "completion_rate",
)  # fmt: skip
VIDEO_NUMBERS = (
    "video_views", "likes", "comments", "shares", "total_engagements", "engagement_rate", "reach",
    "total_play_time", "average_play_time", "video_completion_rate",
)  # fmt: skip


def record_creator_snapshots(rows: Iterable[Creator]) -> None:
    """Keep the latest numbers of these accounts as facts of their UTC day (`profile_source`, `profile_fetched_at`)."""
    _load(
        CreatorSnapshot,
        Creator,
        "creator_id",
        CREATOR_NUMBERS,
        [
            (
                row.pk,
                row.profile_source,
                _day(row.profile_fetched_at),
                row.profile_fetched_at,
                *(getattr(row, name) for name in CREATOR_NUMBERS),
            )
            for row in rows
            if row.profile_fetched_at
        ],
    )


def record_video_snapshots(
    rows: Iterable[Video], *, source: str, fetched_at: datetime | None = None
) -> None:
    """Keep the latest numbers of these videos as facts of their hour. Without `fetched_at`, of their `counts_fetched_at`."""
    _load(
        VideoSnapshot,
        Video,
        "video_id",
        VIDEO_NUMBERS,
        [
            (
                row.pk,
                source,
                _hour(fetched_at or row.counts_fetched_at),
                fetched_at or row.counts_fetched_at,
                *(getattr(row, name) for name in VIDEO_NUMBERS),
            )
            for row in rows
        ],
    )


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


@transaction.atomic
def _load(
    snapshot: type[models.Model],
    subject: type[models.Model],
    key: str,
    numbers: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    if not rows:
        return
    table, columns = (
        snapshot._meta.db_table,
        ", ".join((key, "source", "bucket_at", "fetched_at", *numbers)),
    )
    newest = ", ".join(f"{name} = excluded.{name}" for name in ("fetched_at", *numbers))
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE loading AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608 -- names of our own models
        )
        cursor.execute("SELECT * FROM loading")  # says the types that a binary COPY must send
        types = [column.type_code for column in cursor.description]
        with cursor.copy("COPY loading FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {table} (organization_id, {columns}) "  # noqa: S608 -- names of our own models
            f"SELECT DISTINCT ON ({key}, source, bucket_at) subject.organization_id, loading.{columns.replace(', ', ', loading.')} "
            f"FROM loading JOIN {subject._meta.db_table} subject ON subject.id = loading.{key} "
            f"ORDER BY {key}, source, bucket_at, loading.fetched_at DESC "
            f"ON CONFLICT ({key}, source, bucket_at) DO UPDATE SET {newest} "
            f"WHERE excluded.fetched_at >= {table}.fetched_at"
        )
        cursor.execute("DROP TABLE loading")
