"""Filters of the list of influencers, as an address says them, read into a small tree and written back.

    ?f=country:DE,AT&f=followers:50000..,unknown&f=tag:12|list:3

Each `f` is a clause, and all clauses must hold. A clause is one condition, or several parted by `|` of which one must
hold. A condition is a field, a colon and values parted by commas; `unknown` among them keeps who has no value. A number or a
day is a range: `least..most`, either side may be left out; days are ISO dates, `today`, or days from today (`-30d`,
`+14d`). Money is a range with its currency, and of rates with a network and a kind of post: `rate:tiktok,video,EUR,..500`.
Signs of this grammar inside a text are percent-encoded, and so is the first letter of a value that is the word `unknown`
itself. What cannot be read is a problem that is said, and is left out of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from urllib.parse import quote, unquote

UNKNOWN = "unknown"
LEFT_OUT = re.compile(r" (It is|The others are) left out\.$")
UNKNOWN_VALUE = "%75nknown"  # a value that is this word
MOST_CLAUSES, MOST_CONDITIONS, MOST_VALUES = 20, 10, 50
PLAIN = " @.-_+"  # written as they are
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
DAYS = re.compile(r"([+-])(\d{1,5})d")
ROW = re.compile(r"[1-9]\d{0,17}")
CURRENCY = re.compile(r"[A-Z]{3}")
CURRENCY_ASPECT = "Currency"
# Where a field stands when somebody chooses one, by key; what stands nowhere is the organization's own.
SECTIONS = {
    "Accounts": "kind network handle followers growth views engagement likes videos posted updated grant invitation",
    "Person": "name display country language city zone salutation email address phone birthday rate",
    "Work together": "tag list group owner campaign order active added import archived",
}
OWN_SECTION = "Your own fields"


def section_of(key: str) -> str:
    """The heading under which the field with this key is offered."""
    return next((title for title, keys in SECTIONS.items() if key in keys.split()), OWN_SECTION)


class Values(Enum):
    """The values that a field is compared with."""

    CHOICE = "choice"  # of a fixed few
    ROW = "row"  # primary keys
    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    DAY = "day"
    MONEY = "money"  # a range of one currency

    @property
    def is_range(self) -> bool:
        return self in {Values.NUMBER, Values.PERCENT, Values.DAY, Values.MONEY}


def written(value: str) -> str:
    """A value as an address says it."""
    return UNKNOWN_VALUE if value == UNKNOWN else quote(value, safe=PLAIN)


def refusal(problem: str) -> str:
    """A problem in the words of whoever refuses the filter, and so leaves nothing out."""
    return LEFT_OUT.sub("", problem)


@dataclass(frozen=True)
class Field:
    """Something that influencers are filtered by. `options`: of a choice, with their labels; `aspects`: what an amount of money
    may be of, one option of each (by the aspect's label, with their labels)."""

    key: str
    label: str
    values: Values
    options: Mapping[str, str] = field(default_factory=dict, hash=False)
    has_unknown: bool = True
    aspects: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Condition:
    """One field and what it is to be: one of `values`, or between `least` and `most`, as they were written. Of money, the
    values are options of its aspects and the currency."""

    field: Field
    values: tuple[str, ...] = ()
    least: str = ""
    most: str = ""
    or_unknown: bool = False

    def __str__(self) -> str:
        parts = [written(value) for value in self.values]
        if self.least or self.most:
            parts.append(f"{self.least}..{self.most}")
        return f"{self.field.key}:{','.join([*parts, *([UNKNOWN] if self.or_unknown else [])])}"

    @property
    def currency(self) -> str:
        """The currency of an amount of money; empty for any."""
        return next((value for value in self.values if CURRENCY.fullmatch(value)), "")

    def aspect(self, label: str) -> str:
        """The option of an aspect; empty for any."""
        options = self.field.aspects[label]
        return next((value for value in self.values if value in options), "")

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The bounds of a range of days."""
        return day_of(self.least, today), day_of(self.most, today)

    def numbers(self) -> tuple[Decimal | None, Decimal | None]:
        """The bounds of a range of numbers; of per cents, as fractions."""
        by = 100 if self.field.values == Values.PERCENT else 1
        least, most = (Decimal(text) / by if text else None for text in (self.least, self.most))
        return least, most


Clause = tuple[Condition, ...]


@dataclass(frozen=True)
class Filters:
    """The tree: all clauses, one condition of each. `problems`: sentences about what could not be read."""

    clauses: tuple[Clause, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def address(self) -> list[str]:
        """The values of `f` that say the same."""
        return ["|".join(map(str, clause)) for clause in self.clauses]

    @property
    def conditions(self) -> list[Condition]:
        return [condition for clause in self.clauses for condition in clause]

    def without(self, at: int, nth: int) -> Filters:
        """The same without the condition that stands `nth` in the clause `at`."""
        clause = self.clauses[at][:nth] + self.clauses[at][nth + 1 :]
        return self._with(at, [clause] if clause else [])

    def replaced(self, at: int, nth: int, condition: Condition) -> Filters:
        """The same with another condition in that place."""
        clause = self.clauses[at]
        return self._with(at, [(*clause[:nth], condition, *clause[nth + 1 :])])

    def added(self, condition: Condition) -> Filters:
        """The same with one more clause."""
        return replace(self, clauses=(*self.clauses, (condition,)))

    def joined(self, at: int) -> Filters:
        """The same with "or" between the clause `at` and the next."""
        both = self.clauses[at] + self.clauses[at + 1]
        return replace(self, clauses=(*self.clauses[:at], both, *self.clauses[at + 2 :]))

    def parted(self, at: int, nth: int) -> Filters:
        """The same with "and" ahead of the condition that stands `nth` in the clause `at`."""
        clause = self.clauses[at]
        return self._with(at, [clause[:nth], clause[nth:]])

    def _with(self, at: int, clauses: list[Clause]) -> Filters:
        return replace(self, clauses=(*self.clauses[:at], *clauses, *self.clauses[at + 1 :]))


class _Unreadable(ValueError):
    """A part of an address that says nothing; the text says why."""


def read_filters(parts: Iterable[str], fields: Mapping[str, Field]) -> Filters:
    """The tree of the values of `f`; equal clauses are one."""
    clauses: list[Clause] = []
    problems: list[str] = []
    for part in parts:
        clause = []
        for text in part.split("|"):
            try:
                clause.append(_condition(text, fields))
            except _Unreadable as problem:
                problems.append(str(problem))
        found = tuple(dict.fromkeys(clause))
        if found and found not in clauses:
            clauses.append(found)
    if len(clauses) > MOST_CLAUSES or any(len(each) > MOST_CONDITIONS for each in clauses):
        problems.append("These are more filters than one address can hold. The last are left out.")
        clauses = [each[:MOST_CONDITIONS] for each in clauses[:MOST_CLAUSES]]
    problems += [
        f"The filter “{each.field.label}” can have {MOST_VALUES} values at most. The others are left out."
        for clause in clauses
        for each in clause
        if len(each.values) > MOST_VALUES
    ]
    clauses = [
        tuple(replace(each, values=each.values[:MOST_VALUES]) for each in clause)
        for clause in clauses
    ]
    return Filters(tuple(clauses), tuple(dict.fromkeys(problems)))


def _condition(text: str, fields: Mapping[str, Field]) -> Condition:
    key, _, given = text.partition(":")
    known = fields.get(key)
    if known is None:
        raise _Unreadable(f"There is no filter “{key[:60]}”. It is left out.")
    values = [value for value in given.split(",") if value]
    or_unknown = known.has_unknown and UNKNOWN in values
    rest = [value for value in values if value != UNKNOWN or not known.has_unknown]
    if not rest and not or_unknown:
        raise _Unreadable(f"The filter “{known.label}” names no value. It is left out.")
    if known.values == Values.MONEY:
        return _money(known, rest, or_unknown=or_unknown)
    if known.values.is_range:
        least, most = _range(known, rest)
        return Condition(known, least=least, most=most, or_unknown=or_unknown)
    plain = dict.fromkeys(_value(known, unquote(value)) for value in rest)
    return Condition(known, values=tuple(plain), or_unknown=or_unknown)


def _money(known: Field, parts: list[str], *, or_unknown: bool) -> Condition:
    least, most = _range(known, [part for part in parts if ".." in part])
    found = [_aspect(known, part) for part in parts if ".." not in part]
    named = dict(found)
    if len(named) < len(found):
        raise _Unreadable(f"The filter “{known.label}” names two where one can be. It is left out.")
    if (least or most) and CURRENCY_ASPECT not in named:
        raise _Unreadable(
            f"The filter “{known.label}” names no currency. Write one such as EUR,100..200. It is left out."
        )
    order = (*known.aspects, CURRENCY_ASPECT)
    return Condition(
        known,
        values=tuple(named[aspect] for aspect in order if aspect in named),
        least=least,
        most=most,
        or_unknown=or_unknown,
    )


def _aspect(known: Field, value: str) -> tuple[str, str]:
    """The aspect of money that a value says something about, and the value."""
    if CURRENCY.fullmatch(value.upper()):
        return CURRENCY_ASPECT, value.upper()
    for aspect, options in known.aspects.items():
        if value in options:
            return aspect, value
    raise _Unreadable(f"The filter “{known.label}” has no value “{value[:60]}”. It is left out.")


def _value(known: Field, value: str) -> str:
    is_right = {
        Values.CHOICE: lambda: value in known.options,
        Values.ROW: lambda: ROW.fullmatch(value) or value in known.options,
        Values.TEXT: lambda: "\x00" not in value and len(value) <= 200,
    }[known.values]
    if not is_right():
        raise _Unreadable(
            f"The filter “{known.label}” has no value “{value[:60]}”. It is left out."
        )
    return value


def _range(known: Field, parts: list[str]) -> tuple[str, str]:
    """The bounds as they were written; both empty where only `unknown` was."""
    if not parts:
        return "", ""
    least, dots, most = parts[0].partition("..")
    is_right = _is_day if known.values == Values.DAY else NUMBER.fullmatch
    bounds = [bound for bound in (least, most) if bound]
    if len(parts) > 1 or not dots or not bounds or not all(map(is_right, bounds)):
        shape = "-30d..today" if known.values == Values.DAY else "10..200"
        raise _Unreadable(
            f"The filter “{known.label}” has no range “{unquote(parts[0])[:60]}”. Write one such as {shape}. It is left out."
        )
    return least, most


def _is_day(text: str) -> bool:
    try:
        day_of(text, date(2000, 1, 1))
    except (ValueError, OverflowError):
        return False
    return True


def day_of(text: str, today: date) -> date | None:
    """The day that is written as an ISO date, `today` or days from today; None for nothing. Raises ValueError."""
    if not text:
        return None
    if text == "today":
        return today
    if distance := DAYS.fullmatch(text):
        days = timedelta(days=int(distance[2]))
        return today + days if distance[1] == "+" else today - days
    return date.fromisoformat(text)
