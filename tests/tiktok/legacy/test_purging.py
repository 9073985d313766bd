"""The purge as a job: its progress, its pauses, and what a page reads of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import LegacyRemark
from campaigns.services.legacy.importing import IMPORT
from jobs.enums import JobState
from jobs.models import Job, Work
from tenancy.enums import Verb
from tenancy.models import Event, Organization
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_video, an_account
from tests.personas import make_person
from tests.working import pump_kind
from tiktok.enums import PurgeState, Source
from tiktok.models import LegacyMigration, PurgeReceipt, PurgeRun, Video
from tiktok.queries.purging import PURGE, LineState, progress_of, purge_progress
from tiktok.services.facts.snapshots import record_video_snapshots
from tiktok.services.legacy import purgers, purging
from tiktok.services.legacy.purgers import PartitionBusy
from tiktok.services.legacy.purging import (
    PAUSE,
    NotCutOver,
    PurgePaused,
    pause_purge,
    purge_slice,
    run_purge,
    start_purge,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]


@pytest.fixture
def _in_oak(oak: Organization) -> Iterator[None]:
    with organization_scope(oak):
        yield


@pytest.fixture
def _cut_over(_in_oak: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three posts of the old source with a reading each, after the cut-over; one row to a slice."""
    account = an_account("maya.bakes")
    videos = [
        a_video(account, str(n), source=Source.LEGACY, counts_source=Source.LEGACY)
        for n in range(3)
    ]
    record_video_snapshots(videos, source=Source.LEGACY)
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    monkeypatch.setattr(purgers, "SLICE_ROWS", 1)
    monkeypatch.setattr(purging, "HASH_SECONDS", 0)


def one_slice() -> None:
    Work.objects.update(due_at=timezone.now())
    pump_kind("job")


def said() -> list[str]:
    verbs = {Verb.PURGE_STARTED, Verb.PURGE_PAUSED, Verb.PURGE_RESUMED, Verb.PURGE_FINISHED}
    return list(Event.objects.filter(verb__in=verbs).order_by("pk").values_list("verb", flat=True))


def states() -> dict[str, tuple[int, int, str]]:
    progress = purge_progress()
    return {
        line.name: (line.planned, line.gone, line.state) for line in progress.lines if line.planned
    }


def test_there_is_no_progress_before_a_purge_and_none_begins_before_the_cut_over() -> None:
    assert purge_progress() is None
    with pytest.raises(NotCutOver):
        start_purge(actor=None)
    LegacyMigration.objects.create()
    with pytest.raises(NotCutOver):
        start_purge(actor=None)


@pytest.mark.usefixtures("_cut_over")
def test_a_job_purges_slice_by_slice_with_a_pause_after_each_and_a_page_sees_how_far() -> None:
    actor = make_person("owner", "x")
    run = start_purge(actor=actor)
    progress = purge_progress()
    assert (progress.planned, progress.gone, progress.slices) == (6, 0, 0)
    assert (progress.is_hashing, progress.rows_per_second) == (True, None)
    assert states() == {"videos": (3, 0, "waiting"), "video_snapshots": (3, 0, "waiting")}

    seen = []
    while not PurgeReceipt.objects.exists():
        one_slice()
        run.refresh_from_db()
        progress = progress_of(run)
        seen.append((progress.is_hashing, progress.gone, states()["videos"][2]))
        if not progress.is_done:
            later = Work.objects.get(kind="job").due_at - timezone.now()
            assert PAUSE - timedelta(seconds=1) < later <= PAUSE

    assert seen == sorted(seen, key=lambda each: (not each[0], each[1]))
    assert {(True, 0, "waiting"), (False, 4, "running"), (False, 6, "done")} <= set(seen)
    assert (progress.is_done, progress.is_paused, progress.planned, progress.gone) == (
        True,
        False,
        6,
        6,
    )
    assert progress.slices == len(seen) - 1  # the last one issued the receipt
    assert progress.last_slice_at <= timezone.now()
    assert progress.rows_per_second > 0
    job = Job.objects.get(kind=PURGE)
    assert (job.state, job.done_count, job.total_count, job.actor) == (JobState.DONE, 6, 6, actor)
    assert job.outcome == [{"key": "gone", "count": 6, "links": []}]
    lines = {line["name"]: line for line in PurgeReceipt.objects.get().lines}
    assert {line["gone"] - line["rows"] for line in lines.values()} == {0}
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert lines["creator_snapshots"]["sha256"] == empty
    assert lines["videos"]["sha256"] != lines["video_snapshots"]["sha256"] != empty
    assert said() == ["purge.started", "purge.finished"]


