"""The meaning of a cell for its field. A cell is read in one certain way, or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from crm.enums import FieldKind, Network
from crm.errors import CellRefused, HandleNotReadable
from crm.models import CustomField
from crm.policies.addresses import account_handle
from crm.policies.details import (
    plausible_birthday,
    readable_phone,
    readable_time_zone,
)
from crm.policies.fields import typed_value
from crm.services.imports.meaning.catalog import ACCOUNT, CUSTOM, RATE, Field
from crm.services.imports.meaning.currencies import (
    Currencies,
    currencies_in,
    currencies_of_header,
    without_currency,
)
from crm.services.imports.meaning.names import country_code, language_code
from crm.services.imports.reading.tables import Percentage, cell_text
from tenancy.addresses import one_spelling
from ui.names import readable_name
from ui.numbers import NotACount, plainly, proven_decimal_marks, read_count, read_number

TEXTS = {"name": 200, "display_name": 200, "salutation": 100, "city": 100}
DAY = re.compile(
    r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|([0-9]{1,2})([./-])([0-9]{1,2})\5([0-9]{4})"
)
SEPARATORS = re.compile(r"[,;|\n]")
MOST_AT_ONCE = 50
NO_CURRENCY = "names no currency. Write it as 1150 EUR."
MANY_CURRENCIES = "may be in several currencies. Write it as 1150 USD."
OTHER_CURRENCY = "names another currency than the header of its column. Correct one of them."


@dataclass
class Reader:
    """Reads cells, knowing the file's decimal mark and the organization's names."""

    marks: set[str] = field(default_factory=set)
    owners: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)
    custom: Mapping[str, CustomField] = field(default_factory=dict)

    def value(self, to: Field, cell: Any, header: str, country: str = "") -> Any:
        """The value in the form in which it is kept and compared. Raises CellRefused."""
        try:
            if to.key == "phone":
                return _checked(readable_phone, cell_text(cell), country)
            read = next(read for mine, read in WAYS if mine(to))
            return read(self, to, cell, header)
        except NotACount as refused:
            raise CellRefused(f"{refused}.", is_ambiguous=refused.is_ambiguous) from refused
        except HandleNotReadable as refused:
            raise CellRefused(str(refused)) from refused

    def owner(self, to: Field, cell: Any, header: str) -> int:
        found = self.owners.get(one_spelling(cell_text(cell)))
        if found is None:
            raise CellRefused("is no member's e-mail address.")
        return found

    def group(self, to: Field, cell: Any, header: str) -> int:
        found = self.groups.get(cell_text(cell).casefold())
        if found is None:
            raise CellRefused("is no group's key or name.")
        return found

    def count(self, to: Field, cell: Any, header: str) -> int:
        return read_count(number_text(cell), self._marks_for(cell))

    def _number(self, cell: Any) -> Decimal:
        return read_number(number_text(cell), self._marks_for(cell))

    def _marks_for(self, cell: Any) -> set[str]:
        """A number of a workbook is no text: it has the point by which Python writes it."""
        return self.marks if isinstance(cell, str) else {"."}

    def share(self, to: Field, cell: Any, header: str) -> float:
        if isinstance(cell, Percentage):
            return float(cell)
        text = number_text(cell)
        is_marked = text.endswith("%")
        if not is_marked and "%" not in header:
            raise CellRefused("is not a percentage. Write it with %.")
        number = read_number(text.removesuffix("%").strip(), self._marks_for(cell))
        if not is_marked and 0 < abs(number) < 1:  # a share of one, or of a hundred
            raise CellRefused(
                f"can be read as {_plain(number)} % or {_plain(number * 100)} %. Write it with %."
            )
        return float(number / 100)

    def money(self, to: Field, cell: Any, header: str) -> list[str]:
        text = cell_text(cell)
        currency = _currency(currencies_in(text), currencies_of_header(header))
        amount = self._number(without_currency(text) if isinstance(cell, str) else cell)
        if amount < 0 or round(amount, 2) != amount or amount >= 10**10:
            raise CellRefused("is no amount of money.")
        return [f"{amount:.2f}", currency]

    def custom_value(self, field: Field, cell: Any, header: str) -> Any:
        to = self.custom[field.key.removeprefix(CUSTOM)]
        if to.kind == FieldKind.MONEY:
            return self.money(field, cell, header)
        if to.kind == FieldKind.NUMBER:
            return _kept(self._number(cell))
        if to.kind == FieldKind.DATE:
            return day_of(cell).isoformat()
        return CUSTOM_TEXTS[to.kind](to, cell_text(cell))


def _kept(number: Decimal) -> str:
    kept = round(number, 4)
    if abs(number - kept) > Decimal("1e-9"):  # a workbook calculates no better
        raise CellRefused("has more than four digits behind the decimal point.")
    return f"{kept.normalize():f}"


def _currency(of_cell: Currencies, of_header: Currencies) -> str:
    """The one currency that a cell and its header agree on. Raises CellRefused."""
    if of_cell and of_header and not of_cell & of_header:
        raise CellRefused(OTHER_CURRENCY)
    found = of_cell & of_header or of_cell or of_header
    if not found:
        raise CellRefused(NO_CURRENCY)
    if len(found) > 1:
        raise CellRefused(MANY_CURRENCIES)
    return min(found)


def number_text(cell: Any) -> str:
    """A cell as the reader of numbers takes it."""
    if isinstance(cell, bool | date):
        raise NotACount("is not a number")
    return plainly(cell_text(cell))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def marks_proven_by(to: Field, cell: Any) -> set[str]:
    """The decimal marks that a cell of a column of numbers proves."""
    if not isinstance(cell, str):
        return set()
    text = without_currency(cell) if to.number == "money" else cell
    return proven_decimal_marks([plainly(text).removesuffix("%")], is_count=to.number == "count")


def plain_text(cell: Any, most: int) -> str:
    """A text in one line. Raises CellRefused for what nobody sees, and for formulas."""
    text = _checked(readable_name, cell_text(cell))
    if text.startswith("="):
        raise CellRefused("begins with “=”: this is a formula, not a value.")
    if len(text) > most:
        raise CellRefused(f"is longer than {most} characters.")
    return text


def _checked(read: Callable[..., Any], *arguments: Any) -> Any:
    """Read a value as a form does; the form's refusal is the cell's."""
    try:
        return read(*arguments)
    except ValidationError as problem:
        raise CellRefused(" ".join(problem.messages)) from problem


def email_address(text: str) -> str:
    """The address in its one spelling."""
    address = one_spelling(text.strip("<> ").removeprefix("mailto:"))
    try:
        validate_email(address)
    except ValidationError as problem:
        raise CellRefused("is no e-mail address.") from problem
    if len(address) > 254:
        raise CellRefused("is longer than 254 characters.")
    return address


def _several(text: str, read: Callable[[str], str]) -> list[str]:
    """Values parted by commas, semicolons, bars or lines, each once."""
    parts = [part.strip() for part in SEPARATORS.split(text)]
    found = list(dict.fromkeys(read(part) for part in parts if part))
    if len(found) > MOST_AT_ONCE:
        raise CellRefused(f"holds more than {MOST_AT_ONCE} values.")
    return found


def _country(text: str) -> str:
    return country_code(text) or _refuse("No country is called so.")


def _language(text: str) -> str:
    return language_code(text) or _refuse("No language is called so.")


@cache
def _time_zone(text: str) -> str:
    return str(_checked(readable_time_zone, text))


def _refuse(reason: str) -> str:
    raise CellRefused(reason)


def _birthday(cell: Any) -> str:
    day: date = _checked(plausible_birthday, day_of(cell), timezone.now().date())
    return day.isoformat()


def day_of(cell: Any) -> date:
    """A date; with slashes only where it is certain which number is the month."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = DAY.fullmatch(cell_text(cell))
    if not match:
        raise CellRefused("is no date. Write it as 2026-11-29.")
    year, month, day = (int(part) for part in (match[1], match[2], match[3])) if match[1] else (
        int(match[7]), int(match[6]), int(match[4])
    )  # fmt: skip
    if match[5] == "/" or match[5] == "-":
        if month <= 12 and day <= 12 and month != day:
            raise CellRefused("Day or month first? Write it as 2026-11-29.", is_ambiguous=False)
        if month > 12:
            month, day = day, month
    try:
        return date(year, month, day)
    except ValueError as problem:
        raise CellRefused("is no date that exists. Check its day and month.") from problem


