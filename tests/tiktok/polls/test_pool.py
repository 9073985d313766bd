"""Threads that work off the due polls of one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tenancy.models import Organization
from tenancy.scope import current_organization_id, organization_scope
from tiktok import limits
from tiktok.enums import PollKind
from tiktok.models import Poll
from tiktok.services.polls import queue
from tiktok.services.polls.pool import Queue, work_off
from tiktok.services.polls.queue import make_due

pytestmark = pytest.mark.django_db(transaction=True)


class Looks:
    """A handler of profiles: who was looked at, in which organization's scope, by which thread."""

    def __init__(self) -> None:
        self.seen: list[tuple[int | None, int]] = []
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
        self.seen += [(current_organization_id(), pk) for pk in subject_ids]
        self.threads.add(threading.current_thread().name)
        self.at_once -= 1


@pytest.fixture
def looks(monkeypatch) -> Looks:
    made = Looks()
    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, made)
    return made


def due(slug: str, *subjects: int) -> Organization:
    owner = Organization.objects.create(name=slug.title(), slug=slug)
    with organization_scope(owner):
        make_due(PollKind.PROFILE, *subjects)
    return owner


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


def test_threads_do_each_poll_once_in_its_organizations_scope(looks) -> None:
    oak, elm = due("oak", *range(40)), due("elm", *range(40))

    work_off(threads=8, seconds=20)

    expected = [(owner.pk, pk) for owner in (oak, elm) for pk in range(40)]
    assert sorted(looks.seen) == sorted(expected)
    assert not Poll.objects.filter(last_finished_at=None).exists()
    assert looks.most_at_once > 2
    assert current_organization_id() is None


def test_each_thread_has_a_connection_of_its_own_and_closes_it(looks) -> None:
    due("oak", *range(40))

    work_off(threads=4, seconds=20)

    assert len(looks.backends) == len(looks.threads) == 4
    assert are_gone(looks.backends)


def test_one_poll_needs_no_second_thread(looks) -> None:
    due("oak", 7)
    work_off(threads=8, seconds=20)
    assert looks.threads == {threading.current_thread().name}


def test_a_large_organization_does_not_keep_a_small_one_waiting(looks) -> None:
    due("oak", *range(200))
    elm = due("elm", 1, 2)

    work_off(threads=4, seconds=0.01)

    assert len(looks.seen) == 50
    assert [owner for owner, _ in looks.seen].count(elm.pk) == 2


def test_when_the_time_is_over_nothing_more_is_claimed(looks) -> None:
    due("oak", *range(60))
    work_off(threads=4, seconds=0.01)
    assert Poll.objects.exclude(last_finished_at=None).count() == 50
    assert Poll.objects.filter(attempts=0, last_finished_at=None).count() == 10


def test_a_helper_that_breaks_down_is_heard_and_the_others_stop(looks, monkeypatch) -> None:
    due("oak", *range(40))

    def broken(claim: queue.Claim, **kwargs: object) -> None:
        raise ConnectionError("the database has gone")

    monkeypatch.setattr(queue, "_finish", broken)
    with pytest.raises(ConnectionError):
        work_off(threads=4, seconds=20)
    assert len(looks.seen) < 40
    assert are_gone(looks.backends)

    monkeypatch.undo()
    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, looks)
    Poll.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work_off(threads=4, seconds=20)
    assert not Poll.objects.filter(last_finished_at=None).exists()


def test_while_the_app_is_paused_nothing_is_claimed(looks) -> None:
    due("oak", 7)
    limits.pause(300)
    work_off(threads=4, seconds=20)
    assert looks.seen == []
    assert Poll.objects.get().attempts == 0


def test_a_closed_queue_hands_nothing_out() -> None:
    due("oak", *range(40))
    queue = Queue(20)
    assert queue.next() is not None
    queue.close()
    assert queue.next() is None
