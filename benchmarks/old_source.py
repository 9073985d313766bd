"""P9B: an import of an installation's posts of the old source, against COPY of the same rows into the same tables."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.data import NOW, Table, copy
from benchmarks.imports import most_memory
from benchmarks.measure import Figure, seconds_of, share_of_speed
from benchmarks.world import World
from campaigns.models import Campaign
from campaigns.services.legacy.importing import import_legacy_export
from tenancy.scope import organization_scope
from tiktok.services.facts.months import open_legacy_partitions

BAR = 0.05
MOST_ROWS = 1_000_000
POSTS_OF_ACCOUNT = 50
HEADER = "handle,followers,video_id,caption,posted_at,collected_at,views,likes,comments,shares\n"
COUNTS = "video_views likes comments shares"
URL = "https://www.tiktok.com/t/ZTxyz/"


def figures(world: World) -> Iterator[Figure]:
    rows = min(world.rows, MOST_ROWS)
    imported, copied = world.empty("old-import").pk, world.empty("old-copy").pk
    before = 0
    with _file(rows) as path, psycopg.connect(world.place.admin, autocommit=True) as admin:

        def run(_: int) -> float:
            nonlocal before
            before = most_memory()
            with organization_scope(imported):
                return seconds_of(lambda: _import(path, rows))

        figure = share_of_speed(
            "P9B", "import_legacy, reading and writing (+{} MB)", rows=rows, repeat=1, bar=BAR,
            measured=run, baseline=lambda _: seconds_of(lambda: _copy(admin, copied, rows)),
        )  # fmt: skip
    yield Figure(**{**vars(figure), "what": figure.what.format(most_memory() - before)})


def _posts(rows: int) -> Iterator[tuple[int, str, datetime]]:
    """Number, TikTok's id and time of each post; those of an account one after the other."""
    for number in range(rows):
        posted_at = NOW - timedelta(days=400, minutes=number % 400_000)
        yield number, str((int(posted_at.timestamp()) << 32) + 2 * number + 1), posted_at


@contextmanager
def _file(rows: int) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write(HEADER)
        for number, video_id, posted_at in _posts(rows):
            file.write(
                f"old.{number // POSTS_OF_ACCOUNT},{number}.5K,{video_id},Clip {number} ⛰️,{posted_at:%Y-%m-%d %H:%M:%S},"
                f"{posted_at + timedelta(days=9):%Y-%m-%d %H:%M:%S},{number % 900}.1K,{number % 9_000},{number % 500},\n"
            )
        file.flush()
        yield Path(file.name)


def _import(path: Path, rows: int) -> None:
    result = import_legacy_export(path, campaign_name="Past posts", actor=None)
    if result.new != rows:
        raise RuntimeError(f"Not all was imported: {result}")


def _copy(admin: psycopg.Connection[Any], owner: int, rows: int) -> None:
    """The same rows, each table in the order of the one it refers to."""
    posts, handles = list(_posts(rows)), [f"old.{n}" for n in range(-(-rows // POSTS_OF_ACCOUNT))]
    campaign = a_campaign(owner)
    with admin.transaction():
        creators = _copied(
            admin, owner, "tiktok_creator",
            "handle tiktok_creator_id marketplace_status invite_refusal display_name profile_image bio country "
            "creator_rate_currency profile_source profile_fetched_at created_at",
            [(handle, "", "unknown", "", handle, "", "", "", "", "legacy", NOW, NOW) for handle in handles],
        )  # fmt: skip
        people = _copied(
            admin, owner, "crm_influencer", "name email country language created_at",
            [(handle, "", "", "", NOW) for handle in handles],
        )  # fmt: skip
        accounts = _copied(
            admin, owner, "crm_socialaccount", "influencer_id network account_type handle creator_id created_at",
            [(person, "tiktok", "tiktok", *each, NOW) for person, *each in zip(people, handles, creators, strict=True)],
        )  # fmt: skip
        _copied(admin, owner, "campaigns_participant", "campaign_id account_id added_at", [(campaign, account, NOW) for account in accounts])  # fmt: skip
        videos = _copied(
            admin, owner, "tiktok_video",
            f"creator_id tiktok_video_id source published_at caption url embed_url thumbnail_url {COUNTS} counts_source "
            "counts_fetched_at",
            [
                (creators[n // POSTS_OF_ACCOUNT], video_id, "legacy", at, f"Clip {n} ⛰️", URL, "", "", n, n, n, None, "legacy", at)
                for n, video_id, at in posts
            ],
        )  # fmt: skip
        _copied(
            admin, owner, "tiktok_videosnapshot", f"video_id source bucket_at fetched_at {COUNTS}",
            [(pk, "legacy", at.replace(minute=0), at, n, n, n, None) for pk, (n, _, at) in zip(videos, posts, strict=True)],
        )  # fmt: skip
        days = {(n // POSTS_OF_ACCOUNT, at.date()): (n, at) for n, _, at in posts}
        _copied(
            admin, owner, "tiktok_creatorsnapshot", "creator_id source bucket_at fetched_at follower_count",
            [(creators[of], "legacy", at.replace(hour=0, minute=0), at, n) for (of, _), (n, at) in days.items()],
        )  # fmt: skip
        _copied(
            admin, owner, "campaigns_post",
            "campaign_id account_id network network_post_id url video_id origin review_state review_reason published_at "
            "published_since asked_count created_at",
            [
                (campaign, accounts[n // POSTS_OF_ACCOUNT], "tiktok", video_id, URL, pk, "legacy", "", "", at, at, 0, NOW)
                for pk, (n, video_id, at) in zip(videos, posts, strict=True)
            ],
        )  # fmt: skip


def a_campaign(owner: int) -> int:
    """The campaign that takes the copied posts; the partitions that take readings of the old source are made, too."""
    with organization_scope(owner):
        open_legacy_partitions()
        day = NOW.date()
        return Campaign.objects.create(name="Past", client="Past", starts_on=day, ends_on=day).pk


def _copied(
    admin: psycopg.Connection[Any], owner: int, table: str, columns: str, rows: Sequence[Any]
) -> list[int]:
    """Copy rows; their ids, where they have any, in order."""
    copy(admin, Table(table, f"organization_id {columns}", ((owner, *row) for row in rows)))
    if "snapshot" in table:
        return []
    ids = f"SELECT id FROM {table} WHERE organization_id = %s ORDER BY id"
    return [row[0] for row in admin.execute(ids, [owner])]
