"""TikTok's kinds of work in the queue: batches, cadences, and what a page says when TikTok does not answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from unittest.mock import Mock

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from jobs.errors import WorkStopped
from jobs.services import stopping
from jobs.services.queue import make_due
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories.creators import track_creator
from tests.working import all_polls, behave, pump
from tiktok import limits
from tiktok.enums import MarketplaceStatus, PollKind, PostponedReason
from tiktok.errors import (
    NoMarketplaceAccount,
    TikTokBusy,
    TikTokProblem,
    TikTokRefused,
    TikTokUnavailable,
)
from tiktok.services.polls.kinds import CADENCE

pytestmark = pytest.mark.django_db


def due(owner: Organization, *subjects: int, kind: PollKind = PollKind.PROFILE) -> None:
    with organization_scope(owner):
        make_due(kind, *subjects)


def test_the_past_alone_is_read_once(oak, monkeypatch) -> None:
    assert set(PollKind) - set(CADENCE) == {PollKind.BACKFILL}
    behave(monkeypatch, PollKind.BACKFILL, lambda ids: None)
    all_polls().delete()
    due(oak, 7, kind=PollKind.BACKFILL)
    assert pump() == 1
    assert not all_polls().exists()


@pytest.mark.parametrize("kind", CADENCE)
def test_each_kind_of_poll_is_due_again_after_its_cadence(oak, monkeypatch, kind) -> None:
    behave(monkeypatch, kind, lambda ids: None)
    all_polls().delete()
    due(oak, 7, kind=kind)

    assert pump() == 1

    wait = all_polls().get().due_at - timezone.now()
    assert CADENCE[kind] - timedelta(minutes=1) < wait <= CADENCE[kind]


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [(PollKind.MEMBERSHIP, [20, 20, 5]), (PollKind.ORDER, [45]), (PollKind.PROFILE, [1] * 45)],
)
def test_one_call_takes_as_many_subjects_as_tiktok_allows(elm, monkeypatch, kind, sizes) -> None:
    seen: list[Sequence[int]] = []
    behave(monkeypatch, kind, seen.append)
    due(elm, *range(45), kind=kind)
    pump()
    assert [len(subjects) for subjects in seen] == sizes


@pytest.mark.parametrize(
    ("problem", "minutes"),
    [(TikTokUnavailable(), 1), (NoMarketplaceAccount(), 60), (TikTokBusy(300), 5)],
)
def test_how_long_a_poll_is_postponed_depends_on_what_tiktok_said(
    elm, monkeypatch, problem, minutes
) -> None:
    behave(monkeypatch, PollKind.PROFILE, Mock(side_effect=problem))
    due(elm, 7)
    pump()
    wait = (all_polls().get().due_at - timezone.now()).total_seconds()
    assert 60 * minutes - 1 < wait <= 60 * minutes + 30


@pytest.mark.parametrize("problem", [TikTokProblem("Odd."), ZeroDivisionError()])
def test_a_problem_without_words_of_its_own_is_ours(elm, monkeypatch, problem) -> None:
    behave(monkeypatch, PollKind.PROFILE, Mock(side_effect=problem))
    due(elm, 7)
    pump()
    assert all_polls().get().postponed_reason == PostponedReason.DEFECT


def test_a_refused_subject_does_not_stop_the_others_of_its_call(elm, monkeypatch) -> None:
    def read(subject_ids: Sequence[int]) -> None:
        if 7 in subject_ids:
            raise TikTokRefused("No such creator.")

    behave(monkeypatch, PollKind.MEMBERSHIP, read)
    due(elm, 6, 7, 8, kind=PollKind.MEMBERSHIP)

    pump()

    done = all_polls().exclude(last_finished_at=None).order_by("subject_id")
    assert list(done.values_list("subject_id", flat=True)) == [6, 8]


def test_while_redis_cannot_count_nothing_is_asked_and_polls_are_tried_again_soon(
    oak, tiktok, settings
) -> None:
    with organization_scope(oak):
        track_creator("maya.bakes", MarketplaceStatus.IN)
    tiktok.control("stats")
    settings.REDIS_URL = "unix:///nobody/listens.sock"

    assert pump() == 2

    waits = [poll.due_at - timezone.now() for poll in all_polls()]
    assert max(waits) <= timedelta(seconds=5.5)
    assert {poll.postponed_reason for poll in all_polls()} == {PostponedReason.UNCOUNTED}
    assert tiktok.read("stats")["calls"] == {}


def test_while_the_app_is_paused_nothing_is_claimed(elm, monkeypatch) -> None:
    behave(monkeypatch, PollKind.PROFILE, lambda ids: None)
    due(elm, 7)
    limits.pause(300)
    assert pump() == 0
    assert all_polls().get().attempts == 0


@pytest.mark.parametrize("ends", [SoftTimeLimitExceeded, WorkStopped])
def test_a_worker_told_to_end_makes_no_further_call_and_gives_its_polls_back(
    oak, tiktok, monkeypatch, ends
) -> None:
    with organization_scope(oak):
        track_creator("maya.bakes", MarketplaceStatus.IN)
    tiktok.control("stats")
    monkeypatch.setattr("tiktok.services.gateway.go_on", Mock(side_effect=ends))

    with pytest.raises(ends):
        pump()

    assert tiktok.read("stats")["calls"] == {}
    profile = all_polls().get(kind=PollKind.PROFILE)
    assert (profile.attempts, profile.lease_until, profile.postponed_reason) == (0, None, "")
    assert stopping.go_on() is None  # and nobody else is stopped
