"""The outer request budget, shared by all processes through Redis: of the app, of special paths, of accounts.

A budget is a row of moments, at least its spacing apart. A call books the first moment that is free in all of its budgets
and waits until then. Even spacing fills every sliding window of TikTok's, which counts requests as they arrive, and
breaks none; our windows are a little longer than TikTok's, because a booked call may take its time to get there.

Workers book a second ahead at most and stand in line behind that, first come, first served: a person at a page does not
wait behind all of them. Once TikTok itself says that a limit is reached, everybody stays away for as long as it says.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tiktok.errors import TikTokBusy
from tiktok.store import key, run_script, store

APP = "app"
# Seconds that our windows are long: calls that overtake each other by less than the difference break no limit.
SECOND, MINUTE = 1.035, 62.0
DAY = 86_400.0
# Of one account; the 15 a day TikTok counts itself, and says when they are used up.
PUBLISH_PATH, PUBLISH_PER_MINUTE = "/business/video/publish/", 6
# While Redis is away nobody can say whether there is room: no call, and another try soon.
UNCOUNTED_SECONDS = 5.0
# How long a call waits for its turn: a person at a page not long, a worker or a command until the minute is over; but no
# worker stands idle for long before one crowded path while the app has room for others.
PERSON_WAIT_SECONDS = 5.0
WORKER_WAIT_SECONDS = 90.0
NEAR_LIMIT_WAIT_SECONDS = 10.0
BOOK_AHEAD_SECONDS = 1.0
# A pause as short as this is slept through.
SHORT_PAUSE_SECONDS = 2.0
TAKE = (Path(__file__).parent / "limits.lua").read_text()

_is_worker: ContextVar[bool] = ContextVar("is_worker", default=False)


@dataclass(frozen=True)
class Budget:
    """`spacing`: seconds between two calls."""

    name: str
    spacing: float

    @property
    def keys(self) -> list[str]:
        return [key("budget", self.name, part) for part in ("pause", "booked", "line", "later")]


@contextmanager
def waiting_as_worker() -> Iterator[None]:
    """Nobody waits for what is done inside: calls may wait for the budget's next minute."""
    token = _is_worker.set(True)
    try:
        yield
    finally:
        _is_worker.reset(token)


def charged(path: str, bucket: str) -> list[Budget]:
    """The budgets a call is charged to: the app's, and the narrower ones that `bucket` names.

    A bucket that is the path itself is a special path's, a longer one an account's at that path.
    """
    per_second, per_minute = (
        settings.TIKTOK_REQUESTS_PER_SECOND,
        settings.TIKTOK_REQUESTS_PER_MINUTE,
    )
    app = Budget(APP, max(SECOND / per_second, MINUTE / per_minute))
    if bucket == APP:
        return [app]
    if bucket == path:
        per_second = settings.TIKTOK_SPECIAL_REQUESTS_PER_SECOND
        per_minute = settings.TIKTOK_SPECIAL_REQUESTS_PER_MINUTE
        return [app, Budget(bucket, max(SECOND / per_second, MINUTE / per_minute))]
    most = settings.TIKTOK_ACCOUNT_REQUESTS_PER_MINUTE
    if path == PUBLISH_PATH:
        most = min(most, PUBLISH_PER_MINUTE)
    accounts = Budget("accounts", MINUTE / settings.TIKTOK_ACCOUNTS_REQUESTS_PER_MINUTE)
    return [app, accounts, Budget(bucket, MINUTE / most)]


def take(path: str, bucket: str = APP) -> float:
    """Book the call's turn, after standing in line for it; returns the seconds left until then.

    Raises TikTokBusy when patience would not last.
    """
    who, wait_seconds = "person", PERSON_WAIT_SECONDS
    if _is_worker.get():
        who, wait_seconds = "worker", WORKER_WAIT_SECONDS
    while True:
        answer, seconds = _ask(who, path, bucket)
        wait_seconds -= seconds
        is_over = answer == "busy" or (answer == "paused" and seconds > SHORT_PAUSE_SECONDS)
        if is_over or wait_seconds < 0:
            raise TikTokBusy(seconds)
        if answer == "go":
            return seconds
        time.sleep(seconds)
        who = "next" if answer == "wait" else who


def _ask(who: str, path: str, bucket: str) -> tuple[str, float]:
    """Ask Redis whether a call may be made, and how many seconds to wait: see limits.lua."""
    budgets = charged(path, bucket)
    keys = [key("budget", APP, "day"), _pause_of(path)]
    keys += [name for budget in budgets for name in budget.keys]
    answer, microseconds = run_script(
        TAKE,
        keys,
        who,
        PERSON_WAIT_SECONDS if who == "person" else BOOK_AHEAD_SECONDS,
        BOOK_AHEAD_SECONDS,
        WORKER_WAIT_SECONDS,
        NEAR_LIMIT_WAIT_SECONDS,
        settings.TIKTOK_REQUESTS_PER_DAY,
        *(budget.spacing for budget in budgets),
    )
    return answer, microseconds / 1_000_000


def pause(seconds: float, *, path: str = "", bucket: str = APP) -> None:
    """A limit of TikTok's is reached: nobody spends of this budget for so long. With `path`, only that path rests."""
    name = _pause_of(path) if path else _pause_of_budget(bucket)
    milliseconds = max(1, int(seconds * 1000))
    with store().pipeline() as pipe:
        pipe.set(name, 1, px=milliseconds, nx=True)
        pipe.pexpire(name, milliseconds, gt=True)
        pipe.execute()


def paused_for(path: str = "", bucket: str = APP) -> float:
    """Seconds until calls of this path and bucket may be made again, 0 when they may; by default, any calls."""
    with store().pipeline(transaction=False) as pipe:
        for name in (_pause_of(path), _pause_of_budget(bucket), _pause_of_budget(APP)):
            pipe.pttl(name)
        return max(0, *pipe.execute()) / 1000


def app_paused_for() -> float:
    """Seconds until any calls may be made again, 0 when they may: a limit of TikTok's is reached, or the day's calls are
    used up."""
    day, gone = divmod(time.time(), DAY)
    with store().pipeline(transaction=False) as pipe:
        pipe.pttl(_pause_of_budget(APP))
        pipe.get(key("budget", APP, "day", int(day)))
        pause, used = pipe.execute()
    if int(used or 0) >= settings.TIKTOK_REQUESTS_PER_DAY:
        return DAY - gone
    return max(0, pause) / 1000


def _pause_of(path: str) -> str:
    return key("budget", "path", path, "pause")


def _pause_of_budget(name: str) -> str:
    return Budget(name, 0).keys[0]
