"""How far the purge of the organization in scope is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, Q

from jobs.models import Job
from tiktok.enums import PurgeState
from tiktok.models import LegacyMigration, PurgeRun

PURGE = "tiktok.purge"  # the kind of its jobs


class LineState(StrEnum):
    """How far the purge is with one table or store."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True)
class PurgeLine:
    """One table or store: what goes from it, how many rows or files were planned, and how many are gone."""

    name: str
    what: str
    planned: int
    gone: int
    state: LineState


@dataclass(frozen=True)
class PurgeProgress:
    """A run in numbers. `is_hashing`: what goes is counted and hashed still, and nothing is gone yet. `is_stopped`: no job does it
    any more though nobody has paused it; `problem` says why, where that is known."""

    run: PurgeRun
    lines: tuple[PurgeLine, ...]
    slices: int
    last_slice_at: datetime | None
    is_hashing: bool
    is_stopped: bool
    problem: str

    @property
    def planned(self) -> int:
        return sum(line.planned for line in self.lines)

    @property
    def gone(self) -> int:
        return sum(line.gone for line in self.lines)

    @property
    def is_paused(self) -> bool:
        return bool(self.run.state == PurgeState.PAUSED)

    @property
    def goes_on_by_hand(self) -> bool:
        """Does it wait until somebody lets it go on?"""
        return self.is_paused or self.is_stopped

    @property
    def is_done(self) -> bool:
        return bool(self.run.state == PurgeState.DONE)

    @property
    def rows_per_second(self) -> float | None:
        """Rows and files gone per second since the run began, pauses included; None before the first slice."""
        if self.last_slice_at is None:
            return None
        seconds = (self.last_slice_at - self.run.started_at).total_seconds()
        return self.gone / seconds if seconds > 0 else None


def purge_progress() -> PurgeProgress | None:
    """The organization's latest purge; None before it has begun."""
    run = PurgeRun.objects.order_by("-pk").first()
    return None if run is None else progress_of(run)


def progress_of(run: PurgeRun) -> PurgeProgress:
    """How far this run is."""
    counts, is_done = run.counts, run.state == PurgeState.DONE
    planned, gone = counts.get("planned", []), counts.get("gone", {})
    names = [line["name"] for line in planned]
    doing = counts.get("doing", "")
    at = len(names) if is_done else names.index(doing) if doing in names else 0
    is_hashing = not is_done and counts.get("hashed", 0) < len(names)
    lines = [
        PurgeLine(
            line["name"],
            line["what"],
            line["rows"],
            gone.get(line["name"], 0),
            LineState.DONE
            if place < at
            else LineState.RUNNING
            if place == at and not is_hashing
            else LineState.WAITING,
        )
        for place, line in enumerate(planned)
    ]
    last = counts.get("last_slice_at")
    job = Job.objects.filter(kind=PURGE, params={"run": run.pk}).order_by("pk").last()
    is_stopped = run.state == PurgeState.RUNNING and (job is None or job.is_finished)
    return PurgeProgress(
        run,
        tuple(lines),
        counts.get("slices", 0),
        datetime.fromisoformat(last) if last else None,
        is_hashing,
        is_stopped,
        job.problem if job and is_stopped else "",
    )


def may_come_back() -> Q:
    """Select rows while the organization's cut-over can still be reversed: until the purge begins."""
    cut_over = LegacyMigration.objects.exclude(cut_over_at=None)
    return Q(Exists(cut_over)) & ~Q(Exists(PurgeRun.objects.all()))


def may_be_reversed() -> bool:
    """Has the organization in scope cut over, and can that still be reversed?"""
    return LegacyMigration.objects.filter(may_come_back()).exists()
