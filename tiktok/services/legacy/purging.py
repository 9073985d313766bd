"""The purge of the old source: a run that counts and hashes what has to go, then takes it away slice by slice.

Each slice is one transaction with its own progress, so a worker that is killed costs the slice it had begun. A job does them
with a pause after each; a run can be paused after a slice, and is taken up where it was left. When the last purger has
nothing left to take away, the receipt is issued (`receipts`), which demands that a re-scan of every table finds nothing.
`PurgeRun.counts` holds how far a run is, in the words of `tiktok.queries.purging`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from jobs.models import Job
from jobs.queries import running_jobs
from jobs.services.jobs import JobKind, cancel_job, register_job, start_job
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.counters import fold_own_counters
from tenancy.services.events import record
from tiktok.enums import PurgeState
from tiktok.models import LegacyMigration, PurgeReceipt, PurgeRun
from tiktok.queries.purging import PURGE
from tiktok.services.legacy.purgers import PartitionBusy, Purger, hashed, lines_to_purge, purgers
from tiktok.services.legacy.receipts import LegacyRowsLeft, issue_receipt
from tiktok.services.legacy.release import check_purge_may_begin

PAUSE = timedelta(seconds=1)
HASH_SECONDS = 0.2  # hashing locks nothing, so a slice of the job goes on with it for so long


class NotCutOver(RuntimeError):
    """The old source's data is still on show; cut over first."""


class PurgePaused(RuntimeError):
    """Somebody has paused the purge; it goes on once it is taken up again."""


@transaction.atomic
def start_purge(*, actor: User | None) -> PurgeRun:
    """Begin a purge, or take up the one that was left or paused, with the job that does it. Raises NotCutOver, MigrationRefused."""
    migration = LegacyMigration.objects.select_for_update().first()
    if migration is None or migration.cut_over_at is None:
        raise NotCutOver("Cut over first: the old source's data is still on show.")
    check_purge_may_begin(migration)
    run = PurgeRun.objects.exclude(state=PurgeState.DONE).first()
    if run is None:
        lines = lines_to_purge()
        counts = {"planned": lines, "gone": {}, "hashed": 0, "doing": "", "slices": 0}
        run = PurgeRun.objects.create(actor=actor, counts=counts)
        record(Verb.PURGE_STARTED, run, actor=actor, rows=sum(line["rows"] for line in lines))
    else:
        if run.state == PurgeState.PAUSED:
            record(Verb.PURGE_RESUMED, run, actor=actor)
        run.state = PurgeState.RUNNING
        run.counts["doing"] = ""  # from the first on: what came back meanwhile goes, too
        run.save(update_fields=["state", "counts"])
    if not _jobs_of(run).exists():
        total = sum(line["rows"] for line in run.counts["planned"])
        start_job(PURGE, {"run": run.pk}, total=total, actor=actor)
    return run


@transaction.atomic
def pause_purge(run: PurgeRun, *, actor: User | None) -> None:
    """Let a purge end after the slice that is under way, until somebody takes it up again."""
    LegacyMigration.objects.select_for_update().get()
    if PurgeRun.objects.filter(pk=run.pk, state=PurgeState.RUNNING).update(state=PurgeState.PAUSED):
        record(Verb.PURGE_PAUSED, run, actor=actor)
        for job in _jobs_of(run):
            cancel_job(job)


def _jobs_of(run: PurgeRun) -> models.QuerySet[Job]:
    """The jobs that do it and were not asked to end: one, or none."""
    return running_jobs().filter(kind=PURGE, params={"run": run.pk}, cancel_requested_at=None)


