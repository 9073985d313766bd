"""Values of custom fields: read from what was typed, written as people and files have them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from crm.enums import FieldKind
from ui.templatetags import formats

TEXT_LENGTH = 2000
NUMBER = re.compile(r"[+-]?(\d{1,16})(\.\d{1,10})?")
CURRENCY = re.compile(r"[A-Z]{3}")
YES, NO = frozenset({"yes", "true", "1", "y"}), frozenset({"no", "false", "0", "n"})
AFTER_DECIMAL_POINT = Decimal("0.0001")


@dataclass(frozen=True)
class Typed:
    """A value in the columns of `CustomValue`."""

    text: str = ""
    number: Decimal | None = None
    currency: str = ""
    day: date | None = None
    options: list[str] = field(default_factory=list)


def typed_value(kind: str, options: Sequence[str], given: str | Sequence[str]) -> Typed | None:
    """The value that was typed into a field of this kind; None if nothing was.

    Numbers have a decimal point and no other mark, money ends with its currency (`1200.50 EUR`), dates are `2026-11-29`.
    Raises ValidationError with what to enter.
    """
    parts = [given] if isinstance(given, str) else list(given)
    plain = [part.strip() for part in parts if part.strip()]
    if not plain:
        return None
    if kind == FieldKind.MULTI_CHOICE:
        return Typed(options=sorted({_option(options, each) for each in plain}, key=options.index))
    if kind == FieldKind.CHOICE:
        return Typed(text=_option(options, plain[0]))
    return READERS[kind](plain[0])


def _option(options: Sequence[str], given: str) -> str:
    for option in options:
        if option.casefold() == given.casefold():
            return option
    raise ValidationError(
        f"“{given}” is no choice of this field. Choose from: {', '.join(options)}."
    )


def _text(given: str) -> Typed:
    if len(given) > TEXT_LENGTH:
        raise ValidationError(f"Shorten this to {TEXT_LENGTH} characters.")
    return Typed(text=given)


def _url(given: str) -> Typed:
    address = given if "://" in given else f"https://{given}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError as problem:
        raise ValidationError("Enter a web address such as https://example.com/page.") from problem
    return _text(address)


def _decimal(given: str) -> Decimal:
    if not given.isascii() or not NUMBER.fullmatch(given):
        raise ValidationError("Enter a number such as 1200 or 0.5, with a point for decimals.")
    number = Decimal(given)
    if number != (kept := number.quantize(AFTER_DECIMAL_POINT)):
        raise ValidationError("Enter at most four digits behind the decimal point.")
    return kept


def _number(given: str) -> Typed:
    return Typed(number=_decimal(given))


def _money(given: str) -> Typed:
    amount, _, currency = given.rpartition(" ")
    if not CURRENCY.fullmatch(currency.upper()):
        raise ValidationError("Enter an amount with its currency, such as 1200.50 EUR.")
    return Typed(number=_decimal(amount.strip()), currency=currency.upper())


def _date(given: str) -> Typed:
    try:
        return Typed(day=date.fromisoformat(given))
    except ValueError as problem:
        raise ValidationError("Enter a date such as 2026-11-29.") from problem


def _yes_no(given: str) -> Typed:
    word = given.casefold()
    if word not in YES | NO:
        raise ValidationError("Enter yes or no.")
    return Typed(number=Decimal(word in YES))


READERS: dict[str, Callable[[str], Typed]] = {
    FieldKind.TEXT: _text,
    FieldKind.URL: _url,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.DATE: _date,
    FieldKind.YES_NO: _yes_no,
}


def shown_value(kind: str, value: Typed) -> str:
    """The value as people read it: `3 Nov 2026`, `Yes`, `1,200.50 EUR`; all else as it is written."""
    if kind == FieldKind.DATE and value.day:
        return formats.day(value.day)
    if kind == FieldKind.MONEY and value.number is not None:
        return f"{formats.digits(value.number, least=2)}{formats.NBSP}{value.currency}"
    if kind == FieldKind.NUMBER and value.number is not None:
        return formats.digits(value.number)
    written = written_value(kind, value)
    return written.capitalize() if kind == FieldKind.YES_NO else written


def written_value(kind: str, value: Typed) -> str:
    """The value as `typed_value` reads it again, for forms, files and the API; choices are parted by `; `."""
    if kind == FieldKind.MULTI_CHOICE:
        return "; ".join(value.options)
    if kind == FieldKind.YES_NO:
        return "yes" if value.number else "no"
    if kind == FieldKind.DATE:
        return value.day.isoformat() if value.day else ""
    if value.number is None:
        return value.text
    return f"{value.number.normalize():f} {value.currency}".strip()
