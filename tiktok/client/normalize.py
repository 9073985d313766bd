"""TikTok's several ways to write one thing, made one way.

Four date formats, numbers in strings, percent beside fraction. What cannot be read raises ValueError,
which costs a `reader.Row` one field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .decoding import listed
from .types import Money, Share

LARGEST_COUNT = 2**63 - 1
TOO_LARGE = 10**20
"""Stands for every number beyond it: no reader can keep it, and it must be seen that there was one."""

NAMELESS = "NONE"
"""The name of what TikTok does not know: null in most answers, this word in the legacy dialect's."""

_FLAGS = {
    **dict.fromkeys(("true", "1", "1.0", "yes"), True),
    **dict.fromkeys(("false", "0", "0.0", "no"), False),
}
# A curve that starts at 1 exceeds it where viewers replay; one that starts at 100 is in percent.
_MOST_REPLAYED = 10
_FIRST_MILLISECONDS = 100_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = frozenset({_EPOCH.date(), date.min})
# Whatever is dated before was misread: TikTok began in 2016.
_EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
# Rounding may carry a whole a little beyond 1.
_MOST_OF_A_WHOLE = 1.001

Number = int | float | str | None


def identifier(value: Any) -> str:
    """A foreign id as text. Empty and missing are errors: there is no object without an id."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("not an id")
    text = str(value).strip()
    if not text:
        raise ValueError("an id is missing")
    return text


def text(value: Any) -> str:
    """Text; a number is taken for its digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError("not a text")


def words(value: Any) -> frozenset[str]:
    """The words of a list, or of a text that parts them by commas or blanks."""
    if isinstance(value, list) or (isinstance(value, str) and value.startswith("[")):
        reported = listed(value)
    else:
        reported = re.split(r"[\s,]+", text(value))
    return frozenset(word for word in map(text, reported) if word)


def name(item: Any, keys: Sequence[str]) -> str:
    """The name of an item; null is one, too (`NAMELESS`). Raises ValueError when it has none."""
    if not isinstance(item, Mapping):
        raise ValueError("not an object")
    key = next((key for key in keys if key in item), keys[0])
    reported = item.get(key, "")
    found = text(NAMELESS if reported is None else reported)
    if not found:
        raise ValueError(f"a {key} is missing")
    return found


def flag(value: Any) -> bool:
    """Yes or no, as a word or a number too."""
    found = _FLAGS.get(str(value).strip().lower())
    if found is None:
        raise ValueError("neither yes nor no")
    return found


def count(value: Number) -> int | None:
    """A counter, or None. Negative and absurd ones are passed on for the reader to flag, not to lose the answer."""
    number = decimal(value)
    if number is None:
        return None
    number = _held(number)
    if number != int(number):
        raise ValueError("a count is not a whole number")
    return int(number)


def limit(value: Number) -> int | None:
    """A count that decides what is done (a quota, a page, a cursor), or None. An absurd one is an error."""
    number = count(value)
    if number is not None and not 0 <= number <= LARGEST_COUNT:
        raise ValueError("a number is out of range")
    return number


def quantity(value: Number) -> float | None:
    """A measured number, or None. Absurd ones are passed on, as with `count`."""
    number = decimal(value)
    return None if number is None else float(_held(number))


def _held(number: Decimal) -> Decimal:
    return max(min(number, Decimal(TOO_LARGE)), Decimal(-TOO_LARGE))


def share(value: Number) -> float | None:
    """A part of a whole as a fraction; what exceeds 1, but for rounding, can only be percent. Absurd ones are passed on."""
    number = quantity(value)
    return number if number is None or number <= _MOST_OF_A_WHOLE else number / 100


def percent(value: Number) -> float | None:
    """Convert a number that is always written in percent into a fraction."""
    number = quantity(value)
    return None if number is None else number / 100


def change(value: Number) -> int | None:
    """A difference such as ``"+4"`` or ``-2``; None for ``"N/A"`` and whatever is no whole number."""
    found = re.fullmatch(r"[+-]?[0-9]{1,19}", str(value).strip())
    return int(found[0]) if found else None