@pytest.mark.usefixtures("_cut_over")
def test_a_paused_purge_takes_nothing_until_it_is_taken_up_again() -> None:
    run = start_purge(actor=None)
    while progress_of(run).gone < 4:
        one_slice()
        run.refresh_from_db()
    pause_purge(run, actor=None)
    pause_purge(run, actor=None)
    one_slice()
    one_slice()
    run.refresh_from_db()
    progress = progress_of(run)
    assert (progress.is_paused, progress.gone, run.state) == (True, 4, PurgeState.PAUSED)
    assert Job.objects.get(kind=PURGE).state == JobState.CANCELLED
    with pytest.raises(PurgePaused):
        run_purge(run)
    assert Video.objects.count() == 2

    assert start_purge(actor=None) == run
    assert start_purge(actor=None) == run
    assert Job.objects.filter(kind=PURGE, finished_at=None).count() == 1
    run.refresh_from_db()
    receipt = run_purge(run)
    assert {line["gone"] - line["rows"] for line in receipt.lines} == {0}
    one_slice()  # the job hears that all is done
    assert not Job.objects.filter(kind=PURGE, finished_at=None).exists()
    assert said() == ["purge.started", "purge.paused", "purge.resumed", "purge.finished"]


@pytest.mark.usefixtures("_cut_over")
def test_a_job_that_meets_the_pause_of_another_ends_and_takes_nothing(monkeypatch) -> None:
    run = start_purge(actor=None)
    PurgeRun.objects.update(state=PurgeState.PAUSED)
    one_slice()
    assert Job.objects.get(kind=PURGE).state == JobState.DONE
    assert progress_of(run).gone == 0
    assert Video.objects.count() == 3


@pytest.mark.usefixtures("_cut_over")
def test_a_partition_that_is_read_for_long_lets_the_job_try_again(monkeypatch) -> None:
    def busy(self: object) -> None:
        raise PartitionBusy

    run = start_purge(actor=None)
    with monkeypatch.context() as patch:
        patch.setattr(purgers.PartitionPurger, "act", busy)
        for _ in range(12):
            one_slice()
    job = Job.objects.get(kind=PURGE)
    assert (job.state, job.problem) == (JobState.RUNNING, "")
    assert "video_snapshots" not in PurgeRun.objects.get().counts["gone"]
    run_purge(run)
    assert PurgeReceipt.objects.count() == 1


@pytest.mark.usefixtures("_cut_over")
def test_a_storage_that_is_away_lets_the_job_try_again(monkeypatch) -> None:
    tries = []

    def away() -> dict[str, int]:
        tries.append(1)
        raise OSError("The bucket did not say whether it has it.")

    run = start_purge(actor=None)
    with monkeypatch.context() as patch:
        patch.setattr("tiktok.services.legacy.receipts.searched_again", away)
        while not tries:
            one_slice()
    assert Job.objects.get(kind=PURGE).state == JobState.RUNNING
    assert progress_of(run).goes_on_by_hand is False
    one_slice()
    assert PurgeReceipt.objects.count() == 1


@pytest.mark.usefixtures("_cut_over")
def test_a_purge_without_a_job_waits_for_somebody() -> None:
    run = start_purge(actor=None)
    Job.objects.all().delete()
    assert (progress_of(run).is_stopped, progress_of(run).problem) == (True, "")


