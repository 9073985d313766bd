"""Numbers as people and exports write them (`541.2K`, `1,9M`, `12.3万`, `2870`), read only where one meaning is possible.

A point or a comma stands before decimals in one country and between thousands in another. Most values allow one reading
only: `1,2M` has too few digits for thousands, `1,234,567` too many marks for decimals. The others (`1.234M`) are read where
the rest of their column proves its writer's decimal mark, and refused where it proves none, or both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

BIGGEST_COUNT = 10**15
LONGEST_COUNT = 40  # characters; a spreadsheet's float has 17 digits
UNITS = {"": 1, "K": 10**3, "万": 10**4, "M": 10**6, "亿": 10**8, "B": 10**9}
# Spreadsheets leave 65099.99999999999 of 65,100: a float's noise, never a part of a view.
NOISE = Decimal("1e-9")
# Other words for the units, as `plainly` replaces them.
UNIT_WORDS = {
    **dict.fromkeys(("tsd", "tsd.", "тыс", "тыс."), "K"),
    **dict.fromkeys(("萬", "만"), "万"),
    **dict.fromkeys(("mn", "mio", "mio.", "млн", "млн."), "M"),
    **dict.fromkeys(("億", "억"), "亿"),
    **dict.fromkeys(("bn", "mrd", "mrd.", "млрд", "млрд."), "B"),
}
GROUPED = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}(?:([ '])[0-9]{3})(?:\1[0-9]{3})*(?![0-9])")
NUMBER_AND_UNIT = re.compile(r"([+-]?[0-9][0-9.,]*) ?(\D*)")


def _writing(decimal_mark: str, group_mark: str) -> re.Pattern[str]:
    groups = rf"[1-9][0-9]{{0,2}}(?:\{group_mark}[0-9]{{3}})+"
    return re.compile(rf"([0-9]+|{groups})(?:\{decimal_mark}([0-9]+))?([KMBkmb万亿]?)")


WRITINGS = {".": _writing(".", ","), ",": _writing(",", ".")}  # by decimal mark


class NotACount(ValueError):
    """The text has no certain meaning as a number; says why, as the end of a sentence.

    `is_ambiguous`: knowing its writer's decimal mark would settle it.
    """

    def __init__(self, reason: str, *, is_ambiguous: bool = False) -> None:
        super().__init__(reason)
        self.is_ambiguous = is_ambiguous


def plainly(text: str) -> str:
    """The same number without what means nothing or one thing only: `1 234 567` → `1234567`, `184,2 Tsd.` → `184,2K`."""
    if any(_hides_digits(char) for char in text):
        return text
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = plain.replace("\N{MINUS SIGN}", "-").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    plain = GROUPED.sub(lambda match: re.sub("[ ']", "", match[0]), plain)
    if not (match := NUMBER_AND_UNIT.fullmatch(plain)):
        return plain
    number, unit = match.groups()
    return number + UNIT_WORDS.get(unit.lower(), unit)


def _hides_digits(char: str) -> bool:
    """Is it no digit, but would become some? `541²` is not 5412."""
    if char.isascii() or char.isdecimal():
        return False
    return any(each.isdecimal() for each in unicodedata.normalize("NFKC", char))


def proven_decimal_marks(texts: Iterable[str], *, is_count: bool = True) -> set[str]:
    """The decimal marks that these values of one column prove. `is_count`: no part of one exists."""
    return set().union(*(_proves(text, is_count=is_count) for text in texts))


def _proves(text: str, *, is_count: bool) -> set[str]:
    readings = _readings(text if is_count else text.lstrip("+-"))
    if len(set(readings.values())) == 1:
        is_proof = len(readings) == 1 and (not is_count or _whole(*readings.values()) is not None)
        return set(readings) if is_proof else set()
    # `1,234` of 1.234 views is none. (`1.234` proves nothing: a source that writes `1.9M` does not group by points.)
    if is_count and readings and "," in text and text[-1].isdigit():
        return {"."} if _whole(readings[","]) is None else set()
    return set()


def read_count(text: str, proven: set[str]) -> int:
    """`541.2K` → 541200. `proven`: the decimal marks that its column proves. Raises NotACount."""
    value = _read(text, proven, "is not a count", least=1000)
    count = _whole(value)
    if count is None:
        raise NotACount("is not a whole number")
    if count > BIGGEST_COUNT:
        raise NotACount("is too large to be a count")
    return count


def read_number(text: str, proven: set[str]) -> Decimal:
    """`-1.150,50` → Decimal("-1150.50"). `proven`: the decimal marks that its column proves. Raises NotACount."""
    value = _read(text.removeprefix("+").removeprefix("-"), proven, "is not a number")
    if value > BIGGEST_COUNT:
        raise NotACount("is too large")
    return -value if text.startswith("-") else value


def _read(text: str, proven: set[str], refusal: str, *, least: int = 0) -> Decimal:
    """`least`: what a value that can be read in two ways has to reach; nobody writes 2 as `2.000`."""
    readings = _readings(text)
    if not readings:
        raise NotACount(refusal)
    values = sorted(set(readings.values()))
    if len(values) == 1:
        return values[0]
    if len(proven) != 1 or (value := readings[min(proven)]) < least:
        meanings = " or ".join(f"{_plain(each):,}" for each in values)
        raise NotACount(f"can be read as {meanings}", is_ambiguous=len(proven) != 1)
    return value


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
