"""The loader of numbers: COPY into a temporary table, then one statement under row-level security.

That statement keeps the facts, rolls them up by day and brings the latest numbers up to date, so that the three cannot
disagree. A fact is unique per (object, source, bucket); a later look within the bucket replaces the earlier one. Ids of
another organization's objects match nothing and load nothing. Nothing is smoothed: what fell and what cannot be right
is kept as TikTok told it, and flagged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from tiktok.enums import Source
from tiktok.models import (
    CREATOR_NUMBERS,
    VIDEO_NUMBERS,
    Creator,
    CreatorSnapshot,
    Video,
    VideoSnapshot,
    bits_of,
)
from tiktok.policies import MOST_COUNT, absurd_numbers

COUNTS, ENGAGEMENT, REPORTED = VIDEO_NUMBERS[:4], VIDEO_NUMBERS[4:6], VIDEO_NUMBERS[4:]
CREATOR_COUNTS, CREATOR_RATES = CREATOR_NUMBERS[:3], CREATOR_NUMBERS[3:]
# Which of a video's numbers a source tells: a look brings no number that another source told.
TOLD = {
    Source.LEGACY: COUNTS,
    Source.PUBLIC: COUNTS,
    Source.AUTHORIZED: (*COUNTS, *ENGAGEMENT),
    Source.ORDER_REPORT: VIDEO_NUMBERS,
}
# The moment of the latest row that every look of a source moves on: no fact of the source is later.
STAMPS = {
    Source.PUBLIC: "counts_fetched_at",
    Source.AUTHORIZED: "counts_fetched_at",
    Source.ORDER_REPORT: "report_fetched_at",
}
# Counters only ever grow. Followers, likes and videos of an account become fewer in honest ways, averages and rates too.
GROWING = (*COUNTS, "total_engagements", "reach", "total_play_time")
LARGEST = 2**63 - 1  # that a column of counts holds
Look = tuple[Any, datetime]  # a row that carries numbers, and when TikTok told them


@dataclass(frozen=True)
class Group:
    """Numbers of the latest row that a look replaces together if it is not older (`latest` the row, `known` the look)."""

    names: Sequence[str]
    fetched_at: str
    only_if: str = "true"
    source: str = ""
    stamps: bool = True

    @property
    def is_due(self) -> str:
        return f"(latest.{self.fetched_at} IS NULL OR latest.{self.fetched_at} <= known.fetched_at) AND {self.only_if}"

    @property
    def replaced(self) -> dict[str, str]:
        values = {name: f"known.{name}" for name in self.names}
        if self.source:
            values[self.source] = "known.source"
        if self.stamps:
            values[self.fetched_at] = "known.fetched_at"
        return values


@dataclass(frozen=True)
class Load:
    """What one load is about: tables, source, the numbers it tells, which of them only grow, what becomes the latest."""

    facts: type[models.Model]
    latest: type[models.Model]
    key: str
    bucket: str
    source: Source
    order: Sequence[str]
    told: Sequence[str]
    growing: Sequence[str] = ()
    groups: Sequence[Group] = ()
    stamp: str = ""
    has_days: bool = False
    at: datetime | None = None  # of all looks; None where they differ and each row says its own

    def once(self, expression: str) -> str:
        """The expression over the moment of a look, evaluated once where all looks share it."""
        if self.at is None:
            return expression.format(at="loading.fetched_at")
        moment = f"'{self.at.isoformat()}'::timestamptz"
        return f"(SELECT {expression.format(at=moment)})"

    @property
    def columns(self) -> tuple[str, ...]:
        """Of the temporary table."""
        return (self.key, *self.told, "absurd", *(() if self.at else ("fetched_at",)))

    @property
    def bucket_at(self) -> str:
        return self.once(f"date_trunc('{self.bucket}', {{at}})")

    @property
    def flags(self) -> tuple[str, ...]:
        return ("falling", "absurd") if self.growing else ("absurd",)


def record_creator_snapshots(rows: Iterable[Creator], *, is_shown: bool = True) -> None:
    """Keep the numbers that these accounts carry as facts of their UTC day (`profile_source`, `profile_fetched_at`).

    They become the latest numbers if no later look has been kept; not while another source's are on show.
    """
    by_source: dict[str, list[Look]] = {}
    for row in rows:
        if row.profile_fetched_at:
            by_source.setdefault(row.profile_source, []).append((row, row.profile_fetched_at))
    for source, looks in by_source.items():
        load = Load(
            CreatorSnapshot,
            Creator,
            key="creator_id",
            bucket="day",
            source=Source(source),
            order=CREATOR_NUMBERS,
            told=CREATOR_NUMBERS,
            groups=_latest_of_creators(Source(source)) if is_shown else [],
        )
        _keep(load, looks)


def _latest_of_creators(source: Source) -> list[Group]:
    """Counts are of any look. Averages and rates that the influencer authorized are of the authorized ones only."""
    counts = Group(CREATOR_COUNTS, "profile_fetched_at", source="profile_source")
    if source == Source.AUTHORIZED:
        return [counts, Group(CREATOR_RATES, "insights_fetched_at")]
    nothing_better = "latest.insights_fetched_at IS NULL"
    rates = Group(CREATOR_RATES, "profile_fetched_at", only_if=nothing_better, stamps=False)
    return [counts, rates]


def record_video_snapshots(
    rows: Iterable[Video], *, source: str, fetched_at: datetime | None = None
) -> None:
    """Keep the numbers that these videos carry as facts of their hour. Without `fetched_at`, of their `counts_fetched_at`.

    Of each video only the numbers that the source tells; they become the latest if no later look has been kept.
    """
    looks = [(row, fetched_at or row.counts_fetched_at) for row in rows]
    _keep(_load_of_videos(Source(source)), looks)


def _load_of_videos(source: Source) -> Load:
    counts = Group(COUNTS, "counts_fetched_at", source="counts_source")
    # Where an order's report stands, engagement is the report's.
    own_engagement = "latest.report_fetched_at IS NULL"
    groups: dict[Source, list[Group]] = {
        Source.LEGACY: [counts],
        Source.PUBLIC: [counts],
        Source.AUTHORIZED: [
            counts,
            Group(ENGAGEMENT, "counts_fetched_at", only_if=own_engagement, stamps=False),
        ],
        Source.ORDER_REPORT: [
            replace(counts, only_if="known.video_views IS NOT NULL"),
            Group(REPORTED, "report_fetched_at"),
        ],
    }
    return Load(
        VideoSnapshot,
        Video,
        key="video_id",
        bucket="hour",
        source=source,
        order=VIDEO_NUMBERS,
        told=TOLD[source],
        growing=[name for name in TOLD[source] if name in GROWING],
        groups=groups[source],
        stamp=STAMPS.get(source, ""),
        has_days=source != Source.LEGACY,
    )


def _keep(load: Load, looks: Sequence[Look]) -> None:
    if not looks:
        return
    moments = {fetched_at for _, fetched_at in looks}
    load = replace(load, at=moments.pop() if len(moments) == 1 else None)
    of_each = {look[0].id: look for look in looks}  # the one given last
    in_order = [of_each[key] for key in sorted(of_each)]
    try:
        _write(load, in_order)
    except IntegrityError:  # a fact of the bucket stands that the latest row does not tell of
        _write(replace(load, stamp=""), in_order)


@transaction.atomic
def _write(load: Load, looks: Sequence[Look]) -> None:
    columns = ", ".join(load.columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE loading AS SELECT {columns} FROM {_table(load.facts)} WITH NO DATA"  # noqa: S608 -- our own names
        )
        cursor.execute("SELECT * FROM loading")  # says the types that a binary COPY must send
        types = [column.type_code for column in cursor.description]
        with cursor.copy("COPY loading FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(types)
            for row in _rows(load, looks):
                copy.write_row(row)
        cursor.execute(_statement(load))
        cursor.execute("DROP TABLE loading")


def _rows(load: Load, looks: Iterable[Look]) -> Iterator[tuple[Any, ...]]:
    """A look that tells nothing is none."""
    told, has_only_counts = attrgetter(*load.told), load.told == COUNTS
    for subject, fetched_at in looks:
        numbers, absurd = told(subject), 0
        if not (has_only_counts and _is_ordinary(numbers)):
            absurd = bits_of(absurd_numbers(dict(zip(load.told, numbers, strict=True))), load.order)
            numbers = tuple(number if _fits(number) else None for number in numbers)
            if not absurd and numbers.count(None) == len(numbers):
                continue
        yield (subject.id, *numbers, absurd, *(() if load.at else (fetched_at,)))


def _is_ordinary(counts: tuple[int | None, ...]) -> bool:
    """The short way for most rows: nothing absent, negative, or above the views."""
    try:
        return min(counts) >= 0 and max(counts) == counts[0] <= MOST_COUNT  # type: ignore[type-var, operator]
    except TypeError:
        return False


def _fits(number: float | None) -> bool:
    """Can a column hold it? What cannot be held is absent, and flagged."""
    return number is not None and abs(number) <= LARGEST


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _statement(load: Load) -> str:
    """`known`: the looks at our own objects, and what fell. From it the facts, the days and the latest numbers."""
    falling = f", {_falling(load)} AS falling" if load.growing else ""
    new_day = f", {_before()}, {_is_new_day(load)} AS is_new_day" if load.has_days else ""
    moment = f", {load.once('{at}')} AS fetched_at" if load.at else ""
    return (
        f"WITH known AS MATERIALIZED (SELECT loading.*, latest.organization_id, '{load.source}'::varchar AS source, "  # noqa: S608 -- our own names
        f"{load.bucket_at} AS bucket_at{moment}{falling}{new_day}, {_is_first(load)} AS is_first "
        f"FROM loading JOIN {_table(load.latest)} latest ON latest.id = loading.{load.key}), "
        f"{_facts(load)}{_days() if load.has_days else ''} {_latest(load)}"
    )


def _is_first(load: Load) -> str:
    """Does the latest row prove that no fact stands in the bucket? Then none is looked for, which costs half of an INSERT."""
    return f"(latest.{load.stamp} < {load.bucket_at}) IS TRUE" if load.stamp else "false"


def _facts(load: Load) -> str:
    names = ("source", "bucket_at", "fetched_at", *load.told, *load.flags)
    columns = ", ".join(("organization_id", load.key, *names))
    insert = f"INSERT INTO {_table(load.facts)} ({columns}) SELECT {columns} FROM known WHERE"  # noqa: S608 -- our own names
    return (
        f"first AS ({insert} is_first), "
        f"again AS ({insert} NOT is_first ON CONFLICT ({load.key}, source, bucket_at) DO UPDATE SET {_excluded(names[2:])} "
        f"WHERE excluded.fetched_at >= {_table(load.facts)}.fetched_at)"
    )


def _excluded(names: Iterable[str]) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in names)


def _falling(load: Load) -> str:
    """Bits of the counters that are lower than in the latest earlier fact of the same object and source.

    Mostly the latest row proves that nothing fell; only where it does not, the earlier fact is looked up.
    """
    some_fell = " OR ".join(f"loading.{name} < latest.{name}" for name in load.growing)
    bits = " | ".join(
        f"CASE WHEN loading.{name} < earlier.{name} THEN {bits_of([name], load.order)} ELSE 0 END"
        for name in load.growing
    )
    return (
        f"CASE WHEN latest.counts_source = '{load.source}' AND latest.counts_fetched_at <= {load.once('{at}')} "  # noqa: S608 -- our own names
        f"AND (latest.falling = 0 OR latest.counts_fetched_at < {load.bucket_at}) AND ({some_fell}) IS NOT TRUE THEN 0 "
        f"ELSE coalesce((SELECT {bits} FROM {_table(load.facts)} earlier WHERE earlier.{load.key} = loading.{load.key} "
        f"AND earlier.source = '{load.source}' AND earlier.bucket_at < {load.bucket_at} "
        "ORDER BY earlier.bucket_at DESC LIMIT 1), 0) END"
    )


def _latest(load: Load) -> str:
    """The last part of the statement: the numbers of the subject's own row."""
    if not load.groups:
        return "SELECT"
    values = {
        name: value if len(load.groups) == 1 else f"CASE WHEN {group.is_due} THEN {value} ELSE latest.{name} END"
        for group in load.groups
        for name, value in group.replaced.items()
    }  # fmt: skip
    told = str(bits_of(load.told, load.order)) if len(load.groups) == 1 else " | ".join(
        f"CASE WHEN {group.is_due} THEN {bits_of(group.names, load.order)} ELSE 0 END"
        for group in load.groups
    )  # fmt: skip
    for flag in load.flags:
        values[flag] = f"(latest.{flag} & ~({told})) | (known.{flag} & ({told}))"
    return (
        f"UPDATE {_table(load.latest)} latest SET {', '.join(f'{n} = {v}' for n, v in values.items())} FROM known "  # noqa: S608 -- our own names
        f"WHERE latest.id = known.{load.key} AND ({' OR '.join(f'({group.is_due})' for group in load.groups)})"
    )