def run_purge(
    run: PurgeRun,
    *,
    progress: Callable[[str, int], None] = lambda name, gone: None,
) -> PurgeReceipt:
    """Do all slices of a run here and now, resting after each for as long as it took; others may work beside, and a partition
    that somebody reads is waited for.

    May be killed and called again. Raises PurgePaused, LegacyRowsLeft.
    """
    while True:
        began_at = time.monotonic()
        try:
            name = purge_slice(run)
        except PartitionBusy as busy:
            time.sleep(busy.retry_after)
            continue
        if not name:
            break
        progress(name, run.counts["gone"].get(name, 0))
        time.sleep(time.monotonic() - began_at)
    return PurgeReceipt.objects.get(run=run)


@transaction.atomic
def purge_slice(run: PurgeRun) -> str:
    """Do the next slice of a run, with its progress or not at all. The name of its purger; "" when the receipt is issued.

    Raises PurgePaused, and PartitionBusy when it is to be tried again.
    """
    LegacyMigration.objects.select_for_update().get()
    run.refresh_from_db(from_queryset=PurgeRun.objects.select_for_update())
    if run.state == PurgeState.PAUSED:
        raise PurgePaused("The purge is paused.")
    if run.state == PurgeState.DONE:
        return ""
    counts = run.counts
    name = _hash_slice(counts) if _is_hashing(run) else _act(counts)
    if name:
        counts["slices"] += 1
        counts["last_slice_at"] = timezone.now().isoformat()
        run.save(update_fields=["counts"])
    else:
        fold_own_counters()  # the views of what went stand there as one change up and one down
        issue_receipt(run)
    return name


def _is_hashing(run: PurgeRun) -> bool:
    return bool(run.counts["hashed"] < len(run.counts["planned"]))


def _hash_slice(counts: dict[str, Any]) -> str:
    """Hash the next ids of a line of the plan, before any of them goes."""
    line, known = counts["planned"][counts["hashed"]], {each.name: each for each in purgers()}
    at = counts.pop("hashing", {"after": None, "rows": 0, "sha256": ""})
    ids = known[line["name"]].ids(at["after"])
    if ids.count or not at["sha256"]:
        rows = at["rows"] + ids.count
        at = {"after": ids.last, "rows": rows, "sha256": hashed(at["sha256"], ids)}
    if ids.count:
        counts["hashing"] = at
    else:
        line["rows"], line["sha256"] = at["rows"], at["sha256"]
        counts["hashed"] += 1
    return str(line["name"])


def _act(counts: dict[str, Any]) -> str:
    """One slice of the first purger that has anything left, from the one that is at work on and the place where it is."""
    after = counts.pop("after", None)
    for purger in _from(counts["doing"]):
        is_on = after is not None and purger.name == counts["doing"]
        taken = (purger.act(after) if is_on else None) or purger.act()
        if taken is not None:
            counts["doing"], counts["after"] = purger.name, taken.last
            counts["gone"][purger.name] = counts["gone"].get(purger.name, 0) + taken.gone
            return purger.name
    return ""


def _from(name: str) -> list[Purger]:
    all_of_them = purgers()
    places = [place for place, each in enumerate(all_of_them) if each.name == name]
    return all_of_them[places[0] if places else 0 :]


def _do(job: Job, _: None) -> bool:
    """The job's slice. Returns whether the run is finished, or paused."""
    run, began_at = PurgeRun.objects.get(pk=job.params["run"]), time.monotonic()
    try:
        is_over = not purge_slice(run)
        while _is_hashing(run) and time.monotonic() - began_at < HASH_SECONDS:
            purge_slice(run)
    except PurgePaused:
        return True
    gone = sum(run.counts["gone"].values())
    job.cursor, job.done_count = run.counts["slices"], min(gone, job.total_count)
    if is_over:
        job.count("gone", gone)
    return is_over


register_job(
    JobKind(
        PURGE,
        "Delete the data of the old source",
        {"gone": "rows and files deleted"},
        _do,
        temporary=(PartitionBusy, OSError),  # the storage of contents is away for a while
        lasting=(LegacyRowsLeft,),
        is_owed=True,
        is_ours=True,
        pause=PAUSE,
    )
)
