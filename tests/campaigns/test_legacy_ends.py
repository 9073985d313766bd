"""Imports of the old source that are begun again with other parameters, that end half-way, or that a worker takes up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from PIL import Image

from campaigns.models import Post
from campaigns.services.legacy import importing, scanning
from campaigns.services.legacy.importing import IMPORT, import_legacy_export
from files.models import File
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from jobs.services.jobs import OUR_FAULT, WORK_KIND, cancel_job, start_job
from tenancy.scope import organization_scope
from tests.working import pump
from tiktok.errors import NotALegacyExport
from tiktok.models import LegacyMigration, Video

pytestmark = pytest.mark.django_db

FIRST = 7499446218112634119
ROWS = "handle,video_id,collected_at,views\nbad handle,1,2025-05-02,1\n" + "".join(
    f"ann.{n},{FIRST + 2 * n},2025-05-02,{n}\n" for n in range(5)
)
REFUSED = "line 2: handle “bad handle” is not a TikTok handle\n"
EARLIER = "An unfinished import of this file with other parameters was ended. What it had brought in was kept.\n"


@pytest.fixture(autouse=True)
def _slices(monkeypatch) -> None:
    monkeypatch.setattr(scanning, "READ_ROWS", 2)


@pytest.fixture
def export(tmp_path) -> Path:
    file = tmp_path / "export.csv"
    file.write_text(ROWS, encoding="utf-8")
    return file


def bring_in(file: Path, campaign: str = "Right", **options):
    return import_legacy_export(file, campaign_name=campaign, actor=None, **options)


def after(rows: int, act: Callable[[Job], object]) -> Callable[[Job], None]:
    """Act once when so many rows are done."""

    def hear(job: Job) -> None:
        if job.done_count == rows and not job.is_finished:
            act(job)

    return hear


def interrupt(job: Job) -> None:
    raise KeyboardInterrupt


def posts() -> dict[str, int]:
    names = Post.objects.values_list("campaign__name", flat=True)
    return {name: list(names).count(name) for name in names}


# --- begun again with other parameters ---
def test_an_interrupted_import_ends_where_its_file_is_imported_into_another_campaign(
    oak, export, capsys
) -> None:
    with organization_scope(oak):
        with pytest.raises(KeyboardInterrupt):
            bring_in(export, "Wrong", progress=after(4, interrupt))

    call_command("import_legacy", str(export), organization="oak", campaign="Right")

    said = capsys.readouterr()
    assert said.err == EARLIER + REFUSED
    assert said.out == "5 rows: 5 new, 0 updated, 0 unchanged. 2 new accounts. 1 rows refused.\n"
    pump(Lane.BULK)
    with organization_scope(oak):
        states = Job.objects.filter(kind=IMPORT).order_by("pk").values_list("state", flat=True)
        assert list(states) == [JobState.CANCELLED, JobState.DONE]
        assert posts() == {"Wrong": 3, "Right": 5}
        assert not File.objects.exists()


def test_a_running_import_that_another_one_ends_leaves_that_one_its_file(oak, export) -> None:
    begun = []

    def begin_another(job: Job) -> None:
        begun.extend(importing._started({**job.params, "campaign": "Right"}, None))

    with organization_scope(oak):
        with pytest.raises(importing.ImportEnded, match="It was cancelled"):
            bring_in(export, "Wrong", progress=after(2, begin_another))
        assert File.objects.get().pk == begun[0].params["file"]

        assert bring_in(export).kept == 5
        assert Job.objects.filter(kind=IMPORT).count() == 2
        assert not File.objects.exists()


def test_an_interrupted_import_goes_on_where_the_parameters_are_the_same(
    oak, export, capsys
) -> None:
    with organization_scope(oak):
        with pytest.raises(KeyboardInterrupt):
            bring_in(export, progress=after(4, interrupt))
    call_command("import_legacy", str(export), organization="oak", campaign="Right")
    assert capsys.readouterr().err == REFUSED
    with organization_scope(oak):
        assert (Job.objects.get(kind=IMPORT).state, posts()) == (JobState.DONE, {"Right": 5})


def test_imports_of_other_files_and_other_jobs_go_on(oak, elm, export) -> None:
    params = {"campaign": "Wrong", "pictures": "", "columns": {}, "handles": {}}
    with organization_scope(elm):
        theirs = start_job(IMPORT, {"file": 1, **params}, total=0, actor=None)
    with organization_scope(oak):
        other = start_job(IMPORT, {"file": 0, **params}, total=0, actor=None)
        assert bring_in(export).ended_before == 0
        other.refresh_from_db()
        assert (other.state, other.cancel_requested_at) == (JobState.WAITING, None)
    with organization_scope(elm):
        theirs.refresh_from_db()
        assert theirs.cancel_requested_at is None


# --- ended half-way ---
def fail(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=JobState.FAILED, problem=OUR_FAULT, finished_at=timezone.now()
    )


def cut_over(job: Job) -> None:
    LegacyMigration.objects.update(cut_over_at=timezone.now())


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        (cancel_job, "It was cancelled. What is done was kept."),
        (fail, OUR_FAULT),
        (cut_over, "The old data source was purged for this organization; its data cannot come back."),
    ],
)  # fmt: skip
def test_the_command_says_what_an_import_that_ended_half_way_has_brought_in_and_refused(
    oak, export, capsys, monkeypatch, act, problem
) -> None:
    monkeypatch.setattr(
        "influence.management.commands.import_legacy.Command.show",
        lambda command, job: after(4, act)(job),
    )
    with pytest.raises(CommandError) as ended:
        call_command("import_legacy", str(export), organization="oak")
    assert str(ended.value) == (
        f"Not all of the file was imported. {problem} "
        "So far 3 rows: 3 new, 0 updated, 0 unchanged. 3 new accounts. 1 rows refused."
    )
    assert ended.value.returncode == 1
    assert capsys.readouterr().err == REFUSED
    with organization_scope(oak):
        assert Video.objects.count() == 3


def test_an_import_that_ended_behind_refused_rows_only_says_that_nothing_came_in(
    oak, export, capsys, monkeypatch
) -> None:
    monkeypatch.setattr(scanning, "READ_ROWS", 1)
    monkeypatch.setattr(
        "influence.management.commands.import_legacy.Command.show",
        lambda command, job: after(1, cancel_job)(job),
    )
    with pytest.raises(CommandError) as ended:
        call_command("import_legacy", str(export), organization="oak")
    assert str(ended.value) == (
        "Nothing was imported. It was cancelled. What is done was kept. 1 rows refused."
    )
    assert capsys.readouterr().err == REFUSED


def test_an_import_that_ended_before_its_first_row_says_that_nothing_came_in(
    oak, export, monkeypatch
) -> None:
    monkeypatch.setattr(
        "influence.management.commands.import_legacy.Command.show",
        lambda command, job: after(0, cancel_job)(job),
    )
    with pytest.raises(CommandError, match=r"^Nothing was imported\. It was cancelled\."):
        call_command("import_legacy", str(export), organization="oak")
    with organization_scope(oak):
        assert not Video.objects.exists()


# --- taken up by a worker ---
@pytest.fixture
def pictured(tmp_path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (90, 160), "teal").save(folder / "cover.jpg")
    file = tmp_path / "pictured.csv"
    file.write_text(f"handle,video_id,image\nann.b,{FIRST},cover.jpg\n", encoding="utf-8")
    return file


def test_a_worker_without_the_folder_of_pictures_writes_nothing_and_loses_none(
    oak, tmp_path, pictured
) -> None:
    folder, away = tmp_path / "pictures", tmp_path / "elsewhere"

    def leave_to_a_worker(job: Job) -> None:
        if job.cursor["step"] == scanning.WRITE and not job.is_finished:
            folder.rename(away)
            assert pump(Lane.BULK) == 1
            job.refresh_from_db()
            work = Work.objects.get(kind=WORK_KIND, subject_id=job.pk)
            assert (job.done_count, work.postponed_reason) == (0, "later")
            wait = work.due_at - timezone.now()
            assert timedelta(seconds=8) < wait < timedelta(seconds=12)
            assert not Video.objects.exists()
            raise KeyboardInterrupt

    with organization_scope(oak):
        with pytest.raises(KeyboardInterrupt):
            bring_in(pictured, pictures=folder, progress=leave_to_a_worker)
        away.rename(folder)

        result = bring_in(pictured, pictures=folder)
        assert (result.new, list(result.remarks)) == (1, [])
        file = File.objects.get(kind="legacy_picture")
        assert Video.objects.get().thumbnail_url == f"/o/oak/files/{file.key}/picture/"


def test_a_folder_of_pictures_that_is_not_there_is_refused_before_anything_begins(
    oak, tmp_path, pictured
) -> None:
    with organization_scope(oak):
        for wrong in (tmp_path / "none", pictured):
            with pytest.raises(NotALegacyExport, match=r"There is no folder “.*” that can be read"):
                bring_in(pictured, pictures=wrong)
        assert not Job.objects.exists()
        assert not File.objects.exists()
