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


@dataclass(slots=True)
class Limiter:
    """Lets calls through or raises 40100. Refused calls are not counted against the limit."""

    level: str
    limits: tuple[int, int, int] | None = field(init=False)
    closed_until: float = 0.0
    over: Counter[str] = field(default_factory=Counter)
    busiest: Counter[str] = field(default_factory=Counter)
    _second: deque[float] = field(default_factory=deque)
    _minute: deque[float] = field(default_factory=deque)
    _day: int = 0
    _day_count: int = 0

    def __post_init__(self) -> None:
        self.limits = LEVELS[self.level]

    def admit(self, now: float) -> None:
        """Count a call at ``now`` or refuse it."""
        self._forget(now)
        if self.limits is not None:
            self._refuse_if_over(self.limits, now)
        self._second.append(now)
        self._minute.append(now)
        self._day_count += 1
        self.busiest["second"] = max(self.busiest["second"], len(self._second))
        self.busiest["minute"] = max(self.busiest["minute"], len(self._minute))

    def set_level(self, level: str) -> None:
        """Change the limits at once; what was counted stays."""
        if level not in LEVELS:
            raise ValueError(f"level must be one of {', '.join(LEVELS)}")
        self.level = level
        self.limits = LEVELS[level]

    def _forget(self, now: float) -> None:
        for window, seconds in ((self._second, 1.0), (self._minute, 60.0)):
            while window and window[0] <= now - seconds:
                window.popleft()
        if int(now // DAY) != self._day:
            self._day, self._day_count = int(now // DAY), 0

    def _refuse_if_over(self, limits: tuple[int, int, int], now: float) -> None:
        per_second, per_minute, per_day = limits
        if now < self.closed_until:
            self._refuse("closed", "Too many requests. Please retry in some time.")
        if self._day_count >= per_day:
            self._refuse("day", "Too many requests today. Please retry in some time.")
        if len(self._minute) >= per_minute:
            self.closed_until = now + CLOSED_SECONDS
            self._refuse("minute", "Too many requests. Please retry in some time.")
        if len(self._second) >= per_second:
            self._refuse("second", "App reaches the QPS limit")

    def _refuse(self, window: str, message: str) -> None:
        self.over[window] += 1
        raise Refusal(40100, message)
