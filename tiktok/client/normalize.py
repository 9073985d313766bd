"""TikTok's several ways to write one thing, made one way.

Four date formats, numbers in strings, percent beside fraction, three shapes of a distribution. What
cannot be read raises ValueError, which the dialects turn into `GarbledAnswerError`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qs, urlsplit

from .types import Money, Share

LARGEST_COUNT = 2**63 - 1
TOO_LARGE = 10**20
"""Stands for every number beyond it: no reader can keep it, and it must be seen that there was one."""

NAMELESS = "NONE"
"""The name of what TikTok does not know: null in most answers, this word in the legacy dialect's."""

_FIRST_MILLISECONDS = 100_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Number = int | float | str | None
Named = Sequence[dict[str, object]] | dict[str, object] | None


def identifier(value: int | str | None) -> str:
    """A foreign id as text. Empty and missing are errors: there is no object without an id."""
    if value is None or value == "":
        raise ValueError("an id is missing")
    return str(value)


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
    """A part of a whole as a fraction; what exceeds 1 can only be percent. Absurd ones are passed on."""
    number = quantity(value)
    return number if number is None or number <= 1 else number / 100


def percent(value: Number) -> float | None:
    """What is always written in percent, as a fraction."""
    number = quantity(value)
    return None if number is None else number / 100


def change(value: Number) -> int | None:
    """A difference such as ``"+4"`` or ``-2``; None for ``"N/A"`` and whatever is no whole number."""
    try:
        return int(str(value))
    except ValueError:
        return None


def decimal(value: Number) -> Decimal | None:
    """A number however it is written; empty text is absent."""
    if value is None or value == "":
        return None
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a finite number")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError("not a number") from None
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
    """An aware UTC instant from epoch seconds or milliseconds, ``YYYY-MM-DD[ HH:MM:SS]`` or ISO 8601.

    Zero, empty text and the epoch's first day stand for "never" in TikTok's answers and give None.
    """
    if value is None or value == "":
        return None
    text = str(value).strip()
    moment = _from_epoch(int(text)) if text.isascii() and text.isdigit() else _from_text(text)
    return None if moment.date() == _EPOCH.date() else moment


def _from_epoch(number: int) -> datetime:
    seconds = number / 1000 if number >= _FIRST_MILLISECONDS else float(number)
    try:
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
    """When a temporary picture's address stops working (its ``x-expires``), or None when it does not say."""
    try:
        query = parse_qs(urlsplit(address or "").query)
        return instant(query.get("x-expires", [""])[0])
    except ValueError:
        return None


def day(value: Number) -> date:
    """A calendar day in UTC."""
    moment = instant(value)
    if moment is None:
        raise ValueError("a date is missing")
    return moment.date()


def distribution(value: Named, key: str, *, codes: bool = True) -> tuple[Share, ...] | None:
    """Named shares from ``[{key: name, "percentage": x}]`` or ``{name: x}``.

    A list in percent is recognised by a value over 1. ``codes`` writes the names in upper case, since
    one dialect says ``Female`` and the other ``FEMALE``. A name that is null is `NAMELESS`.
    """
    if value is None:
        return None
    pairs = list(value.items()) if isinstance(value, dict) else [_pair(item, key) for item in value]
    numbers = [(name, quantity(_as_number(part))) for name, part in pairs]
    known = [(name, part) for name, part in numbers if part is not None]
    if any(part < 0 for _, part in known):
        raise ValueError("a share is negative")
    scale = 100 if any(part > 1.001 for _, part in known) else 1
    if any(part > scale * 1.001 for _, part in known):
        raise ValueError("a share is over 100 %")
    return tuple(Share(name.upper() if codes else name, part / scale) for name, part in known)


def _pair(item: dict[str, object], key: str) -> tuple[str, object]:
    name = item.get(key, "")
    if name is None:
        name = NAMELESS
    if not isinstance(name, str) or not name:
        raise ValueError(f"a {key} is missing")
    return name, item.get("percentage")


def _as_number(value: object) -> Number:
    if value is None or isinstance(value, int | float | str):
        return value
    raise ValueError("not a number")


def retention(value: Sequence[Number | dict[str, object]] | None) -> tuple[float, ...] | None:
    """Share still watching per second, from ``[1, 0.7]`` or ``[{"second": "0", "percentage": 1}]``."""
    if value is None:
        return None
    parts = [_retained(item, index) for index, item in enumerate(value)]
    ordered = [part for _, part in sorted(parts)]
    scale = 100 if any(part > 1.001 for part in ordered) else 1
    if any(part > scale * 1.001 for part in ordered):
        raise ValueError("retention is over 100 %")
    return tuple(part / scale for part in ordered)


def _retained(item: Number | dict[str, object], index: int) -> tuple[float, float]:
    pair = item if isinstance(item, dict) else {"second": index, "percentage": item}
    second = quantity(_as_number(pair.get("second")))
    part = quantity(_as_number(pair.get("percentage")))
    if second is None or part is None or second < 0 or part < 0:
        raise ValueError("a second of the retention is missing")
    return second, part


def plain_handle(handle: str) -> str:
    """A handle as TikTok's API wants it: without ``@`` and blanks around it."""
    return handle.strip().removeprefix("@")
