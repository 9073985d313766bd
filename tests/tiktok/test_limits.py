"""The request budget: never over, nearly always used, first come first served, and people before workers."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine

from tiktok import limits
from tiktok.errors import TikTokBusy
from tiktok.limits import (
    PUBLISH_PATH,
    app_paused_for,
    charged,
    pause,
    paused_for,
    take,
    waiting_as_worker,
)
from tiktok.store import key, store

PUBLIC = "/tto/tcm/creator/public/"
RANK = "/tto/tcm/rank/"
INSIGHTS = "/business/get/"


@pytest.fixture(autouse=True)
def _basic(settings) -> None:
    """TikTok's level Basic and our guess of the special paths' limits."""
    settings.TIKTOK_REQUESTS_PER_SECOND, settings.TIKTOK_REQUESTS_PER_MINUTE = 10, 600
    settings.TIKTOK_SPECIAL_REQUESTS_PER_SECOND = 2
    settings.TIKTOK_SPECIAL_REQUESTS_PER_MINUTE = 60
    settings.TIKTOK_ACCOUNT_REQUESTS_PER_MINUTE = 40
    settings.TIKTOK_ACCOUNTS_REQUESTS_PER_MINUTE = 600


@pytest.fixture
def by_the_second(settings) -> None:
    """A budget of 50 a second, for tests that spend it."""
    settings.TIKTOK_REQUESTS_PER_SECOND, settings.TIKTOK_REQUESTS_PER_MINUTE = 50, 3_000


def booked(calls: int, path: str = "/x/", bucket: str = limits.APP) -> list[float]:
    """The moments, in seconds from now, that so many calls get one after the other."""
    begun = time.monotonic()
    return [time.monotonic() - begun + take(path, bucket) for _ in range(calls)]


def row(bucket: str) -> list[float]:
    """The moments that a budget has booked, in seconds of Redis's clock: no test's own delay is in them."""
    booked_moments = store().zrange(key("budget", bucket, "booked"), 0, -1, withscores=True)
    return [moment / 1_000_000 for _, moment in booked_moments]


def test_a_call_is_charged_to_the_app_and_to_the_narrower_budgets_its_bucket_names() -> None:
    assert [b.name for b in charged("/tcm/creator/public/", "app")] == ["app"]
    assert [b.name for b in charged(PUBLIC, PUBLIC)] == ["app", PUBLIC]
    account = f"{INSIGHTS}open-1"
    assert [b.name for b in charged(INSIGHTS, account)] == ["app", "accounts", account]
    publishing = charged(PUBLISH_PATH, f"{PUBLISH_PATH}open-1")
    assert [round(b.spacing, 2) for b in publishing][-1] == 10.33  # six a minute
    spacings = [round(b.spacing, 3) for b in charged(INSIGHTS, account)]
    assert spacings == [0.103, 0.103, 1.55]


def test_calls_keep_the_distance_that_fills_every_window_and_breaks_none() -> None:
    booked(40)
    moments = row("app")
    assert len(moments) >= 38
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(1 / 10 < gap <= 1 / 9.5 for gap in gaps)
    assert moments[10] - moments[0] > 1.0


def test_an_idle_budget_lets_a_call_go_at_once() -> None:
    assert take("/x/") == 0


def test_sixteen_waiting_workers_use_the_budget_and_never_more(by_the_second) -> None:
    moments: list[float] = []

    def work(number: int) -> None:
        with waiting_as_worker():
            for _ in range(10):
                time.sleep(take("/x/"))
                moments.append(time.monotonic())

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))

    moments.sort()
    used = (len(moments) - 1) / (moments[-1] - moments[0])
    assert 0.9 * 50 <= used <= 50
    # What a call is late on a busy machine is not the budget's doing: a few hundredths of a second are let pass.
    assert all(b - a > 1.0 - 0.15 for a, b in zip(moments, moments[50:], strict=False))


def test_workers_stand_in_line_first_come_first_served() -> None:
    booked(15)  # the next second and a half are taken
    line = [limits._ask("worker", "/x/", "app") for _ in range(10)]
    assert {answer for answer, _ in line} == {"wait"}
    turns = [seconds for _, seconds in line]
    assert turns == sorted(turns)

    time.sleep(line[0][1])  # the first one's turn has come

    newcomer = limits._ask("worker", "/x/", "app")
    assert newcomer[0] == "wait"
    assert newcomer[1] > 0.5  # behind the other nine
    assert limits._ask("next", "/x/", "app")[0] == "go"


def test_a_person_does_not_wait_behind_the_workers(by_the_second) -> None:
    def work(number: int) -> None:
        with waiting_as_worker():
            time.sleep(take("/x/"))

    with ThreadPoolExecutor(100) as pool:
        waiting = [pool.submit(work, number) for number in range(100)]
        time.sleep(0.3)
        persons_wait = take("/x/")
        assert not all(each.done() for each in waiting)

    assert persons_wait <= limits.BOOK_AHEAD_SECONDS + 0.1


def test_a_person_who_would_wait_too_long_is_told_so_and_takes_no_place(settings) -> None:
    booked(48)
    with pytest.raises(TikTokBusy) as busy:
        booked(10)
    assert limits.PERSON_WAIT_SECONDS < busy.value.retry_after < 6
    with waiting_as_worker():
        assert 3 < limits._ask("worker", "/x/", "app")[1] < 6


def test_a_crowded_special_path_does_not_hold_up_the_rest() -> None:
    booked(5, PUBLIC, PUBLIC)
    gaps = [later - earlier for earlier, later in pairwise(row(PUBLIC))]
    assert gaps == pytest.approx([1.033] * 4, abs=0.003)
    assert take(RANK, RANK) < 0.21
    assert max(booked(10)) < 1.6


def test_special_calls_leave_no_gaps_in_the_apps_row() -> None:
    booked(4, PUBLIC, PUBLIC)
    moments = sorted(booked(30) + booked(1, RANK, RANK))
    assert moments[-1] < 36 * 0.1035


def test_a_worker_is_postponed_rather_than_kept_before_a_crowded_path() -> None:
    turns = []
    with waiting_as_worker():
        for _ in range(30):
            answer, seconds = limits._ask("worker", PUBLIC, PUBLIC)
            turns.append((answer, round(seconds, 1)))
    kinds = [answer for answer, _ in turns]
    assert kinds[0] == "go"
    assert kinds.count("wait") == 9
    assert set(kinds[11:]) == {"busy"}
    later = [seconds for answer, seconds in turns if answer == "busy"]
    assert later == sorted(later)  # each has a place of its own, behind those postponed before
    assert later[-1] - later[0] == pytest.approx(1.033 * (len(later) - 1), abs=0.5)
    assert take("/x/") < 1.2


def test_accounts_have_budgets_of_their_own() -> None:
    one, other = f"{INSIGHTS}open-1", f"{INSIGHTS}open-2"
    take(INSIGHTS, one)
    assert take(INSIGHTS, one) > 1.2
    assert take(INSIGHTS, other) < 0.3


def test_a_day_ends_at_midnight_utc(settings) -> None:
    settings.TIKTOK_REQUESTS_PER_DAY = 3
    booked(3)
    now = datetime.now(UTC)
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    with pytest.raises(TikTokBusy) as busy:
        take("/x/")
    assert busy.value.retry_after == pytest.approx((midnight - now).total_seconds(), abs=2)


def test_the_app_is_paused_until_midnight_once_the_days_calls_are_used_up(settings) -> None:
    settings.TIKTOK_REQUESTS_PER_DAY = 3
    booked(2)
    assert app_paused_for() == 0
    booked(1)
    with pytest.raises(TikTokBusy) as busy:
        take("/x/")
    assert app_paused_for() == pytest.approx(busy.value.retry_after, abs=2)


def test_a_machine_whose_clock_is_wrong_counts_the_same_day(settings) -> None:
    settings.TIKTOK_REQUESTS_PER_DAY = 3
    booked(3)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=1)), pytest.raises(TikTokBusy):
        take("/x/")


def test_a_pause_of_the_app_answers_everybody_at_once() -> None:
    pause(300)
    begun = time.monotonic()
    for is_worker in (False, True):
        limits._is_worker.set(is_worker)
        with pytest.raises(TikTokBusy) as busy:
            take(PUBLIC, PUBLIC)
        assert 299 < busy.value.retry_after <= 300
    limits._is_worker.set(False)
    assert time.monotonic() - begun < 0.5
    assert 299 < paused_for() <= 300
    assert 299 < app_paused_for() <= 300


def test_a_special_path_pauses_alone() -> None:
    pause(300, bucket=PUBLIC)
    with pytest.raises(TikTokBusy):
        take(PUBLIC, PUBLIC)
    assert take(RANK, RANK) == 0
    assert paused_for(PUBLIC, PUBLIC) > 299
    assert paused_for() == app_paused_for() == 0


def test_a_path_whose_limit_is_not_known_rests_alone() -> None:
    pause(60, path="/tcm/report/get/v2/")
    with pytest.raises(TikTokBusy):
        take("/tcm/report/get/v2/")
    assert take("/tcm/creator/public/") == 0


def test_the_longest_pause_counts() -> None:
    pause(300)
    pause(1)
    assert paused_for() > 299


def test_a_burst_is_slept_through() -> None:
    pause(0.3)
    begun = time.monotonic()
    take("/x/")
    assert 0.2 < time.monotonic() - begun < 1.5
