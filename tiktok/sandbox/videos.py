"""Videos and how their numbers grow. Every counter is a function of time that never falls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from . import captions
from .clock import DAY
from .creators import Creator
from .facts import Facts

BACK_DAYS = 540
AHEAD_DAYS = 540
VIRAL = 0.03  # the share of videos that far more people watch
WEEKEND = 0.35  # by how much more than on average people watch at its height


@dataclass(frozen=True, slots=True)
class Video:
    """A post; ``created_at`` in Unix seconds."""

    video_id: str
    handle: str
    created_at: float
    caption: str
    ceiling: float


@dataclass(frozen=True, slots=True)
class Habits:
    """How people watch one video: rates are fractions of its views."""

    days_to_ripen: float
    like_rate: float
    comment_rate: float
    share_rate: float
    favorite_rate: float
    duration: int
    retention: tuple[float, ...]

    @property
    def average_seconds(self) -> float:
        """Mean seconds watched per view: the area under the retention curve."""
        return sum(self.retention[1:]) if len(self.retention) > 1 else 1.0


@lru_cache(maxsize=8192)
def catalogue(seed: int, born_at: float, person: Creator) -> tuple[Video, ...]:
    """12 to 40 videos of the past 18 months and what will follow in the next 18, oldest first."""
    facts = Facts(seed, "catalogue", person.handle)
    amount = facts.whole("amount", 12, 40)
    gap = BACK_DAYS * DAY / amount
    first = born_at - BACK_DAYS * DAY
    return tuple(
        _listed(seed, facts, person, index, first + gap * (index + facts.unit(f"at:{index}")))
        for index in range(amount + int(AHEAD_DAYS * DAY / gap))
    )


def _listed(seed: int, facts: Facts, person: Creator, index: int, created_at: float) -> Video:
    text = captions.caption(facts, index, person.country, person.topic)
    return video(seed, facts.identifier(f"id:{index}", "74"), person, created_at // 1, text)


def video(seed: int, video_id: str, person: Creator, created_at: float, caption: str) -> Video:
    """A video whose reach fits its creator."""
    facts = Facts(seed, "video", video_id)
    ceiling = max(200.0, person.followers * 10 ** facts.between("ceiling", -0.9, 0.5))
    if facts.unit("viral") < VIRAL:
        ceiling *= facts.between("crowd", 5, 15)
    return Video(video_id, person.handle, created_at, caption, ceiling)


@lru_cache(maxsize=65536)
def habits(seed: int, video_id: str) -> Habits:
    """The same habits for the same video."""
    facts = Facts(seed, "habits", video_id)
    duration = facts.whole("duration", 9, 60)
    last = facts.between("completion", 0.04, 0.35)
    steep = facts.between("steep", 3.0, 9.0)
    curve = [last + (1 - last) * math.exp(-steep * s / duration) for s in range(duration + 1)]
    floor = curve[-1] - last
    fall = [part - floor * second / duration for second, part in enumerate(curve)]
    return Habits(
        days_to_ripen=facts.between("ripen", 1.5, 6.0),
        like_rate=facts.between("likes", 0.02, 0.12),
        comment_rate=facts.between("comments", 0.001, 0.01),
        share_rate=facts.between("shares", 0.001, 0.015),
        favorite_rate=facts.between("favorites", 0.003, 0.03),
        duration=duration,
        retention=tuple(round(part, 4) for part in fall),
    )


def views(shot: Video, pace: Habits, at: float, added: list[list[float]]) -> int:
    """Views at an instant: a fast rise, a long slow tail, and what the control plane added by then."""
    days = (at - shot.created_at) / DAY
    if days <= 0:
        return 0
    days += _weekends(at) - _weekends(shot.created_at)
    grown = shot.ceiling * (1 - math.exp(-days / pace.days_to_ripen) + 0.02 * math.log1p(days))
    return int(grown) + int(sum(amount for when, amount in added if when <= at))


def _weekends(at: float) -> float:
    """Days by which the weeks until then have run ahead of the clock: fast around Saturday's midnight, slow in midweek."""
    phase = 2 * math.pi * (at / DAY - 3) / 7  # the epoch began on a Thursday
    return WEEKEND * 7 / (2 * math.pi) * math.sin(phase)


def counters(pace: Habits, seen: int) -> dict[str, int]:
    """Likes, comments and shares that go with a number of views."""
    return {
        "likes": int(seen * pace.like_rate),
        "comments": int(seen * pace.comment_rate),
        "shares": int(seen * pace.share_rate),
    }
