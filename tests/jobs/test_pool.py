"""Threads that work off what is due in one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection
from django.utils import timezone

from jobs.enums import Lane
from jobs.errors import WorkStopped
from jobs.models import Job, Work
from jobs.services import claims
from jobs.services.jobs import WHOLE_KIND, WHOLE_LEASE
from jobs.services.kinds import kind_named
from jobs.services.pool import Queue, work_off
from jobs.services.slices import move_on
from jobs.services.stopping import go_on, stopped_by
from jobs.tasks import pump
from tenancy.scope import current_organization_id
from tests.jobs.conftest import PRUNE, due, organization

pytestmark = pytest.mark.django_db(transaction=True)


class Seen:
    """A handler: for whom it worked, in whose scope, by which thread."""

    def __init__(self) -> None:
        self.calls: list[tuple[int | None, int]] = []
        self.threads: set[str] = set()
        self.backends: set[int] = set()
        self.at_once = self.most_at_once = 0

    def __call__(self, subject_ids: Sequence[int]) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.backends.add(cursor.fetchone()[0])
        time.sleep(0.05)
        self.calls += [(current_organization_id(), pk) for pk in subject_ids]
        self.threads.add(threading.current_thread().name)
        self.at_once -= 1


@pytest.fixture
def seen(kind) -> Seen:
    made = Seen()
    kind(PRUNE, made)
    return made


def are_gone(backends: set[int]) -> bool:
    """A server process may take a moment to end after its connection has."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", [list(backends)]
            )
            if cursor.fetchone()[0] == 0:
                return True
        time.sleep(0.05)
    return False


def test_threads_do_each_row_once_in_its_organizations_scope(seen) -> None:
    oak, elm = organization("oak"), organization("elm")
    for owner in (oak, elm):
        due(owner, *range(40))

    work_off(Lane.POLLS, threads=8, seconds=20)

    expected = [(owner.pk, pk) for owner in (oak, elm) for pk in range(40)]
    assert sorted(seen.calls) == sorted(expected)
    assert not Work.objects.filter(last_finished_at=None).exists()
    assert seen.most_at_once > 2
    assert current_organization_id() is None


def test_each_thread_has_a_connection_of_its_own_and_closes_it(seen) -> None:
    due(organization("oak"), *range(40))

    work_off(Lane.POLLS, threads=4, seconds=20)

    assert len(seen.backends) == len(seen.threads) == 4
    assert are_gone(seen.backends)


def test_one_row_needs_no_second_thread(seen) -> None:
    due(organization("oak"), 7)
    work_off(Lane.POLLS, threads=8, seconds=20)
    assert seen.threads == {threading.current_thread().name}


def test_a_large_organization_does_not_keep_a_small_one_waiting(seen) -> None:
    due(organization("oak"), *range(200))
    elm = organization("elm")
    due(elm, 1, 2)

    work_off(Lane.POLLS, threads=4, seconds=0.01)

    assert len(seen.calls) == 50
    assert [owner for owner, _ in seen.calls].count(elm.pk) == 2


def test_when_the_time_is_over_nothing_more_is_claimed(seen) -> None:
    due(organization("oak"), *range(60))
    work_off(Lane.POLLS, threads=4, seconds=0.01)
    assert Work.objects.exclude(last_finished_at=None).count() == 50
    assert Work.objects.filter(attempts=0, last_finished_at=None).count() == 10


def test_long_work_is_claimed_no_faster_than_it_is_begun(kind) -> None:
    held: list[int] = []

    def read(subject_ids: Sequence[int]) -> None:
        held.append(Work.objects.exclude(lease_until=None).count())

    kind(PRUNE, read, lane=Lane.BULK)
    due(organization("oak"), *range(10))
    work_off(Lane.BULK, threads=2, seconds=20)
    assert len(held) == 10
    assert max(held) <= 3  # what a thread works on, and what two have claimed


