"""Drawings made on the server, which print as they are and need no script: points between logarithmic axes, and curves.

A drawing is made for each width that it is shown in, never shrunk. All places are in its own units, from the upper left corner.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

LETTER, LINE, DOT = 6.8, 14, 6.5  # of a name: width of a letter, height; radius of a point
LEFT, RIGHT, TOP = 52, 14, 14
STEPS = (1, 2, 5)
FEWEST_TICKS = 3


@dataclass(frozen=True)
class Text:
    """A text at a place; `anchor` is start, middle or end."""

    x: float
    y: float
    words: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Dot:
    """A point; `label` is None where its name finds no room and is told by the title alone."""

    x: float
    y: float
    title: str
    label: Text | None


@dataclass(frozen=True)
class Scatter:
    """Points between two logarithmic axes, with a line at the median of each and a name for each quarter."""

    width: int
    height: int
    dots: list[Dot]
    columns: list[Text]
    rows: list[Text]
    median_x: float
    median_y: float
    corners: list[Text]

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def bottom(self) -> int:
        return self.height - 40


Named = tuple[str, float, float]
Written = Callable[[float], str]


def scatter(
    points: Sequence[Named],
    *,
    width: int,
    height: int = 300,
    write_x: Written,
    write_y: Written,
    corners: Sequence[str],
) -> Scatter:
    """Draw (name, x, y), all above 0. `corners` name the quarters: upper left, upper right, lower left, lower right."""
    right, bottom = width - RIGHT, height - 40
    x_of, x_ticks = _axis([x for _, x, _ in points], LEFT + 30, right - 30)
    y_of, y_ticks = _axis([y for _, _, y in points], bottom - 34, TOP + 30)
    places = [(name, x_of(x), y_of(y)) for name, x, y in points]
    corner_texts = [
        Text(LEFT + 6, TOP + 10, corners[0], "start"),
        Text(right - 6, TOP + 10, corners[1], "end"),
        Text(LEFT + 6, bottom - 8, corners[2], "start"),
        Text(right - 6, bottom - 8, corners[3], "end"),
    ]
    return Scatter(
        width=width,
        height=height,
        dots=_labelled(places, [_box(each) for each in corner_texts], LEFT, right),
        columns=[Text(x_of(tick), bottom + 18, write_x(tick)) for tick in x_ticks],
        rows=[Text(LEFT - 8, y_of(tick), write_y(tick), "end") for tick in y_ticks],
        median_x=x_of(median(x for _, x, _ in points)),
        median_y=y_of(median(y for _, _, y in points)),
        corners=corner_texts,
    )


def _axis(
    values: Sequence[float], first: float, last: float
) -> tuple[Callable[[float], float], list[float]]:
    """A function that places a value between these two places, and the round values to mark."""
    low, high = math.log10(min(values)), math.log10(max(values))
    if high - low < 0.3:  # less than a factor of two leaves no room for marks
        middle = (low + high) / 2
        low, high = middle - 0.15, middle + 0.15

    def place(value: float) -> float:
        return round(first + (math.log10(value) - low) / (high - low) * (last - first), 1)

    return place, _ticks(10**low, 10**high)


def _ticks(low: float, high: float) -> list[float]:
    """Round values in between, 1-2-5 in each power of ten; only the powers where these are many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = [step * 10.0**power for power in powers for step in STEPS]
    inside = [tick for tick in every if low * 0.999 <= tick <= high * 1.001]
    tens = [tick for tick in inside if math.log10(tick).is_integer()]
    if len(inside) > 2 * FEWEST_TICKS and len(tens) >= FEWEST_TICKS:
        return tens
    return inside or [low, high]


Box = tuple[float, float, float, float]


