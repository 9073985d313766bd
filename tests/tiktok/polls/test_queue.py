"""Rows are the queue: claimed once, fair between organizations, put off on trouble, never lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import connection
from django.utils import timezone

from tenancy.models import Organization
from tenancy.scope import current_organization_id, organization_scope
from tiktok.enums import MarketplaceStatus, PollKind, Trouble
from tiktok.errors import TikTokBusy, TikTokRefused, TikTokUnavailable
from tiktok.models import Poll
from tiktok.services.creators.membership import track_creator
from tiktok.services.polls import queue
from tiktok.services.polls.queue import make_due, pump, stop

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(monkeypatch) -> list[tuple[int | None, tuple[int, ...]]]:
    """What the profile handler was asked for: (organization in scope, subjects)."""
    asked: list[tuple[int | None, tuple[int, ...]]] = []

    def look(subject_ids: Sequence[int]) -> None:
        asked.append((current_organization_id(), tuple(subject_ids)))

    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, look)
    monkeypatch.setitem(queue._handlers, PollKind.MEMBERSHIP, look)
    return asked


def organization(slug: str) -> Organization:
    return Organization.objects.create(name=slug.title(), slug=slug)


def due(owner: Organization, *subjects: int, kind: PollKind = PollKind.PROFILE) -> None:
    with organization_scope(owner):
        make_due(kind, *subjects)


def test_a_due_poll_is_done_in_its_organizations_scope_and_due_again_a_day_later(seen) -> None:
    oak = organization("oak")
    due(oak, 7)

    assert pump() == 1

    poll = Poll.objects.get()
    assert seen == [(oak.pk, (7,))]
    assert (poll.lease_until, poll.attempts) == (None, 0)
    assert timedelta(hours=23, minutes=59) < poll.due_at - timezone.now() <= timedelta(days=1)
    assert poll.last_finished_at is not None
    assert pump() == 0


def test_a_crowd_of_newcomers_is_spread_over_one_round(seen) -> None:
    oak = organization("oak")
    with organization_scope(oak):
        queue.begin(PollKind.PROFILE, *range(1, 25))

    assert pump() == 0
    waits = [poll.due_at - timezone.now() for poll in Poll.objects.order_by("subject_id")]
    assert [round(wait / timedelta(hours=1)) for wait in waits] == list(range(1, 25))


def test_memberships_are_asked_for_twenty_at_a_time(seen) -> None:
    oak = organization("oak")
    due(oak, *range(1, 46), kind=PollKind.MEMBERSHIP)

    pump()

    assert [len(subjects) for _, subjects in seen] == [20, 20, 5]


def test_a_large_organization_does_not_keep_a_small_one_waiting(seen) -> None:
    oak, elm = organization("oak"), organization("elm")
    due(oak, *range(1, 101))
    due(elm, 1, 2)

    pump(limit=10)

    assert [owner for owner, _ in seen].count(elm.pk) == 2


def test_many_organizations_at_once_break_up_no_call_that_serves_many(seen) -> None:
    for number in range(12):
        due(organization(f"tree-{number}"), *range(1, 21), kind=PollKind.MEMBERSHIP)

    while pump(limit=5):
        pass

    assert [len(subjects) for _, subjects in seen] == [20] * 12


def test_a_backlog_of_one_kind_keeps_no_other_kind_waiting(seen) -> None:
    oak = organization("oak")
    due(oak, *range(1, 201))
    Poll.objects.update(due_at=timezone.now() - timedelta(hours=1))
    due(oak, 7, 8, kind=PollKind.MEMBERSHIP)

    pump(limit=4)

    assert (oak.pk, (7, 8)) in seen


def test_calls_that_serve_many_lease_no_more_than_is_done_before_the_lease_ends(seen) -> None:
    for number in range(12):
        due(organization(f"tree-{number}"), *range(1, 21), kind=PollKind.MEMBERSHIP)

    assert pump(limit=10) == 40


def test_trouble_puts_a_poll_off_with_growing_patience(monkeypatch) -> None:
    def unavailable(subject_ids: Sequence[int]) -> None:
        raise TikTokUnavailable

    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, unavailable)
    oak = organization("oak")
    due(oak, 7)
    waits = []
    for _ in range(3):
        pump()
        poll = Poll.objects.get()
        waits.append(round((poll.due_at - timezone.now()).total_seconds() / 60))
        Poll.objects.update(due_at=timezone.now())

    assert waits == [1, 2, 4]
    assert poll.last_finished_at is None


@pytest.mark.parametrize(
    "news",
    [
        pump,
        lambda: looked_at_now(7),
        lambda: queue.note_look(PollKind.PROFILE, 7),
        queue.resume,
        lambda: make_due(PollKind.PROFILE, 7),
        lambda: queue.begin(PollKind.PROFILE, 7),
    ],
    ids=["pump", "look_now", "note_look", "resume", "make_due", "begin"],
)
def test_trouble_is_forgotten_with_a_look_that_goes_well_and_with_a_new_plan(seen, news) -> None:
    oak = organization("oak")
    due(oak, 7)
    Poll.objects.update(trouble=Trouble.NO_ANSWER, attempts=1)

    with organization_scope(oak):
        news()

    assert Poll.objects.get().trouble == ""


def looked_at_now(subject: int) -> None:
    with queue.look_now(PollKind.PROFILE, subject) as is_mine:
        assert is_mine


def test_trouble_that_goes_on_says_what_it_is_now(monkeypatch) -> None:
    problems = [TikTokUnavailable(), TikTokBusy(60), ZeroDivisionError()]
    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, Mock(side_effect=problems))
    due(organization("oak"), 7)
    said = []
    for _ in problems:
        pump()
        said.append(Poll.objects.get().trouble)
        Poll.objects.update(due_at=timezone.now())

    assert said == [Trouble.NO_ANSWER, Trouble.LIMIT_REACHED, Trouble.DEFECT]


def test_a_handler_may_say_how_long_a_subject_stays_fresh(monkeypatch) -> None:
    monkeypatch.setitem(queue._handlers, PollKind.MEMBERSHIP, lambda ids: {7: timedelta(weeks=1)})
    due(organization("oak"), 7, 8, kind=PollKind.MEMBERSHIP)

    pump()

    waits = {poll.subject_id: poll.due_at - timezone.now() for poll in Poll.objects.all()}
    assert timedelta(days=6) < waits[7] <= timedelta(days=7)
    assert timedelta(hours=23) < waits[8] <= timedelta(days=1)


def test_a_broken_subject_does_not_stop_the_others(monkeypatch, caplog) -> None:
    seen = []

    def look(subject_ids: Sequence[int]) -> None:
        seen.extend(subject_ids)
        if 7 in subject_ids:
            raise ZeroDivisionError

    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, look)
    due(organization("oak"), 7, 8)

    assert pump() == 2

    broken, fine = Poll.objects.order_by("subject_id")
    assert seen == [7, 8]
    assert (broken.last_finished_at, broken.attempts, broken.lease_until) == (None, 1, None)
    assert fine.last_finished_at is not None
    assert "poll.broken" in caplog.text


def test_a_broken_subject_does_not_stop_the_others_of_its_call(monkeypatch) -> None:
    def look(subject_ids: Sequence[int]) -> None:
        if 7 in subject_ids:
            raise TikTokRefused("No such creator.")
        if 8 in subject_ids:
            raise ZeroDivisionError

    monkeypatch.setitem(queue._handlers, PollKind.MEMBERSHIP, look)
    due(organization("oak"), 6, 7, 8, 9, kind=PollKind.MEMBERSHIP)

    pump()

    done = Poll.objects.exclude(last_finished_at=None).order_by("subject_id")
    assert list(done.values_list("subject_id", flat=True)) == [6, 9]


def test_what_is_made_due_during_a_look_is_looked_at_once_more(monkeypatch) -> None:
    looks = []

    def look(subject_ids: Sequence[int]) -> None:
        looks.append(subject_ids)
        if len(looks) == 1:
            make_due(PollKind.PROFILE, 7)

    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, look)
    due(organization("oak"), 7)

    assert [pump(), pump(), pump()] == [1, 1, 0]


def test_what_is_made_due_while_a_person_waits_for_a_look_is_looked_at_once_more(seen) -> None:
    oak = organization("oak")
    with organization_scope(oak), queue.look_now(PollKind.PROFILE, 7) as is_mine:
        assert is_mine
        make_due(PollKind.PROFILE, 7)

    assert [pump(), pump()] == [1, 0]


def test_what_fails_at_the_moment_its_trouble_ends_is_tried_again_at_once(monkeypatch) -> None:
    looks = []

    def look(subject_ids: Sequence[int]) -> None:
        looks.append(subject_ids)
        if len(looks) == 1:
            queue.resume()
            raise TikTokUnavailable

    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, look)
    due(organization("oak"), 7)

    assert [pump(), pump(), pump()] == [1, 1, 0]


def test_a_used_up_budget_waits_as_long_as_tiktok_says(monkeypatch) -> None:
    def busy(subject_ids: Sequence[int]) -> None:
        raise TikTokBusy(300)

    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, busy)
    due(organization("oak"), 7)

    pump()

    wait = (Poll.objects.get().due_at - timezone.now()).total_seconds()
    assert 299 < wait <= 330  # spread a little, so that not all come at once


def test_waiting_for_a_turn_costs_no_patience(monkeypatch) -> None:
    problems = [TikTokBusy(60)] * 8 + [TikTokUnavailable()]

    def look(subject_ids: Sequence[int]) -> None:
        raise problems.pop(0)

    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, look)
    due(organization("oak"), 7)
    while problems:
        Poll.objects.update(due_at=timezone.now())
        pump()

    assert Poll.objects.get().due_at - timezone.now() <= timedelta(minutes=2)


def test_while_redis_cannot_count_nothing_is_asked_and_looks_are_tried_again_soon(
    oak, tiktok, settings
) -> None:
    with organization_scope(oak):
        track_creator("maya.bakes", MarketplaceStatus.IN)
    tiktok.control("stats")
    settings.REDIS_URL = "unix:///nobody/listens.sock"

    assert pump() == 2

    waits = [poll.due_at - timezone.now() for poll in Poll.objects.all()]
    assert max(waits) <= timedelta(seconds=5.5)
    assert {poll.trouble for poll in Poll.objects.all()} == {Trouble.UNCOUNTED}
    assert tiktok.look("stats")["calls"] == {}


def test_a_stopped_poll_rests_until_it_is_made_due_again(seen) -> None:
    oak = organization("oak")
    due(oak, 7)
    with organization_scope(oak):
        stop(PollKind.PROFILE, 7, reason="the account is unsupported")
    assert pump() == 0

    due(oak, 7)

    assert pump() == 1
    assert Poll.objects.count() == 1


def test_a_lost_workers_poll_is_claimed_again_after_its_lease(seen) -> None:
    due(organization("oak"), 7)
    queue._claim(10)  # and the worker dies here
    assert pump() == 0

    Poll.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert pump() == 1


def test_a_worker_so_slow_that_its_lease_is_over_leaves_the_rest_to_others(monkeypatch) -> None:
    seen = []

    def slow(subject_ids: Sequence[int]) -> None:
        seen.extend(subject_ids)
        time.sleep(0.3)

    monkeypatch.setitem(queue._handlers, PollKind.PROFILE, slow)
    monkeypatch.setattr(queue, "LEASE", timedelta(seconds=0.2))
    due(organization("oak"), 7, 8)

    pump()

    assert len(seen) == 1


def test_who_lost_the_lease_changes_nothing(seen) -> None:
    due(organization("oak"), 7)
    [late] = queue._claim(10)
    Poll.objects.update(lease_until=timezone.now() + timedelta(minutes=9), attempts=2)

    queue._finish(late, due_in=timedelta(days=1))

    poll = Poll.objects.get()
    assert (poll.attempts, poll.last_finished_at) == (2, None)


@pytest.mark.django_db(transaction=True)
def test_two_pumps_at_once_do_each_poll_once(seen) -> None:
    due(organization("oak"), *range(1, 31))

    def work() -> None:
        while pump(limit=5):
            pass
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(subject for _, (subject,) in seen) == list(range(1, 31))
