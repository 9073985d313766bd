"""P9: an import of influencers, preview and writing together, against COPY of the same rows into the same tables."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from django.core.files.uploadedfile import SimpleUploadedFile

from benchmarks.data import NOW
from benchmarks.measure import Figure, seconds_of, share_of_speed
from benchmarks.world import World
from crm.services.imports.runs import begin_import, start_import
from jobs.enums import JobState, Lane
from jobs.services.pool import pump_once
from tenancy.scope import organization_scope

BAR = 0.05
MOST_ROWS = 30_000  # one turn of so many takes two minutes
INFLUENCERS = ("organization_id", "name", "email", "country", "language", "phone", "created_at")
ACCOUNTS = ("organization_id", "influencer_id", "network", "account_type", "handle", "created_at")


def figures(world: World) -> Iterator[Figure]:
    rows = min(world.rows, MOST_ROWS)
    imported, copied = world.empty("imported").pk, world.empty("copied").pk
    content = _file(rows)
    before = most_memory()

    def run(_: int) -> float:
        with organization_scope(imported):
            return seconds_of(lambda: _import(content, world))

    with psycopg.connect(world.place.admin, autocommit=True) as admin:
        figure = share_of_speed(
            "P9", "import, preview and writing (+{} MB)", rows=rows, repeat=1, bar=BAR,
            measured=run, baseline=lambda _: seconds_of(lambda: _copy(admin, copied, rows)),
        )  # fmt: skip
    yield Figure(**{**vars(figure), "what": figure.what.format(most_memory() - before)})


def most_memory() -> int:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _people(rows: int) -> Iterator[tuple[str, ...]]:
    for number in range(rows):
        name = f"Maya Ferrand {number}"
        yield name, f"maya{number}@example.com", "AT", "de", f"+43664{number:07d}", f"maya.{number}"


def _file(rows: int) -> bytes:
    header = "Name,E-mail,Country,Language,Phone,Instagram\n"
    return (header + "".join(",".join(row) + "\n" for row in _people(rows))).encode()


def _import(content: bytes, world: World) -> None:
    parent = start_import(SimpleUploadedFile("roster.csv", content), actor=world.person)
    _finish()
    begin_import(parent, actor=world.person)
    _finish()
    parent.refresh_from_db()
    if parent.job is None or parent.job.state != JobState.DONE:
        raise RuntimeError("The import was not done.")


def _finish() -> None:
    while pump_once(Lane.BULK):
        pass


def _copy(admin: psycopg.Connection[Any], organization_id: int, rows: int) -> None:
    people = list(_people(rows))
    with admin.transaction(), admin.cursor() as cursor:
        _copy_rows(cursor, "crm_influencer", INFLUENCERS, [
            (organization_id, name, email, country, language, phone, NOW)
            for name, email, country, language, phone, _ in people
        ])  # fmt: skip
        cursor.execute(
            "SELECT id FROM crm_influencer WHERE organization_id = %s ORDER BY id",
            [organization_id],
        )
        ids = [row[0] for row in cursor.fetchall()]
        _copy_rows(cursor, "crm_socialaccount", ACCOUNTS, [
            (organization_id, pk, "instagram", "instagram", person[5], NOW)
            for pk, person in zip(ids, people, strict=True)
        ])  # fmt: skip


def _copy_rows(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Any]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
