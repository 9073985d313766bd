"""The loader of numbers: COPY into a temporary table, then one readable statement under row-level security.

`video_snapshots.sql` and `creator_snapshots.sql` keep the facts and bring the latest numbers up to date, so that the two
cannot disagree. A fact is unique per (object, source, bucket); a later reading within the bucket
replaces the earlier one. Ids of another organization's objects match nothing and load nothing. Nothing is smoothed: what
fell and what cannot be right is kept as TikTok reported it, and flagged. Call it behind the lock of the accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, connection, transaction

from tiktok.enums import Source
from tiktok.models import (
    CREATOR_NUMBERS,
    VIDEO_NUMBERS,
    bits_of,
)
from tiktok.policies import MOST_COUNT, absurd_numbers
from tiktok.services.facts.months import open_legacy_partitions, prepare_past_months
from tiktok.services.facts.statements import statement

COUNTS, ENGAGEMENT = VIDEO_NUMBERS[:4], VIDEO_NUMBERS[4:6]
# How many of a video's numbers a source reports: a reading brings no number that another source reported.
REPORTED = {
    Source.LEGACY: len(COUNTS),
    Source.PUBLIC: len(COUNTS),
    Source.AUTHORIZED: len(COUNTS) + len(ENGAGEMENT),
    Source.ORDER_REPORT: len(VIDEO_NUMBERS),
}
LARGEST = 2**63 - 1  # that a column of counts holds
Reading = tuple[Any, datetime]  # a row that carries numbers, and when TikTok reported them


@dataclass(frozen=True)
class Table:
    """The input of a `.sql` file: a temporary table `loading`, made from the columns of the facts' own table."""

    statement: str
    key: str
    name: str
    flag: str
    numbers: Sequence[str]


VIDEOS = Table("video_snapshots", "video_id", "tiktok_videosnapshot", "may_exist", VIDEO_NUMBERS)
CREATORS = Table(
    "creator_snapshots", "creator_id", "tiktok_creatorsnapshot", "is_shown", CREATOR_NUMBERS
)


def record_creator_snapshots(rows: Iterable[Any], *, is_shown: bool = True) -> None:
    """Keep the numbers that these accounts carry as facts of their UTC day (`profile_source`, `profile_fetched_at`).

    They become the latest numbers if no later reading has been kept; not while another source's are on show. Those that do not
    may be of several days of one account.
    """
    by_source: dict[str, list[Reading]] = {}
    for row in rows:
        if row.profile_fetched_at:
            by_source.setdefault(row.profile_source, []).append((row, row.profile_fetched_at))
    for source, readings in by_source.items():
        _make_room(readings, source)
        kept = _latest_of_each(readings) if is_shown else _last_of_each_day(readings)
        loading = list(_rows(kept, CREATOR_NUMBERS))
        _load(CREATORS, CREATOR_NUMBERS, loading, {"source": Source(source), "is_shown": is_shown})


def record_video_snapshots(
    rows: Iterable[Any], *, source: str, fetched_at: datetime | None = None
) -> None:
    """Keep the numbers that these videos carry as facts of their hour. Without `fetched_at`, of their `counts_fetched_at`.

    Of each video only the numbers that the source reports; they become the latest if no later reading has been kept.
    """
    readings = [(row, fetched_at or row.counts_fetched_at) for row in rows]
    names = VIDEO_NUMBERS[: REPORTED[Source(source)]]
    _make_room(readings, source)
    loading = list(_rows(_latest_of_each(readings), names))
    try:
        _load(VIDEOS, names, loading, {"source": Source(source), "may_exist": False})
    except IntegrityError:  # there is a fact of the hour that the latest row does not prove
        _load(VIDEOS, names, loading, {"source": Source(source), "may_exist": True})


def _make_room(readings: Iterable[Reading], source: str) -> None:
    if source == Source.LEGACY:
        open_legacy_partitions()
    else:
        prepare_past_months(fetched_at for _, fetched_at in readings)


def _latest_of_each(readings: Iterable[Reading]) -> list[Reading]:
    """The readings in the order of their rows' keys, of each row the one given last."""
    of_each = {reading[0].pk: reading for reading in readings}
    return [of_each[key] for key in sorted(of_each)]


def _last_of_each_day(readings: Iterable[Reading]) -> list[Reading]:
    """Keep the last reading of each row and day."""
    of_days = {
        (row.pk, at.date()): (row, at) for row, at in sorted(readings, key=lambda each: each[1])
    }
    return [of_days[key] for key in sorted(of_days)]


def _rows(readings: Iterable[Reading], names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """A reading without any number is none."""
    get, has_only_counts = attrgetter(*names), names == COUNTS
    for row, fetched_at in readings:
        numbers, absurd = get(row), 0
        if not (has_only_counts and _is_ordinary(numbers)):
            absurd = bits_of(absurd_numbers(dict(zip(names, numbers, strict=True))), names)
            numbers = tuple(number if _is_storable(number) else None for number in numbers)
            if not absurd and numbers.count(None) == len(numbers):
                continue
        yield (row.id, fetched_at, absurd, *numbers)


def _is_ordinary(counts: tuple[int | None, ...]) -> bool:
    """The short way for most rows: nothing absent, negative, or above the views."""
    try:
        return min(counts) >= 0 and max(counts) == counts[0] <= MOST_COUNT  # type: ignore[type-var, operator]
    except TypeError:
        return False


def _is_storable(number: float | None) -> bool:
    """Can a column hold it? What cannot be held is absent, and flagged."""
    return number is not None and abs(number) <= LARGEST


@transaction.atomic
def _load(
    table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]], same: Mapping[str, object]
) -> None:
    """COPY of each row its key, its time, its absurd bits and the named numbers. `same`: what all rows have in common."""
    if not rows:
        return
    sent = ", ".join((table.key, "fetched_at", "absurd", *names))
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE loading AS SELECT {table.key}, source, fetched_at, true AS {table.flag}, absurd, "  # noqa: S608 -- our own names
            f"{', '.join(table.numbers)} FROM {table.name} WITH NO DATA"
        )
        for name, value in same.items():
            cursor.execute(f"ALTER TABLE loading ALTER {name} SET DEFAULT '{value}'")
        cursor.execute(f"SELECT {sent} FROM loading")  # noqa: S608 -- our own names; says the types that COPY must send
        types = [column.type_code for column in cursor.description]
        with cursor.copy(f"COPY loading ({sent}) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
        cursor.execute(statement(table.statement))
        cursor.execute("DROP TABLE loading")
