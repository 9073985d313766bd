"""TikTok's request limits per app, counted strictly over sliding windows of sandbox time."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from .answers import Refusal
from .clock import DAY

LEVELS: dict[str, tuple[int, int, int] | None] = {
    "basic": (10, 600, 864_000),
    "advanced": (20, 1_200, 1_728_000),
    "premium": (30, 1_800, 2_592_000),
    "ultimate": (50, 3_000, 4_320_000),
    "unlimited": None,
}
CLOSED_SECONDS = 300.0
SPECIAL = (2, 60)
ACCOUNTS_PATH = "/business/"
ACCOUNTS = {"basic": 600, "unlimited": None}
ACCOUNTS_OF_HIGHER_LEVELS = 1_000
ONE_ACCOUNT = 40
PUBLISH_PATH = "/business/video/publish/"
PUBLISH_PER_MINUTE, PUBLISH_PER_DAY = 6, 15  # of one account
SPECIAL_PATHS = frozenset(
    {
        "/tto/creator/authorized/",
        "/tto/creator/authorized/video/list/",
        "/tto/tcm/creator/public/",
        "/tto/tcm/creator/public/video/list/",
        "/tto/tcm/rank/",
        "/tto/tcm/creator/discover/",
    }
)


_MESSAGES = {
    "second": "App reaches the QPS limit",
    "minute": "Too many requests. Please retry in some time.",
    "closed": "Too many requests. Please retry in some time.",
    "day": "Too many requests today. Please retry in some time.",
}


@dataclass(slots=True)
class Bucket:
    """Sliding windows of a second and a minute."""

    closed_until: float = 0.0
    second: deque[float] = field(default_factory=deque)
    minute: deque[float] = field(default_factory=deque)

    def forget(self, now: float) -> None:
        """Drop what is older than the windows."""
        for window, seconds in ((self.second, 1.0), (self.minute, 60.0)):
            while window and window[0] <= now - seconds:
                window.popleft()

    def over(self, limits: tuple[int, int], now: float) -> str | None:
        """The limit that a further call would break; a minute's breach closes the bucket."""
        per_second, per_minute = limits
        if now < self.closed_until:
            return "closed"
        if len(self.minute) >= per_minute:
            self.closed_until = now + CLOSED_SECONDS
            return "minute"
        return "second" if len(self.second) >= per_second else None

    def count(self, now: float) -> None:
        """A call went through."""
        self.second.append(now)
        self.minute.append(now)


@dataclass(slots=True)
class Limiter:
    """Lets calls through or raises 40100. Refused calls are not counted against any limit."""

    level: str
    limits: tuple[int, int, int] | None = field(init=False)
    special: tuple[int, int] | None = field(init=False)
    accounts: int | None = field(init=False)
    over: Counter[str] = field(default_factory=Counter)
    busiest: Counter[str] = field(default_factory=Counter)
    _app: Bucket = field(default_factory=Bucket)
    _paths: dict[str, Bucket] = field(default_factory=dict)
    _published: Counter[str] = field(default_factory=Counter)
    _day: int = 0
    _day_count: int = 0

    def __post_init__(self) -> None:
        self.set_level(self.level)

    def admit(self, now: float, path: str = "", account: str = "") -> None:
        """Count a call at ``now`` or refuse it. Some paths have limits of their own besides."""
        self._forget(now)
        own = self._own(path, account)
        for bucket, limits in own:
            bucket.forget(now)
            self._refuse(bucket.over(limits, now), "path_")
        publishes = path == PUBLISH_PATH and self.accounts is not None
        if publishes and self._published[account] >= PUBLISH_PER_DAY:
            self._refuse("day", "path_")
        if self.limits is not None:
            self._refuse(self._over(self.limits, now), "")
        self._count([self._app, *(bucket for bucket, _ in own)], now)
        self._published[account] += publishes

    def _own(self, path: str, account: str) -> list[tuple[Bucket, tuple[int, int]]]:
        """The special paths' buckets, and in the Accounts API that of account and path, and that of all."""
        limits: dict[str, tuple[int, int]] = {}
        if path in SPECIAL_PATHS and self.special is not None:
            limits = {path: self.special}
        elif path.startswith(ACCOUNTS_PATH) and self.accounts is not None:
            most = PUBLISH_PER_MINUTE if path == PUBLISH_PATH else ONE_ACCOUNT
            limits = {
                path + account: (most, most),
                ACCOUNTS_PATH: (self.accounts, self.accounts),
            }
        return [(self._paths.setdefault(key, Bucket()), each) for key, each in limits.items()]

    def set_level(self, level: str) -> None:
        """Change the limits at once; what was counted stays."""
        if level not in LEVELS:
            raise ValueError(f"level must be one of {', '.join(LEVELS)}")
        self.level = level
        self.limits = LEVELS[level]
        self.special = None if self.limits is None else SPECIAL
        self.accounts = ACCOUNTS.get(level, ACCOUNTS_OF_HIGHER_LEVELS)

    def _forget(self, now: float) -> None:
        self._app.forget(now)
        if int(now // DAY) != self._day:
            self._day, self._day_count = int(now // DAY), 0
            self._published.clear()

    def _over(self, limits: tuple[int, int, int], now: float) -> str | None:
        per_second, per_minute, per_day = limits
        if now >= self._app.closed_until and self._day_count >= per_day:
            return "day"
        return self._app.over((per_second, per_minute), now)

    def _count(self, buckets: list[Bucket], now: float) -> None:
        for bucket in buckets:
            bucket.count(now)
        self._day_count += 1
        self.busiest["second"] = max(self.busiest["second"], len(self._app.second))
        self.busiest["minute"] = max(self.busiest["minute"], len(self._app.minute))

    def _refuse(self, window: str | None, prefix: str) -> None:
        if window is not None:
            self.over[prefix + window] += 1
            raise Refusal(40100, _MESSAGES[window])
