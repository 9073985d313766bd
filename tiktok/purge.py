"""Purge is a registry of small purgers: what goes, why, how many, and one slice of the act.

A run plans first (rows and the hash of their ids), then deletes slice by slice, each in its own transaction, and can be
left and taken up again; the receipt is issued when the re-scan of every table finds nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.enums import PurgeState, Source
from tiktok.models import (
    Creator,
    CreatorSnapshot,
    LegacyMigration,
    PurgeReceipt,
    PurgeRun,
    Video,
    VideoSnapshot,
)
from tiktok.services.legacy.receipts import issue_receipt

SLICE_ROWS = 5_000
Rows = Callable[[], "models.QuerySet[Any]"]


class NotCutOver(RuntimeError):
    """The old source's data is still on show; cut over first."""


@dataclass(frozen=True)
class Purger:
    """One kind of row that must go. `act` deletes or empties a slice of `rows()` and returns how many."""

    name: str
    what: str
    why: str
    rows: Rows
    act: Callable[[models.QuerySet[Any]], int]


def delete_rows(rows: models.QuerySet[Any]) -> int:
    """Delete without loading; partitions and composite keys included."""
    return rows._raw_delete(rows.db)  # noqa: SLF001 -- no cascades: purgers run in order


def empty_profiles(rows: models.QuerySet[Creator]) -> int:
    """Creators stay (handle and membership are not the old source's); their numbers go."""
    return rows.update(
        follower_count=None,
        like_count=None,
        video_count=None,
        engagement_rate=None,
        display_name="",
        profile_image="",
        bio="",
        profile_source="",
        profile_fetched_at=None,
    )


TERMS = "TikTok's terms forbid keeping data of another source."
_purgers: list[Purger] = []


def register_purger(purger: Purger, *, first: bool = False) -> None:
    """Add a purger; `first` for rows that hold on to others'."""
    _purgers.insert(0 if first else len(_purgers), purger)


register_purger(
    Purger(
        "video_snapshots",
        "Numbers of posts over time",
        TERMS,
        lambda: VideoSnapshot.objects.filter(source=Source.LEGACY),
        delete_rows,
    )
)
register_purger(
    Purger(
        "creator_snapshots",
        "Numbers of accounts over time",
        TERMS,
        lambda: CreatorSnapshot.objects.filter(source=Source.LEGACY),
        delete_rows,
    )
)
register_purger(
    Purger(
        "videos",
        "Posts: captions, images, latest numbers",
        TERMS,
        lambda: Video.objects.filter(source=Source.LEGACY),
        delete_rows,
    )
)
register_purger(
    Purger(
        "creator_profiles",
        "Latest numbers on account profiles",
        TERMS,
        lambda: Creator.objects.filter(profile_source=Source.LEGACY),
        empty_profiles,
    )
)


def plan_purge() -> list[dict[str, Any]]:
    """The plan of a purge of the organization in scope: a line for each purger with its rows and their hash."""
    return [
        {
            "name": purger.name,
            "what": purger.what,
            "why": purger.why,
            "rows": (ids := _ids_digest(purger.rows()))[0],
            "sha256": ids[1],
        }
        for purger in _purgers
    ]


def _ids_digest(rows: models.QuerySet[Any]) -> tuple[int, str]:
    """How many rows, and the SHA-256 over their ids in order."""
    digest, count = hashlib.sha256(), 0
    for key in rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=5_000):
        digest.update(f"{_key_text(key)}\n".encode())
        count += 1
    return count, digest.hexdigest()


def _key_text(key: Any) -> str:
    return "|".join(str(part) for part in key) if isinstance(key, tuple) else str(key)


def start_purge(*, actor: User | None) -> PurgeRun:
    """Plan a purge, or take up the one that was left. Raises NotCutOver."""
    with transaction.atomic():
        migration = LegacyMigration.objects.select_for_update().first()
        if migration is None or migration.cut_over_at is None:
            raise NotCutOver("Cut over first: the old source's data is still on show.")
        run = PurgeRun.objects.filter(state=PurgeState.RUNNING).first()
        if run is None:
            lines = plan_purge()
            run = PurgeRun.objects.create(actor=actor, counts={"planned": lines, "gone": {}})
            record(Verb.PURGE_STARTED, run, actor=actor, rows=sum(line["rows"] for line in lines))
    return run


def run_purge(
    run: PurgeRun, *, progress: Callable[[str, int], None] = lambda name, gone: None
) -> PurgeReceipt:
    """Delete slice by slice until nothing is left, then issue the receipt. May be killed and called again."""
    for purger in _purgers:
        while _purge_slice(run, purger):
            progress(purger.name, run.counts["gone"][purger.name])
    return issue_receipt(run)


@transaction.atomic
def _purge_slice(run: PurgeRun, purger: Purger) -> bool:
    """One slice and its count, together or not at all. False when nothing was left."""
    locked = PurgeRun.objects.select_for_update().get(pk=run.pk)
    gone = purger.act(_slice(purger.rows()))
    if not gone:
        return False
    locked.counts["gone"][purger.name] = locked.counts["gone"].get(purger.name, 0) + gone
    locked.save(update_fields=["counts"])
    run.counts = locked.counts
    return True


def _slice(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The first rows by key. A bound, not a list of keys: thousands of composite ones take seconds to look up."""
    last = rows.order_by("pk").values_list("pk", flat=True)[SLICE_ROWS - 1 : SLICE_ROWS].first()
    return rows if last is None else rows.filter(pk__lte=last)