def decimal(value: Number) -> Decimal | None:
    """A number however it is written; empty text is absent."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a finite number")
    text = str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if "_" in text:  # Python's own spelling of numbers
        raise ValueError("not a number")
    if not number.is_finite():
        raise ValueError("not a finite number")
    return number


def money(amount: Number, currency: str | None) -> Money | None:
    """A price; None when either half is empty (a negotiable rate comes with both empty)."""
    number = decimal(amount)
    if number is None or not currency:
        return None
    if number < 0 or number > LARGEST_COUNT:
        raise ValueError("an amount is out of range")
    return Money(number, currency.upper())


def instant(value: Number) -> datetime | None:
    """An aware UTC instant from epoch seconds or milliseconds, ``YYYYMMDD``, ``YYYY-MM-DD[ HH:MM:SS]`` or ISO 8601.

    Zero, empty text, the epoch's first day and that of the year 1 stand for "never" in TikTok's answers and give None.
    What lies before TikTok is an error: it was meant otherwise.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a time")
    text = str(value).strip()
    number = re.fullmatch(r"[0-9]{1,20}(?:\.[0-9]*)?", text)
    is_day = re.fullmatch(r"20[0-9]{6}", text)
    moment = _from_epoch(float(text)) if number and not is_day else _from_text(text)
    if moment.date() in _NEVER:
        return None
    if moment < _EARLIEST:
        raise ValueError("a time is out of range")
    return moment


def _from_epoch(number: float) -> datetime:
    try:
        seconds = number / 1000 if number >= _FIRST_MILLISECONDS else number
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise ValueError("a time is out of range") from None


def _from_text(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("not a time") from None


def expires_at(address: str | None) -> datetime | None:
    """The time at which a temporary picture's address stops working (its ``x-expires``); None when it does not say."""
    try:
        query = parse_qs(urlsplit(address or "").query)
        return instant(query.get("x-expires", [""])[0])
    except ValueError:
        return None


def part(value: Any) -> float:
    """A share as it is written, fraction or percent."""
    number = quantity(value)
    if number is None or not 0 <= number <= 100.1:
        raise ValueError("not a share of a whole")
    return number


def distribution(parts: Sequence[tuple[str, float]], *, whole: float = 1.0) -> tuple[Share, ...]:
    """Named shares as fractions. They are in percent if their sum, or one of them, is more than a whole can be.

    ``whole`` is the sum of all fractions; a tenth more is granted for rounding.
    """
    numbers = [number for _, number in parts]
    is_percent = sum(numbers) > 1.1 * whole or max(numbers, default=0) > _MOST_OF_A_WHOLE
    scale = 100 if is_percent else 1
    return tuple(Share(name, number / scale) for name, number in parts)


def retention(value: Sequence[Any]) -> tuple[float, ...]:
    """Share still watching per second, from ``[1, 0.7]`` or ``[{"second": "0", "percentage": 1}]``.

    A second watched more often than the first one (replays) exceeds 1 and is kept.
    """
    parts = [_retained(item, index) for index, item in enumerate(value)]
    ordered = [part for _, part in sorted(parts)]
    scale = 100 if any(part > _MOST_REPLAYED for part in ordered) else 1
    if any(part > scale * _MOST_REPLAYED for part in ordered):
        raise ValueError("retention makes no sense")
    return tuple(part / scale for part in ordered)


def _retained(item: Any, index: int) -> tuple[float, float]:
    pair = item if isinstance(item, Mapping) else {"second": index, "percentage": item}
    second, part = quantity(pair.get("second")), quantity(pair.get("percentage"))
    if second is None or part is None or second < 0 or part < 0:
        raise ValueError("a second of the retention is missing")
    return second, part


def plain_handle(handle: str) -> str:
    """A handle as TikTok's API wants it: without ``@`` and blanks around it."""
    return handle.strip().removeprefix("@")