@pytest.mark.usefixtures("_cut_over")
def test_whoever_purges_here_and_now_waits_for_a_partition_that_is_read(monkeypatch) -> None:
    busy, waited, act = [1, 2], [], purgers.PartitionPurger.act

    def at_first_busy(self: purgers.PartitionPurger) -> int | None:
        if busy:
            busy.pop()
            raise PartitionBusy
        return act(self)

    monkeypatch.setattr(purgers.PartitionPurger, "act", at_first_busy)
    monkeypatch.setattr("tiktok.services.legacy.purging.time.sleep", waited.append)
    receipt = run_purge(start_purge(actor=None))
    assert waited.count(PartitionBusy.retry_after) == 2
    assert {line["gone"] - line["rows"] for line in receipt.lines} == {0}


@pytest.mark.usefixtures("_cut_over")
def test_a_job_that_finds_rows_left_says_so_and_goes_on_once_it_is_started_again(
    monkeypatch,
) -> None:
    run = start_purge(actor=None)
    with monkeypatch.context() as patch:
        kept = [each for each in purgers.purgers() if each.name != "videos"]
        patch.setattr(purging, "purgers", lambda: kept)
        patch.setattr(purging, "_hash_slice", lambda counts: counts.update(hashed=99) or "videos")
        for _ in range(12):
            one_slice()
    job = Job.objects.get(kind=PURGE)
    assert job.state == JobState.FAILED
    assert job.problem.startswith(
        "The search afterwards still found data of the old source: 3 in tiktok_video"
    )
    run.refresh_from_db()
    stopped = progress_of(run)
    assert (stopped.is_stopped, stopped.goes_on_by_hand, stopped.problem) == (
        True,
        True,
        job.problem,
    )
    start_purge(actor=None)
    run.refresh_from_db()
    at_work = progress_of(run)
    assert (at_work.is_stopped, at_work.goes_on_by_hand, at_work.problem) == (False, False, "")
    run_purge(run)
    assert not Video.objects.exists()


def test_the_states_of_lines_are_told_from_what_the_run_has_noted() -> None:
    run = PurgeRun.objects.create()
    assert (progress_of(run).lines, progress_of(run).planned) == ((), 0)
    lines = [{"name": name, "what": name.title(), "rows": 2} for name in ("a", "b", "c")]
    run.counts = {"planned": lines, "gone": {"a": 2, "b": 1}, "doing": "b", "hashed": 3}
    lines_now = progress_of(run).lines
    assert [line.state for line in lines_now] == [
        LineState.DONE,
        LineState.RUNNING,
        LineState.WAITING,
    ]
    assert [(line.what, line.gone) for line in lines_now] == [("A", 2), ("B", 1), ("C", 0)]
    run.counts["last_slice_at"] = run.started_at.isoformat()
    assert progress_of(run).rows_per_second is None


@pytest.mark.usefixtures("_cut_over")
def test_hashing_goes_on_for_a_while_and_then_each_slice_stands_alone(monkeypatch) -> None:
    monkeypatch.setattr(purging, "HASH_SECONDS", 60)
    run = start_purge(actor=None)
    one_slice()
    run.refresh_from_db()
    assert (progress_of(run).is_hashing, progress_of(run).gone) == (False, 0)
    one_slice()
    run.refresh_from_db()
    assert "video_snapshots" in run.counts["gone"]  # detached, and neither counted nor dropped yet
    assert progress_of(run).gone == 0


@pytest.mark.usefixtures("_cut_over")
def test_a_row_that_comes_before_the_place_of_the_purge_goes_too() -> None:
    job = Job.objects.create(kind=IMPORT, total_count=1, params={})
    remark = {"job": job, "line": 2, "reason": "has no account"}
    LegacyRemark.objects.bulk_create(LegacyRemark(pk=pk, **remark) for pk in (1_000, 1_001, 1_002))
    run = start_purge(actor=None)
    while purge_slice(run) != "import_remarks" or "after" not in run.counts:
        pass
    assert (run.counts["after"], run.counts["gone"]["import_remarks"]) == (1_000, 1)
    LegacyRemark.objects.create(pk=999, **remark)

    run_purge(run)

    assert not LegacyRemark.objects.exists()
    run.refresh_from_db()
    assert run.counts["gone"]["import_remarks"] == 4
