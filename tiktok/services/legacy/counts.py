"""Counts as exports write them (`541.2K`, `1,9M`, `2870`), read only where one meaning is possible.

A point or a comma stands before decimals in one country and between thousands in another. Most values allow one reading
only: `1,2M` has too few digits for thousands, `1,234,567` too many marks for decimals. The others (`1.234M`) are read where
the rest of their column proves its writer's decimal mark, and refused where it proves none, or both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

BIGGEST_COUNT = 10**15
LONGEST_COUNT = 40  # characters; a spreadsheet's float has 17 digits
UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}
# Spreadsheets leave 65099.99999999999 of 65,100: a float's noise, never a part of a view.
NOISE = Decimal("1e-9")


def _writing(decimal_mark: str, group_mark: str) -> re.Pattern[str]:
    groups = rf"[1-9][0-9]{{0,2}}(?:\{group_mark}[0-9]{{3}})+"
    return re.compile(rf"([0-9]+|{groups})(?:\{decimal_mark}([0-9]+))?([KMBkmb]?)")


WRITINGS = {".": _writing(".", ","), ",": _writing(",", ".")}  # by decimal mark


class NotACount(ValueError):
    """The text has no certain meaning as a count; says why, as the end of a sentence."""


def proven_decimal_marks(texts: Iterable[str]) -> set[str]:
    """The decimal marks that these values of one column prove."""
    return set().union(*(_proves(text) for text in texts))


def _proves(text: str) -> set[str]:
    readings = _readings(text)
    if len(set(readings.values())) == 1:
        return (
            set(readings)
            if len(readings) == 1 and _whole(*readings.values()) is not None
            else set()
        )
    # `1,234` of 1.234 views is none. (`1.234` proves nothing: a source that writes `1.9M` does not group by points.)
    if readings and "," in text and text[-1].isdigit() and _whole(readings[","]) is None:
        return {"."}
    return set()


def read_count(text: str, proven: set[str]) -> int:
    """`541.2K` → 541200. `proven`: the decimal marks that its column proves. Raises NotACount."""
    readings = _readings(text)
    if not readings:
        raise NotACount("is not a count")
    values = sorted(set(readings.values()))
    if len(values) == 1:
        [value] = values
    elif len(proven) != 1 or (value := readings[min(proven)]) < 1000:  # nobody writes 2 as `2.000`
        raise NotACount(f"can be read as {' or '.join(f'{_plain(each):,}' for each in values)}")
    count = _whole(value)
    if count is None:
        raise NotACount("is not a whole number")
    if count > BIGGEST_COUNT:
        raise NotACount("is too large to be a count")
    return count


def _readings(text: str) -> dict[str, Decimal]:
    """The possible values of a text, by the decimal mark it is read with. A text without a mark says the same by either."""
    if len(text) > LONGEST_COUNT:
        return {}
    matches = {mark: writing.fullmatch(text) for mark, writing in WRITINGS.items()}
    return {mark: _value(match, mark) for mark, match in matches.items() if match}


def _value(match: re.Match[str], mark: str) -> Decimal:
    whole, decimals, unit = match.groups()
    digits = re.sub(r"[.,]", "", whole)
    return Decimal(f"{digits}.{decimals or 0}") * UNITS[unit.upper()]


def _whole(value: Decimal) -> int | None:
    nearest = value.to_integral_value()
    return int(nearest) if abs(value - nearest) <= NOISE * max(value, Decimal(1)) else None


def _plain(value: Decimal) -> Decimal:
    """The number without the zeros that only say how it was written."""
    return Decimal(int(value)) if value == int(value) else value.normalize()
