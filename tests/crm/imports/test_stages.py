"""An import between its stages: replaced, discarded, cancelled, its file gone, forgotten."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crm.errors import TableRefused
from crm.models import AwaitedAccount, Import, ImportRow, Influencer, SocialAccount
from crm.services.accounts import add_tiktok_account
from crm.services.imports import kinds
from crm.services.imports.expiry import FORGET
from crm.services.imports.runs import (
    begin_import,
    check_import,
    discard_import,
    keep_import,
    map_columns,
    read_otherwise,
    repeat_lookup,
    roll_back,
    start_import,
)
from files.models import File
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from tenancy.models import User
from tests.crm.imports.conftest import finish, fresh, imported, previewed, the_row, upload
from tests.working import pump, pump_kind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
ROSTER = "Name,E-mail\nMaya,maya@example.com\nOle,ole@example.com\n"
FILE_GONE = "The file is no longer there. Choose it again."


def nothing_mapped(parent: Import, actor: User) -> None:
    map_columns(
        parent, [{"field": "", "policy": ""}, {"field": "email", "policy": ""}], actor=actor
    )


def meanwhile(monkeypatch, act) -> None:
    """Let this happen once, while a worker reads a file and has not kept what it read."""
    read, times = kinds.mapped_columns, []

    def reading(parent: Import, known):
        if not times:
            times.append(1)
            act(parent)
        return read(parent, known)

    monkeypatch.setattr(kinds, "mapped_columns", reading)


# --- previews ---
def test_a_preview_that_is_asked_for_anew_ends_the_one_before(ada) -> None:
    parent = start_import(upload(ROSTER), actor=ada)
    nothing_mapped(parent, ada)
    finish()
    first, second = Job.objects.filter(kind=kinds.PREVIEW).order_by("pk")
    assert (first.state, second.state) == (JobState.CANCELLED, JobState.DONE)
    assert [row.label for row in fresh(parent).rows.order_by("number")] == ["maya", "ole"]


def test_what_a_preview_read_while_another_took_its_place_is_kept_nowhere(ada, monkeypatch) -> None:
    parent = start_import(upload(ROSTER), actor=ada)
    meanwhile(monkeypatch, lambda seen: nothing_mapped(seen, ada))
    pump(Lane.BULK)
    now = fresh(parent)
    assert (now.version, now.row_count, now.rows.count()) == (2, 0, 0)
    finish()
    assert fresh(parent).counts == {"new": 2}
    assert [row.label for row in fresh(parent).rows.order_by("number")] == ["maya", "ole"]


def test_an_import_that_is_discarded_while_its_file_is_read_leaves_nothing(
    ada, monkeypatch
) -> None:
    start_import(upload(ROSTER), actor=ada)
    meanwhile(monkeypatch, discard_import)
    finish()
    assert not Import.objects.exists()
    assert not ImportRow.objects.exists()
    assert not File.objects.exists()
    assert Job.objects.get().is_finished
    assert Job.objects.get().problem == ""


def test_an_import_that_is_discarded_before_its_preview_cancels_it(ada) -> None:
    discard_import(start_import(upload(ROSTER), actor=ada))
    finish()
    assert Job.objects.get().state == JobState.CANCELLED
    assert not File.objects.exists()


def test_without_its_file_an_import_is_not_read_again(ada) -> None:
    maya = Influencer.objects.create(name="Maya", email="maya@example.com")
    parent = previewed(ROSTER, ada)
    maya.delete()  # erasing takes the file, too
    with pytest.raises(TableRefused, match=FILE_GONE):
        read_otherwise(parent, encoding="cp1252", delimiter=";", decimal_mark="", actor=ada)
    nothing_mapped(parent, ada)
    finish()
    parent = fresh(parent)
    assert parent.job is not None
    assert (parent.job.state, parent.job.problem) == (JobState.FAILED, FILE_GONE)
    with pytest.raises(TableRefused, match="The preview is not ready yet"):
        begin_import(parent, actor=ada)


def test_an_import_whose_file_went_with_somebody_writes_the_rows_of_the_others(ada) -> None:
    maya = Influencer.objects.create(name="Maya", email="maya@example.com")
    parent = previewed(ROSTER, ada)
    maya.delete()
    begin_import(parent, actor=ada)
    finish()
    assert [each.name for each in Influencer.objects.all()] == ["Ole"]
    assert fresh(parent).imported_at is not None


def test_once_it_has_begun_an_import_is_neither_read_otherwise_nor_discarded(ada) -> None:
    parent = imported(ROSTER, ada)
    for act in (lambda: nothing_mapped(parent, ada), lambda: discard_import(parent)):
        with pytest.raises(TableRefused, match="This import has begun"):
            act()
    assert Influencer.objects.count() == 2


# --- taking back ---
def test_what_a_check_has_found_may_be_left_as_it_is(ada) -> None:
    parent = imported(ROSTER, ada)
    with pytest.raises(TableRefused, match="Nothing was checked"):
        keep_import(parent)
    check_import(parent, actor=ada)
    with pytest.raises(TableRefused, match="Nothing was checked"):
        keep_import(parent)  # the check still runs
    finish()
    keep_import(parent)
    assert (fresh(parent).stage, Influencer.objects.count()) == ("import", 2)


def test_taking_back_asks_tiktok_nothing_more(ada, tiktok) -> None:
    parent = previewed("Name,TikTok\nMaya,@maya.bakes\n", ada)
    begin_import(parent, actor=ada)
    while (parent := fresh(parent)).lookup_job is None:
        pump(Lane.BULK)
    tiktok.control("stats")
    roll_back(parent, actor=ada)
    finish()
    parent = fresh(parent)
    assert parent.lookup_job is not None
    assert parent.lookup_job.state == JobState.CANCELLED
    assert tiktok.read("stats")["calls"] == {}
    assert not Influencer.objects.exists()


# --- TikTok ---
def test_while_tiktok_is_away_the_lookup_is_tried_again(ada, tiktok, settings) -> None:
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    parent = imported("Name,TikTok\nMaya,@maya.bakes\n", ada)
    assert parent.lookup_job is not None
    work = Work.objects.get(kind="job", subject_id=parent.lookup_job.pk)
    assert (parent.lookup_job.is_finished, work.postponed_reason) == (False, "later")
    assert work.due_at > timezone.now()


def test_an_account_that_somebody_added_before_tiktok_answered_stays_theirs(ada, tiktok) -> None:
    parent = previewed("Name,TikTok\nMaya,@maya.bakes\n", ada)
    begin_import(parent, actor=ada)
    while fresh(parent).lookup_job is None:
        pump(Lane.BULK)
    other = Influencer.objects.create(name="Another")
    add_tiktok_account("maya.bakes", actor=ada, influencer=other)
    before = SocialAccount.objects.get()
    finish()
    assert SocialAccount.objects.get() == before
    assert the_row(parent, 2).tiktok_status == "in"
    assert Influencer.objects.get() == other  # and whom the import has made is merged with them
    assert not AwaitedAccount.objects.exists()


def test_one_lookup_runs_at_a_time(ada, tiktok, settings) -> None:
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    parent = imported("Name,TikTok\nMaya,@maya.bakes\n", ada)
    with pytest.raises(TableRefused, match="are being looked up already"):
        repeat_lookup(parent, actor=ada)
    assert Job.objects.filter(kind=kinds.ASK).count() == 1


# --- forgetting ---
def test_a_long_import_is_forgotten_in_slices_and_with_the_last_of_its_rows(
    ada, monkeypatch
) -> None:
    monkeypatch.setattr("crm.services.imports.expiry.SLICE_ROWS", 2)
    imported(ROSTER + "Noa,noa@example.com\n", ada)
    Work.objects.filter(kind=FORGET).update(due_at=timezone.now())
    pump_kind(FORGET)
    assert (Import.objects.count(), ImportRow.objects.count()) == (1, 1)
    pump_kind(FORGET)
    assert (Import.objects.count(), ImportRow.objects.count()) == (0, 0)
    assert not Work.objects.filter(kind=FORGET).exists()
    assert Influencer.objects.count() == 3


def test_the_job_of_an_import_that_is_forgotten_says_so(ada) -> None:
    parent = previewed(ROSTER, ada)
    begin_import(parent, actor=ada)
    Work.objects.filter(kind=FORGET).update(due_at=timezone.now())
    pump_kind(FORGET)
    finish()
    job = Job.objects.get(kind=kinds.WRITE)
    assert (job.state, job.problem) == (JobState.FAILED, "This import is no longer there.")
    assert not Influencer.objects.exists()