# --- days --------------------------------------------------------------------------------------------------------
# The running day stands on the video itself. When a look of another day comes, the earlier of the two is the last of its
# day: one row for each day and video, not one write for each look.
def _is_new_day(load: Load) -> str:
    days_differ = f"latest.counts_fetched_at::date <> {load.once('{at}::date')}"
    return f"loading.video_views IS NOT NULL AND {days_differ}"


def _before() -> str:
    """The latest numbers as they stand before the look."""
    counts = ", ".join(f"latest.{name} AS before_{name}" for name in COUNTS)
    return f"latest.counts_source AS before_source, latest.counts_fetched_at AS before_fetched_at, {counts}"


def _days() -> str:
    names = ("source", "fetched_at", *COUNTS)
    columns, before = ", ".join(names), ", ".join(f"before_{name}" for name in names)
    return (
        f", days AS (INSERT INTO tiktok_videoday (organization_id, video_id, day, {columns}) "  # noqa: S608 -- our own names
        "SELECT organization_id, video_id, closed.fetched_at::date, closed.* FROM known "
        f"CROSS JOIN LATERAL (VALUES ({before}), ({', '.join(f'known.{name}' for name in names)})) closed ({columns}) "
        "WHERE is_new_day AND closed.video_views IS NOT NULL "
        "AND closed.fetched_at = least(before_fetched_at, known.fetched_at) "
        f"ON CONFLICT (video_id, day) DO UPDATE SET {_excluded(('source', 'fetched_at', *COUNTS))} "
        "WHERE excluded.fetched_at >= tiktok_videoday.fetched_at)"
    )