def _yes_no(to: CustomField, text: str) -> bool:
    word = text.casefold()
    if word in {"yes", "y", "true", "1", "x", "ja", "oui", "sí", "si", "sim", "да", "はい", "是"}:
        return True
    if word in {"no", "n", "false", "0", "nein", "non", "não", "нет", "いいえ", "否"}:
        return False
    raise CellRefused("is neither yes nor no.")


def _several_choices(to: CustomField, text: str) -> list[str]:
    parts = SEPARATORS.split(text)
    chosen: list[str] = _checked(typed_value, to.kind, to.options, parts).options
    return chosen


PLAIN: dict[str, Callable[[str], Any]] = {
    "email": email_address,
    "other_emails": lambda text: _several(text, email_address),
    "country": _country,
    "language": _language,
    "time_zone": _time_zone,
    "tags": lambda text: _several(text, lambda part: plain_text(part, 60)),
    "lists": lambda text: _several(text, lambda part: plain_text(part, 120)),
}
CUSTOM_TEXTS: dict[str, Callable[[CustomField, str], Any]] = {
    FieldKind.TEXT: lambda to, text: plain_text(text, 2000),
    FieldKind.URL: lambda to, text: _checked(typed_value, to.kind, to.options, text).text,
    FieldKind.CHOICE: lambda to, text: _checked(typed_value, to.kind, to.options, text).text,
    FieldKind.MULTI_CHOICE: _several_choices,
    FieldKind.YES_NO: _yes_no,
}
Way = Callable[[Reader, Field, Any, str], Any]
WAYS: tuple[tuple[Callable[[Field], bool], Way], ...] = (
    (lambda to: to.key in TEXTS, lambda reader, to, cell, header: plain_text(cell, TEXTS[to.key])),
    (lambda to: to.key in PLAIN, lambda reader, to, cell, header: PLAIN[to.key](cell_text(cell))),
    (lambda to: to.key == "owner", Reader.owner),
    (lambda to: to.key == "group", Reader.group),
    (lambda to: to.key == "birthday", lambda reader, to, cell, header: _birthday(cell)),
    (
        lambda to: to.key.startswith(ACCOUNT),
        lambda reader, to, cell, header: account_handle(
            Network(to.key.removeprefix(ACCOUNT)), cell_text(cell)
        ),
    ),
    (lambda to: to.key.startswith(RATE), Reader.money),
    (lambda to: to.key.startswith(CUSTOM), Reader.custom_value),
    (lambda to: to.number == "share", Reader.share),
    (lambda to: to.number == "count", Reader.count),
)