def _labelled(places: Sequence[Named], taken: list[Box], left: float, right: float) -> list[Dot]:
    """The points with their names beside them, each where no other one is in its way; those above come first."""
    taken = taken + [(x - DOT, y - DOT, x + DOT, y + DOT) for _, x, y in places]
    dots = []
    for name, x, y in sorted(places, key=lambda place: place[2]):
        label = None
        for candidate in (
            Text(x + 12, y + 4, name, "start"), Text(x - 12, y + 4, name, "end"),
            Text(x, y - 12, name), Text(x, y + 20, name),
        ):  # fmt: skip
            box = _box(candidate)
            if box[0] >= left and box[2] <= right and not any(_meet(box, each) for each in taken):
                label = candidate
                taken.append(box)
                break
        dots.append(Dot(x, y, name, label))
    return dots


def _box(text: Text) -> Box:
    length = len(text.words) * LETTER
    begins = text.x - {"start": 0.0, "middle": length / 2, "end": length}[text.anchor]
    return begins, text.y - LINE + 3, begins + length, text.y + 3


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@dataclass(frozen=True)
class Line:
    """A curve; `number` (from 1) says which colour it has, 0 is the dashed one to compare with."""

    number: int
    name: str
    path: str


@dataclass(frozen=True)
class Curves:
    """Shares from 0 to 1 over equal steps."""

    width: int
    height: int
    lines: list[Line]
    band: str
    rows: list[Text]
    columns: list[Text]
    names: list[Text]

    @property
    def right(self) -> int:
        return self.width - RIGHT


Shares = Sequence[float]


def curves(
    lines: Sequence[tuple[str, Shares]],
    *,
    width: int,
    height: int = 282,
    compared: tuple[str, Shares] | None = None,
    band: tuple[Shares, Shares] | None = None,
    columns: Sequence[str],
    names: tuple[str, str],
) -> Curves:
    """Draw curves of equally many shares, one `compared` with them dashed, and a band between two. `columns` are the words
    below, from the first step to the last; `names` those of the two axes, upwards and across."""
    bottom, top = height - 42, TOP + 14

    def at(share: float) -> float:
        return round(bottom - min(max(share, 0), 1) * (bottom - top), 1)

    def across(part: float) -> float:
        return round(44 + part * (width - RIGHT - 44), 1)

    def points(shares: Shares) -> list[str]:
        last = len(shares) - 1
        return [f"{across(n / last)} {at(share)}" for n, share in enumerate(shares)]

    def path(shares: Shares) -> str:
        return "M" + " L".join(points(shares))

    drawn = [Line(number, name, path(shares)) for number, (name, shares) in enumerate(lines, 1)]
    if compared:
        drawn.append(Line(0, compared[0], path(compared[1])))
    area = "M" + " L".join([*points(band[0]), *points(band[1])[::-1]]) + "Z" if band else ""
    ends = {0: "start", len(columns) - 1: "end"}
    return Curves(
        width=width,
        height=height,
        lines=drawn,
        band=area,
        rows=[Text(36, at(n / 4), f"{n * 25}\N{NO-BREAK SPACE}%", "end") for n in range(5)],
        columns=[
            Text(across(n / (len(columns) - 1)), height - 24, words, ends.get(n, "middle"))
            for n, words in enumerate(columns)
        ],
        names=[Text(0, 12, names[0], "start"), Text(across(0.5), height - 4, names[1])],
    )


def resampled(shares: Shares, count: int) -> list[float]:
    """The same curve as `count` shares at equal steps, for curves of different lengths to be compared."""
    last = len(shares) - 1
    found = []
    for n in range(count):
        place = n / (count - 1) * last
        before = min(int(place), last - 1) if last else 0
        after = min(before + 1, last)
        found.append(shares[before] + (shares[after] - shares[before]) * (place - before))
    return found


def steepest(shares: Shares) -> tuple[int, float]:
    """The step on which most is lost, counted from 1, and how much."""
    losses = [before - after for before, after in pairwise(shares)]
    most = max(losses)
    return losses.index(most) + 1, most