def rebuild_days(video_ids: list[int]) -> None:
    """Make the finished days of these videos anew after facts of an authorization were deleted."""
    columns = ", ".join(("source", "fetched_at", *COUNTS))
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tiktok_videoday USING tiktok_video latest WHERE latest.id = ANY(%s) "
            "AND video_id = latest.id AND (tiktok_videoday.source = %s OR day >= latest.counts_fetched_at::date)",
            [video_ids, Source.AUTHORIZED],
        )
        cursor.execute(
            f"INSERT INTO tiktok_videoday (organization_id, video_id, day, {columns}) "  # noqa: S608 -- our own names
            "SELECT DISTINCT ON (video_id, fact.fetched_at::date) fact.organization_id, video_id, fact.fetched_at::date, "
            f"{', '.join(f'fact.{name}' for name in ('source', 'fetched_at', *COUNTS))} "
            "FROM tiktok_videosnapshot fact JOIN tiktok_video latest ON latest.id = video_id "
            "WHERE video_id = ANY(%s) AND fact.source <> %s AND fact.video_views IS NOT NULL "
            "AND (latest.video_views IS NULL OR fact.fetched_at::date < latest.counts_fetched_at::date) "
            "ORDER BY video_id, fact.fetched_at::date, fact.fetched_at DESC ON CONFLICT DO NOTHING",
            [video_ids, Source.LEGACY],
        )


def prepare_months() -> None:
    """Make the partitions of this month and the coming ones where they are missing. Harmless to repeat.

    The run-time role owns nothing: a function of the owner's does it (migration `0006`), or fails after three seconds
    of waiting for a lock; there are months of time to try again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT tiktok_prepare_months()")