def test_a_thread_that_breaks_down_is_heard_and_the_others_stop(seen, monkeypatch) -> None:
    due(organization("oak"), *range(40))

    def broken(*args: Any) -> None:
        raise ConnectionError("the database has gone")

    with monkeypatch.context() as patch:
        patch.setattr(claims, "_finish", broken)
        with pytest.raises(ConnectionError):
            work_off(Lane.POLLS, threads=4, seconds=20)
    assert len(seen.calls) <= 8
    assert are_gone(seen.backends)
    assert Work.objects.filter(lease_until=None, attempts=0).count() >= 32  # never begun

    Work.objects.exclude(lease_until=None).update(lease_until=timezone.now())
    work_off(Lane.POLLS, threads=4, seconds=20)
    assert not Work.objects.filter(last_finished_at=None).exists()


def test_celerys_time_limit_stops_all_threads_and_gives_every_lease_back(kind) -> None:
    begun = threading.Barrier(3)

    def long_work(subject_ids: Sequence[int]) -> None:
        begun.wait(timeout=10)
        for _ in range(200):  # until it is told to end
            go_on()
            time.sleep(0.05)

    class Limit:
        """Celery's signal reaches the main thread wherever it waits."""

        def result(self) -> None:
            begun.wait(timeout=10)
            raise SoftTimeLimitExceeded

    kind(PRUNE, long_work)
    due(organization("oak"), *range(40))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SoftTimeLimitExceeded):
        patch.setattr("jobs.services.pool.ThreadPoolExecutor", limited(Limit()))
        work_off(Lane.POLLS, threads=2, seconds=20)

    left = Work.objects.values_list("lease_until", "attempts", "lost_leases", "postponed_reason")
    assert set(left) == {(None, 0, 0, "")}


def limited(limit: Any) -> Any:
    """A pool of threads whose first worker is waited for when the limit comes."""
    from concurrent.futures import ThreadPoolExecutor

    class Limited(ThreadPoolExecutor):
        def submit(self, *args: Any, **kwargs: Any) -> Any:
            super().submit(*args, **kwargs)
            return limit

    return Limited


def test_a_suspect_is_tried_before_anything_else_is_claimed(kind) -> None:
    held: dict[int, int] = {}

    def read(subject_ids: Sequence[int]) -> None:
        for pk in subject_ids:
            held[pk] = Work.objects.exclude(lease_until=None).count()

    kind(PRUNE, read)
    due(organization("oak"), *range(5))
    Work.objects.filter(subject_id=3).update(lost_leases=3)

    work_off(Lane.POLLS, threads=4, seconds=20)

    assert len(held) == 5
    assert held[3] == 1
    assert set(Work.objects.values_list("lost_leases", flat=True)) == {0}


def test_the_pump_of_a_lane_does_what_is_due_there(seen) -> None:
    oak = organization("oak")
    due(oak, 7)
    pump("mail")
    assert seen.calls == []
    pump("polls")
    assert seen.calls == [(oak.pk, 7)]


def test_a_closed_queue_hands_nothing_out_and_gives_back_what_was_not_begun(seen) -> None:
    due(organization("oak"), *range(40))
    queue = Queue(Lane.POLLS, 20, calls_per_claim=50)
    assert queue.next() is not None
    queue.close()
    assert queue.next() is None
    assert Work.objects.exclude(lease_until=None).count() == 1
    due_now = Work.objects.filter(lease_until=None, due_at__lte=timezone.now())
    assert due_now.count() == 39


def test_a_flag_ends_the_work_inside_its_block_and_none_after_it() -> None:
    flag = threading.Event()
    with stopped_by(flag):
        go_on()
        flag.set()
        with pytest.raises(WorkStopped):
            go_on()
    go_on()


def test_a_list_that_fills_its_slices_has_no_empty_one_at_its_end() -> None:
    job = Job(params={"ids": [1, 2, 3]}, total_count=3)
    assert (move_on(job, 2), job.done_count) == (False, 2)
    assert (move_on(job, 2), job.done_count) == (True, 3)
    full = Job(params={"ids": [1, 2]}, total_count=2)
    assert (move_on(full, 2), full.done_count) == (True, 2)


def test_no_lease_of_long_work_ends_before_the_time_that_celery_leaves_it() -> None:
    options = settings.CELERY_BEAT_SCHEDULE["pump-bulk"]["options"]
    assert options["soft_time_limit"] < options["time_limit"] <= WHOLE_LEASE.total_seconds()
    assert kind_named(WHOLE_KIND).lease == WHOLE_LEASE
