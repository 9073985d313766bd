"""A figure is a ratio of two medians of the same run; the two are taken in turns, so that a busy machine is busy for both."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from influence.frames import with_room

# Does its work for the n-th time and returns the seconds that count.
Run = Callable[[int], float]
MOST_QUERIES = 8  # of a page, whatever its size
FEW_A_SECOND = 10_000  # told to the row


@dataclass(frozen=True)
class Figure:
    """One row of the table. The bar is a least share of the baseline's speed, or a most multiple of its time."""

    id: str
    what: str
    measured: str
    baseline: str
    ratio: float
    bar: float | None = None
    is_share: bool = False
    queries: int | None = None

    @property
    def bar_text(self) -> str:
        return "–" if self.bar is None else f"{'≥' if self.is_share else '≤'} {self.bar:g}"

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return "no bar"
        if self.queries is not None and self.queries > MOST_QUERIES:
            return "too many queries"
        good = self.ratio >= self.bar if self.is_share else self.ratio <= self.bar
        return "ok" if good else "below the bar"


def share_of_speed(
    id: str,  # noqa: A002 -- the table's word
    what: str,
    *,
    rows: int,
    measured: Run,
    baseline: Run,
    repeat: int,
    bar: float | None = None,
) -> Figure:
    """How much of the baseline's rows a second the measured way reaches."""
    ours, theirs = in_turns(measured, baseline, repeat)
    return Figure(
        id, what, _speed(rows / ours), _speed(rows / theirs), theirs / ours, bar, is_share=True
    )


def multiple_of_time(
    id: str,  # noqa: A002 -- the table's word
    what: str,
    *,
    measured: Run,
    baseline: Run,
    repeat: int,
    bar: float | None = None,
) -> Figure:
    """How many times longer than the baseline the measured way takes."""
    ours, theirs = in_turns(measured, baseline, repeat)
    return Figure(id, what, _milliseconds(ours), _milliseconds(theirs), ours / theirs, bar)


def in_turns(measured: Run, baseline: Run, repeat: int) -> tuple[float, float]:
    """The medians of both, in seconds."""
    ours, theirs = [], []
    measured, baseline = with_room(measured), with_room(baseline)  # as requests have it
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)  # as in gunicorn and in Celery's workers
    for turn in range(repeat):
        theirs.append(baseline(turn))
        ours.append(measured(turn))
    return median(ours), median(theirs)


def seconds_of(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _speed(rows_per_second: float) -> str:
    if rows_per_second < FEW_A_SECOND:
        return f"{rows_per_second:,.0f} rows/s"
    return f"{rows_per_second / 1000:,.0f}k rows/s"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.2f} ms"
