"""Filters in words, as chips say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from crm.policies.filters import DAYS, Condition, Values


@dataclass(frozen=True)
class Chip:
    """A condition in words: the field, a sign, what stands out, and the rest."""

    label: str
    sign: str
    values: tuple[str, ...]
    rest: str

    def __str__(self) -> str:
        return " ".join(
            part for part in (self.label, self.sign, " or ".join(self.values), self.rest) if part
        )


def chip(condition: Condition, names: Mapping[tuple[str, str], str]) -> Chip:
    """The words of a condition. `names`: of rows, by the field's key and the value."""
    field, label = condition.field, condition.field.label
    if field.values == Values.MONEY:
        label = " · ".join([label, *_aspects(condition)])
        sign, values = _amount(condition)
    elif field.values.is_range:
        sign, values = _range(condition)
    else:
        sign = "has" if field.values == Values.TEXT else ""
        values = tuple(
            field.options.get(v) or names.get((field.key, v)) or v for v in condition.values
        )
    rest = "" if not condition.or_unknown else "or unknown" if values else "unknown"
    return Chip(label, sign, values, rest)


def _aspects(condition: Condition) -> list[str]:
    aspects = condition.field.aspects
    return [options[named] for key, options in aspects.items() if (named := condition.aspect(key))]


def _amount(condition: Condition) -> tuple[str, tuple[str, ...]]:
    sign, bounds = _range(condition)
    if bounds:
        return sign, (f"{bounds[0]} {condition.currency}",)
    if condition.currency:
        return "in", (condition.currency,)
    return "", ("known",) if condition.values else ()


def _range(condition: Condition) -> tuple[str, tuple[str, ...]]:
    least, most = (_bound(condition, text) for text in (condition.least, condition.most))
    if least and most:
        return "", (f"{least} – {most}",)
    is_day = condition.field.values == Values.DAY
    if least:
        return "from" if is_day else "≥", (least,)
    return ("until" if is_day else "≤", (most,)) if most else ("", ())


def _bound(condition: Condition, text: str) -> str:
    if not text or condition.field.values in {Values.NUMBER, Values.MONEY}:
        whole, dot, decimals = text.partition(".")
        sign = "-" if whole.startswith("-") else ""
        return f"{sign}{abs(int(whole)):,}{dot}{decimals}" if text else ""
    if condition.field.values == Values.PERCENT:
        return f"{text} %"
    if distance := DAYS.fullmatch(text):
        days = int(distance[2])
        ahead = distance[1] == "+"
        noun = "day" if days == 1 else "days"
        return f"in {days} {noun}" if ahead else f"{days} {noun} ago"
    return text if text == "today" else f"{date.fromisoformat(text):%d %b %Y}".lstrip("0")
