"""Rows are the queue: claimed once, fair between organizations and kinds, postponed on trouble, never lost."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from unittest.mock import Mock

import psycopg
import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.utils import timezone

from jobs.enums import Lane
from jobs.errors import WorkStopped
from jobs.models import Work
from jobs.services import claims, queue
from jobs.services.claims import claim, work
from jobs.services.kinds import kind_named, kinds_in
from jobs.services.queue import claim_now, make_due, resume, stop
from tenancy.models import User
from tenancy.scope import (
    NOBODY,
    Owner,
    ScopeMissing,
    current_organization_id,
    organization_scope,
    person_scope,
)
from tests.jobs.conftest import PRUNE, WATER, due, organization, pump

pytestmark = pytest.mark.django_db


class Refused(Exception):
    """An expected problem, of one subject alone."""


class Away(Exception):
    """An expected problem of all subjects."""


class Busy(Exception):
    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after


PROBLEMS = {Refused: "refused", Away: "away", Busy: "busy"}


def minutes_left() -> int:
    return round((Work.objects.get().due_at - timezone.now()).total_seconds() / 60)


def let_leases_run_out() -> None:
    Work.objects.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))


# --- done -----------------------------------------------------------------------------------------------------------
def test_due_work_is_done_in_its_organizations_scope_and_due_again_after_its_cadence(seen) -> None:
    oak = organization("oak")
    due(oak, 7)

    assert pump() == 1

    row = Work.objects.get()
    assert seen.calls == [(oak.pk, (7,))]
    assert (row.lease_until, row.attempts) == (None, 0)
    assert timedelta(hours=23, minutes=59) < row.due_at - timezone.now() <= timedelta(days=1)
    assert row.last_finished_at is not None
    assert pump() == 0


def test_work_that_is_done_once_leaves_no_row(kind) -> None:
    kind("tree.fell", lambda ids: None, cadence=None)
    due(organization("oak"), 7, kind="tree.fell")

    assert pump() == 1

    assert not Work.objects.exists()


def test_a_handler_says_of_each_subject_when_it_is_due_again(kind) -> None:
    kind(WATER, lambda ids: {7: timedelta(weeks=1), 8: None}, batch=20)
    due(organization("oak"), 7, 8, 9, kind=WATER)

    pump()

    waits = {row.subject_id: row.due_at - timezone.now() for row in Work.objects.all()}
    assert waits.keys() == {7, 9}
    assert timedelta(days=6) < waits[7] <= timedelta(days=7)
    assert timedelta(hours=23) < waits[9] <= timedelta(days=1)


def test_work_of_a_person_is_done_in_their_scope_and_work_of_nobody_in_none(seen, kind) -> None:
    kind("weather", seen, has_owner=False)
    oak = organization("oak")
    maya = User.objects.create_user("maya@example.com")
    with organization_scope(oak):
        make_due("weather", 1)
    with person_scope(maya):
        make_due(PRUNE, 2)

    assert pump() == 2

    assert (len(seen.owners), set(seen.owners)) == (2, {NOBODY, Owner(person_id=maya.pk)})
    assert set(Work.objects.values_list("organization", "person", "subject_id")) == {
        (None, None, 1),
        (None, maya.pk, 2),
    }


@pytest.mark.parametrize("owner", ["organization", "person", "nobody"])
def test_the_same_wish_twice_is_one_row(seen, kind, owner) -> None:
    kind("weather", seen, has_owner=False)
    maya = User.objects.create_user("maya@example.com")
    scope = person_scope(maya) if owner == "person" else organization_scope(organization("oak"))
    with scope:
        for _ in range(2):
            make_due("weather" if owner == "nobody" else PRUNE, 7)

    assert Work.objects.count() == 1


def test_planned_work_is_brought_forward_unless_it_is_under_way_stopped_or_unknown(seen) -> None:
    later, lease = timezone.now() + timedelta(hours=9), timezone.now() + timedelta(minutes=5)
    with organization_scope(organization("oak")):
        make_due(PRUNE, 1, 2, 3, after=timedelta(hours=9))
        Work.objects.filter(subject_id=2).update(lease_until=lease, due_at=later)
        stop(PRUNE, 3, reason="Felled.")
        queue.bring_forward(PRUNE, 1, 2, 3, 4)
    due_now = Work.objects.filter(due_at__lte=timezone.now())
    assert list(due_now.values_list("subject_id", flat=True)) == [1]
    assert Work.objects.count() == 3


def test_work_that_has_an_owner_is_planned_in_its_scope_only(seen) -> None:
    with pytest.raises(ScopeMissing):
        make_due(PRUNE, 7)
    assert not Work.objects.exists()


def test_a_persons_and_an_organizations_work_of_the_same_subject_know_nothing_of_each_other(
    seen,
) -> None:
    due(organization("oak"), 7)
    with person_scope(User.objects.create_user("maya@example.com")):
        make_due(PRUNE, 7)
        queue.forget(PRUNE, 7)
        assert not queue.is_waiting(PRUNE)
    assert Work.objects.get().person is None


def test_only_kinds_of_the_lane_are_claimed(seen, kind) -> None:
    kind("tree.letter", seen, lane=Lane.MAIL)
    due(organization("oak"), 7, kind="tree.letter")

    assert [pump(lane=Lane.POLLS), pump(lane=Lane.MAIL)] == [0, 1]


def test_a_kind_that_is_paused_is_not_claimed(seen, kind) -> None:
    pauses = [True, False]
    kind("tree.paint", seen, is_paused=lambda: pauses[0])
    due(organization("oak"), 7, kind="tree.paint")
    assert pump() == 0
    assert Work.objects.get().attempts == 0

    pauses.pop(0)

    assert pump() == 1


# --- fair -----------------------------------------------------------------------------------------------------------
def test_batches_hold_as_many_as_one_call_takes(seen) -> None:
    due(organization("oak"), *range(1, 46), kind=WATER)
    pump()
    assert [len(subjects) for _, subjects in seen.calls] == [20, 20, 5]


def test_a_large_organization_does_not_keep_a_small_one_waiting(seen) -> None:
    oak, elm = organization("oak"), organization("elm")
    due(oak, *range(1, 101))
    due(elm, 1, 2)

    assert pump(calls=10) == 10

    assert [owner for owner, _ in seen.calls].count(elm.pk) == 2


def test_many_organizations_at_once_break_up_no_call_that_serves_many(seen) -> None:
    for number in range(12):
        due(organization(f"tree-{number}"), *range(1, 21), kind=WATER)

    while pump(calls=5):
        pass

    assert [len(subjects) for _, subjects in seen.calls] == [20] * 12


def test_more_organizations_than_a_claim_has_calls_all_get_their_turn(seen) -> None:
    owners = [organization(f"tree-{number}") for number in range(30)]
    for owner in owners:
        due(owner, 1)

    assert [pump(calls=10) for _ in range(4)] == [10, 10, 10, 0]

    assert {owner for owner, _ in seen.calls} == {owner.pk for owner in owners}


def test_a_backlog_of_one_kind_keeps_no_other_kind_waiting(seen) -> None:
    oak = organization("oak")
    due(oak, *range(1, 201))
    Work.objects.update(due_at=timezone.now() - timedelta(hours=1))
    due(oak, 7, 8, kind=WATER)

    pump(calls=4)

    assert (oak.pk, (7, 8)) in seen.calls


def test_calls_that_serve_many_lease_no_more_than_is_done_before_the_lease_ends(seen) -> None:
    for number in range(12):
        due(organization(f"tree-{number}"), *range(1, 21), kind=WATER)

    assert pump(calls=10) == 40


def test_one_organization_alone_gets_all_calls_of_a_claim(seen) -> None:
    due(organization("oak"), *range(1, 101))
    assert pump(calls=50) == 50


# --- trouble --------------------------------------------------------------------------------------------------------
def test_trouble_postpones_work_for_a_minute_doubled_each_time_up_to_an_hour(kind) -> None:
    kind(PRUNE, Mock(side_effect=Away), problems=PROBLEMS)
    due(organization("oak"), 7)
    waits = []
    for _ in range(8):
        pump()
        waits.append(minutes_left())
        Work.objects.update(due_at=timezone.now())

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert Work.objects.get().last_finished_at is None


def test_the_reason_of_a_delay_is_the_word_for_what_happened_last(kind) -> None:
    kind(PRUNE, Mock(side_effect=[Away, Busy(60), ZeroDivisionError, None]), problems=PROBLEMS)
    due(organization("oak"), 7)
    said = []
    for _ in range(4):
        pump()
        said.append(Work.objects.get().postponed_reason)
        Work.objects.update(due_at=timezone.now())

    assert said == ["away", "busy", "defect", ""]


def test_an_exception_that_says_when_to_try_again_is_obeyed_and_is_no_failure(kind) -> None:
    kind(PRUNE, Mock(side_effect=[Busy(300)] * 8 + [Away]), problems=PROBLEMS)
    due(organization("oak"), 7)
    for _ in range(8):
        pump()
        wait = (Work.objects.get().due_at - timezone.now()).total_seconds()
        assert 299 < wait <= 330  # spread a little, so that not all come at once
        Work.objects.update(due_at=timezone.now())

    pump()

    assert minutes_left() == 2


def test_work_is_given_up_after_as_many_failures_as_its_kind_allows(kind) -> None:
    kind(PRUNE, Mock(side_effect=Away), problems=PROBLEMS, most_attempts=3)
    due(organization("oak"), 7)
    for _ in range(4):
        pump()
        Work.objects.update(due_at=timezone.now())

    row = Work.objects.get()
    assert (row.stopped_reason, row.attempts, row.lease_until) == (
        "Given up after 3 attempts.",
        3,
        None,
    )


def test_a_defect_of_one_subject_does_not_stop_the_others_of_its_call(kind, caplog) -> None:
    def handle(subject_ids: Sequence[int]) -> None:
        if 7 in subject_ids:
            raise Refused
        if 8 in subject_ids:
            raise ZeroDivisionError

    kind(WATER, handle, batch=20, problems=PROBLEMS, of_one_subject=(Refused,))
    due(organization("oak"), 6, 7, 8, 9, kind=WATER)

    assert pump() == 4

    done = Work.objects.exclude(last_finished_at=None).order_by("subject_id")
    assert list(done.values_list("subject_id", flat=True)) == [6, 9]
    assert set(Work.objects.values_list("lease_until", flat=True)) == {None}
    assert "work.broken" in caplog.text


def test_trouble_of_all_subjects_asks_for_none_of_them_alone(kind) -> None:
    handler = Mock(side_effect=Away)
    kind(WATER, handler, batch=20, problems=PROBLEMS, of_one_subject=(Refused,))
    due(organization("oak"), 6, 7, kind=WATER)

    pump()

    assert handler.call_count == 1
    assert set(Work.objects.values_list("postponed_reason", flat=True)) == {"away"}


@pytest.mark.parametrize(
    "news",
    [
        pump,
        lambda: claimed_now(7),
        lambda: queue.note_finished(PRUNE, 7),
        lambda: resume(PRUNE),
        lambda: make_due(PRUNE, 7),
        lambda: queue.begin(PRUNE, 7),
    ],
    ids=["pump", "claim_now", "note_finished", "resume", "make_due", "begin"],
)
def test_trouble_is_forgotten_with_work_that_goes_well_and_with_a_new_plan(seen, news) -> None:
    oak = organization("oak")
    due(oak, 7)
    Work.objects.update(postponed_reason="away", attempts=1)

    with organization_scope(oak):
        news()

    assert Work.objects.get().postponed_reason == ""


def claimed_now(subject: int) -> None:
    with claim_now(PRUNE, subject) as is_mine:
        assert is_mine


# --- meanwhile ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cadence", [None, timedelta(days=1)])
def test_what_is_made_due_while_it_is_worked_on_is_done_once_more(kind, cadence) -> None:
    calls = []

    def handle(subject_ids: Sequence[int]) -> None:
        calls.append(subject_ids)
        if len(calls) == 1:
            make_due(PRUNE, 7)

    kind(PRUNE, handle, cadence=cadence)
    due(organization("oak"), 7)

    assert [pump(), pump(), pump()] == [1, 1, 0]


@pytest.mark.parametrize("cadence", [None, timedelta(days=1)])
def test_what_is_made_due_while_a_person_waits_for_it_is_done_once_more(kind, cadence) -> None:
    kind(PRUNE, lambda ids: None, cadence=cadence)
    with organization_scope(organization("oak")), claim_now(PRUNE, 7) as is_mine:
        assert is_mine
        make_due(PRUNE, 7)

    assert [pump(), pump()] == [1, 0]


def test_what_fails_at_the_moment_its_trouble_ends_is_tried_again_at_once(kind) -> None:
    calls = []

    def handle(subject_ids: Sequence[int]) -> None:
        calls.append(subject_ids)
        if len(calls) == 1:
            resume(PRUNE)
            raise Away

    kind(PRUNE, handle, problems=PROBLEMS)
    due(organization("oak"), 7)

    assert [pump(), pump(), pump()] == [1, 1, 0]


# --- planned --------------------------------------------------------------------------------------------------------
def test_a_crowd_of_newcomers_is_spread_over_one_cadence(seen) -> None:
    with organization_scope(organization("oak")):
        queue.begin(PRUNE, *range(1, 25))

    assert pump() == 0
    waits = [row.due_at - timezone.now() for row in Work.objects.order_by("subject_id")]
    assert [round(wait / timedelta(hours=1)) for wait in waits] == list(range(1, 25))


def test_work_made_due_later_waits_until_then(seen) -> None:
    with organization_scope(organization("oak")):
        make_due(PRUNE, 7, after=timedelta(hours=1))
    assert pump() == 0
    assert minutes_left() == 60


def test_stopped_work_rests_until_it_is_made_due_again(seen) -> None:
    oak = organization("oak")
    due(oak, 7)
    with organization_scope(oak):
        stop(PRUNE, 7, reason="The tree was felled.")
    assert pump() == 0
    assert Work.objects.get().stopped_reason == "The tree was felled."

    due(oak, 7)

    assert pump() == 1
    assert Work.objects.count() == 1


def test_waking_starts_what_was_stopped_and_leaves_what_is_planned(seen) -> None:
    with organization_scope(organization("oak")):
        make_due(PRUNE, 7, after=timedelta(hours=1))
        queue.wake(PRUNE, 7, 8)
        assert pump() == 1
        stop(PRUNE, 7, reason="The tree was felled.")
        queue.wake(PRUNE, 7)
        assert pump() == 1

    assert [subjects for _, subjects in seen.calls] == [(8,), (7,)]


def test_forgotten_work_is_gone_of_this_kind_in_this_organization_alone(seen) -> None:
    oak, elm = organization("oak"), organization("elm")
    due(oak, 7)
    due(oak, 7, kind=WATER)
    due(elm, 7)
    with organization_scope(oak):
        queue.forget(PRUNE, 7)
    left = Work.objects.order_by("pk").values_list("organization__slug", "kind")
    assert list(left) == [("oak", WATER), ("elm", PRUNE)]


def test_resuming_concerns_these_kinds_of_this_organization_and_what_was_postponed(seen) -> None:
    oak, elm = organization("oak"), organization("elm")
    for owner, kind, attempts in (
        (oak, PRUNE, 1),
        (oak, WATER, 1),
        (elm, PRUNE, 1),
        (oak, PRUNE, 0),
    ):
        later = timezone.now() + timedelta(hours=1)
        Work.objects.create(
            organization=owner, kind=kind, subject_id=attempts, due_at=later, attempts=attempts
        )

    with organization_scope(oak):
        assert not queue.is_waiting(PRUNE)
        resume(PRUNE)
        assert queue.is_waiting(PRUNE)
        assert not queue.is_waiting(WATER)

    assert pump() == 1
    assert seen.calls == [(oak.pk, (1,))]


def test_news_since_a_moment_are_told_while_they_are_due(seen) -> None:
    oak = organization("oak")
    moment = timezone.now()
    due(oak, 7)
    with organization_scope(oak):
        make_due(PRUNE, 9, after=timedelta(hours=1))
        assert queue.made_due_since(moment, PRUNE, 7, 8, 9) == {7}
        assert queue.made_due_since(timezone.now(), PRUNE, 7) == set()


def test_finished_outside_its_turn_work_waits_a_cadence_or_as_long_as_is_said(seen) -> None:
    with organization_scope(organization("oak")):
        queue.note_finished(PRUNE, 7)
        assert minutes_left() == 24 * 60
        queue.note_finished(PRUNE, 7, due_in=timedelta(hours=1))
        assert minutes_left() == 60


# --- a person waits -------------------------------------------------------------------------------------------------
def test_work_for_which_a_person_waits_is_theirs_alone(seen) -> None:
    oak = organization("oak")
    with organization_scope(oak), claim_now(PRUNE, 7) as is_mine, claim_now(PRUNE, 7) as too:
        assert (is_mine, too) == (True, False)
        assert pump() == 0


def test_work_that_was_done_just_now_is_not_done_again(seen) -> None:
    with organization_scope(organization("oak")):
        claimed_now(7)
        with claim_now(PRUNE, 7) as is_mine:
            assert not is_mine
        Work.objects.update(last_finished_at=timezone.now() - queue.JUST_NOW)
        claimed_now(7)


def test_a_person_whose_work_fails_gives_the_lease_back(seen) -> None:
    oak = organization("oak")
    due(oak, 7)
    with organization_scope(oak), pytest.raises(ZeroDivisionError), claim_now(PRUNE, 7):
        raise ZeroDivisionError
    assert Work.objects.get().last_finished_at is None
    assert pump() == 1


def test_work_done_once_for_a_person_leaves_no_row(kind) -> None:
    kind("tree.fell", lambda ids: None, cadence=None)
    with organization_scope(organization("oak")), claim_now("tree.fell", 7) as is_mine:
        assert is_mine
    assert not Work.objects.exists()


# --- leases ---------------------------------------------------------------------------------------------------------
def test_a_lost_workers_row_is_claimed_again_after_its_lease(seen) -> None:
    due(organization("oak"), 7)
    claim(kinds_in(Lane.POLLS), calls=10)  # and the worker dies here
    assert pump() == 0

    let_leases_run_out()

    assert pump() == 1
    assert Work.objects.get().lost_leases == 0


def lose_the_lease(times: int) -> None:
    for _ in range(times):
        claim(kinds_in(Lane.POLLS), calls=10)
        let_leases_run_out()


def test_a_row_that_lost_three_leases_is_tried_alone_while_its_batch_mates_go_on(seen) -> None:
    oak = organization("oak")
    due(oak, 7, kind=WATER)
    lose_the_lease(3)
    due(oak, 8, 9, kind=WATER)

    pump()  # counts the third
    pump()

    assert [subjects for _, subjects in seen.calls] == [(8, 9), (7,)]
    assert set(Work.objects.values_list("lost_leases", "stopped_reason")) == {(0, "")}


def test_a_row_that_kills_its_worker_alone_is_stopped_and_says_why(seen, caplog) -> None:
    due(organization("oak"), 7)
    lose_the_lease(3)
    assert claim(kinds_in(Lane.POLLS), calls=10) == []
    assert claims.claim_suspect(kinds_in(Lane.POLLS)) is not None  # and the worker dies here
    let_leases_run_out()

    assert pump() == 0
    assert pump() == 0

    row = Work.objects.get()
    assert row.stopped_reason == (
        "Its worker was killed 4 times while it was worked on, the last time alone."
    )
    assert seen.calls == []
    assert "work.killed_its_workers" in caplog.text


def test_a_row_that_is_tried_alone_is_left_to_whoever_tries_it(seen) -> None:
    due(organization("oak"), 7)
    lose_the_lease(3)
    assert claim(kinds_in(Lane.POLLS), calls=10) == []
    assert claims.claim_suspect(kinds_in(Lane.POLLS)) is not None
    assert claims.claim_suspect(kinds_in(Lane.POLLS)) is None
    row = Work.objects.get()
    assert (row.stopped_reason, row.lease_until > timezone.now()) == ("", True)


def test_of_several_rows_to_be_tried_alone_the_one_that_waits_longest_comes_first(seen) -> None:
    due(organization("oak"), 7, 8, 9)
    now = timezone.now()
    for subject, hours in ((7, 1), (8, 3), (9, 2)):
        rows = Work.objects.filter(subject_id=subject)
        rows.update(due_at=now - timedelta(hours=hours), lost_leases=3)
    tried = [claims.claim_suspect(kinds_in(Lane.POLLS)).subject_id for _ in range(3)]
    assert tried == [8, 9, 7]


def test_a_lease_lost_before_a_person_claims_counts_as_lost(seen) -> None:
    oak = organization("oak")
    due(oak, 7)
    lose_the_lease(1)
    with organization_scope(oak), claim_now(PRUNE, 7):
        assert Work.objects.get().lost_leases == 1


def test_a_worker_so_slow_that_its_lease_is_over_leaves_the_rest_to_others(kind) -> None:
    seen = []

    def slow(subject_ids: Sequence[int]) -> None:
        seen.extend(subject_ids)
        time.sleep(0.3)

    kind(PRUNE, slow, lease=timedelta(seconds=0.2))
    due(organization("oak"), 7, 8)

    pump()

    assert len(seen) == 1


def test_who_lost_the_lease_changes_nothing(seen) -> None:
    due(organization("oak"), 7)
    [[late]] = claim(kinds_in(Lane.POLLS), calls=10)
    another = timezone.now() + timedelta(minutes=9)
    Work.objects.update(lease_until=another, attempts=2)
    before = Work.objects.values().get()

    for kept in (timedelta(days=1), None):
        claims._finish(late, kept)
    claims._postpone(kind_named(PRUNE), [late], ZeroDivisionError(), "defect")
    claims.release([late])

    assert Work.objects.values().get() == before


@pytest.mark.parametrize("ends", [SoftTimeLimitExceeded, WorkStopped])
def test_what_ends_the_process_is_no_defect_and_gives_the_lease_back(kind, ends) -> None:
    kind(PRUNE, Mock(side_effect=ends))
    due(organization("oak"), 7)
    [batch] = claim(kinds_in(Lane.POLLS), calls=10)

    with pytest.raises(ends):
        work(batch)

    row = Work.objects.get()
    assert (row.lease_until, row.attempts, row.lost_leases, row.postponed_reason) == (
        None,
        0,
        0,
        "",
    )
    assert row.due_at <= timezone.now()


@pytest.mark.django_db(transaction=True)
def test_two_pumps_at_once_do_each_row_once(seen) -> None:
    due(organization("oak"), *range(1, 31))

    def run() -> None:
        while pump(calls=5):
            pass
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(subject for _, (subject,) in seen.calls) == list(range(1, 31))
    assert current_organization_id() is None


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_cannot_be_given_back_runs_out_by_itself(seen, caplog) -> None:
    due(organization("oak"), 7)
    [batch] = claim(kinds_in(Lane.POLLS), calls=10)
    with psycopg.connect(os.environ["TEST_ADMIN_URL"], autocommit=True) as admin:
        ours = connection.connection.info.backend_pid
        admin.execute("SELECT pg_terminate_backend(%s)", [ours])

    claims.release(batch)

    assert "work.not_released" in caplog.text
    assert Work.objects.get().lease_until == batch[0].lease_until
