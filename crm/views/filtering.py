"""One filter of the list, chosen and edited in a dialog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django import forms
from django.http import HttpResponse

from crm.policies.filters import (
    OWN_SECTION,
    PLAIN,
    SECTIONS,
    UNKNOWN,
    Condition,
    Field,
    Filters,
    Values,
    day_of,
    read_filters,
    refusal,
    section_of,
    written,
)
from crm.queries.fields import Rule
from crm.queries.filters import Names
from crm.views.asked import read_request
from crm.views.frame import INVALID, address, form_answer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.numbers import NotACount, plainly, read_number
from ui.redirects import go_to

SHOWN_OPTIONS = 500


class NotABound(ValueError):
    """A bound that is no number, or no day; `str()` says so with an example."""


@staff_page(Permission.READ)
def edit_filter(request: OrganizationRequest) -> HttpResponse:
    """Choose a field, then its values; `apply` leads to the list that is filtered so. Changes nothing but the address."""
    asked = read_request(request, with_custom=True)
    rule = asked.reading.rules.get(request.GET.get("field", ""))
    back = asked.href(asked.reading.filters)
    if rule is None:
        here = f"{address(request, 'edit_filter')}?{asked.query()}"
        sections = _sections(asked.reading.rules, here)
        return form_answer(
            request, "influencers/filter_fields", title="Add a filter", back=back, sections=sections
        )
    problem = ""
    if "apply" in request.GET:
        try:
            found = read_filters([_written(request, rule.field)], {rule.field.key: rule.field})
        except NotABound as refused:
            found = Filters(problems=(str(refused),))
        if not found.problems:
            return go_to(request, asked.href(_placed(request, asked.reading.filters, found)))
        problem = refusal(found.problems[0])
    condition = _edited(request, asked.reading.filters)
    entered = _entered(request, condition)
    options = _options(rule, entered.values, asked.reading.names)
    return form_answer(
        request,
        "influencers/filter",
        title=rule.field.label,
        back=back,
        status=INVALID if problem else 200,
        asked=asked,
        field=rule.field,
        options=options,
        is_cut=rule.names is not None and len(options) >= SHOWN_OPTIONS,
        entered=entered,
        problem=problem,
        at=request.GET.get("at", ""),
        nth=request.GET.get("nth", ""),
        is_range=rule.field.values.is_range,
        is_day=rule.field.values == Values.DAY,
        is_text=rule.field.values == Values.TEXT,
        is_money=rule.field.values == Values.MONEY,
        aspects=_aspects(rule.field, entered),
    )


def _sections(rules: Mapping[str, Rule], here: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields with their links, under headings."""
    offered: dict[str, list[tuple[str, str]]] = {title: [] for title in (*SECTIONS, OWN_SECTION)}
    for key, rule in rules.items():
        offered[section_of(key)].append((rule.field.label, f"{here}&field={key}"))
    return [(title, fields) for title, fields in offered.items() if fields]


@dataclass(frozen=True)
class Entered:
    """The content of the form's controls."""

    values: Sequence[str] = ()
    least: str = ""
    most: str = ""
    or_unknown: bool = False

    @property
    def currency(self) -> str:
        """The currency of an amount of money, as it was typed."""
        return next((value for value in self.values if len(value.strip()) == 3), "")


def _entered(request: OrganizationRequest, condition: Condition | None) -> Entered:
    """The content that was sent, else that of the edited condition."""
    if "apply" in request.GET:
        given = request.GET
        least, most = given.get("least", ""), given.get("most", "")
        return Entered(given.getlist("value"), least, most, "unknown" in given)
    if condition is None:
        return Entered()
    return Entered(condition.values, condition.least, condition.most, condition.or_unknown)


def _written(request: OrganizationRequest, field: Field) -> str:
    """The condition that the form says, in the grammar of addresses. Raises NotABound."""
    values = [written(value.strip()) for value in request.GET.getlist("value")]
    least, most = (_bound(request.GET.get(name, ""), field) for name in ("least", "most"))
    if least or most:
        values.append(f"{quote(least, safe=PLAIN)}..{quote(most, safe=PLAIN)}")
    if "unknown" in request.GET:
        values.append(UNKNOWN)
    return f"{field.key}:{','.join(value for value in values if value)}"


def _bound(text: str, field: Field) -> str:
    """A bound as addresses write it: `50K` and `50 000` are 50000, a day as in any form. Raises NotABound, also for `50.000`,
    which may be fifty."""
    text = text.strip()
    if not text:
        return text
    if field.values == Values.DAY:
        return _day(text)
    try:
        number = read_number(plainly(text.removesuffix("%")), set())
    except NotACount as refused:
        raise NotABound(f"“{text[:40]}” {refused}. Write it as 50000, or as 0.5.") from refused
    return f"{number.normalize():f}"


def _day(text: str) -> str:
    try:
        day_of(text.lower(), date(2000, 1, 1))
    except (ValueError, OverflowError):
        pass
    else:
        return text.lower()
    try:
        return forms.DateField().clean(text).isoformat()
    except forms.ValidationError as refused:
        raise NotABound(
            f"“{text[:40]}” is not a date. Write it as 2026-11-29, as today, or as -30d for 30 days ago."
        ) from refused


def _place(request: OrganizationRequest, filters: Filters) -> tuple[int, int] | None:
    """The place of the edited condition; None for a new one."""
    at, nth = (request.GET.get(name, "") for name in ("at", "nth"))
    if not (at.isdecimal() and nth.isdecimal() and len(at + nth) < 6):
        return None
    place = (int(at), int(nth))
    is_there = place[0] < len(filters.clauses) and place[1] < len(filters.clauses[place[0]])
    return place if is_there else None


def _edited(request: OrganizationRequest, filters: Filters) -> Condition | None:
    place = _place(request, filters)
    return filters.clauses[place[0]][place[1]] if place else None


def _placed(request: OrganizationRequest, filters: Filters, found: Filters) -> Filters:
    place = _place(request, filters)
    (condition,) = found.conditions
    return filters.replaced(*place, condition) if place else filters.added(condition)


def _aspects(field: Field, entered: Entered) -> list[tuple[str, Mapping[str, str], str]]:
    """The aspects of an amount of money: each label, its options, and the one that is chosen."""
    return [
        (label, options, next((value for value in entered.values if value in options), ""))
        for label, options in field.aspects.items()
    ]


def _options(rule: Rule, chosen: Sequence[str], names: Names) -> list[tuple[str, str, bool]]:
    """Values with their labels and whether they are chosen: the chosen first, so that none of them is out of sight."""
    options = dict(rule.field.options)
    if rule.names is not None:
        named = rule.names().order_by("label").values_list(rule.row_path, "label")
        options |= {str(pk): label for pk, label in named[:SHOWN_OPTIONS]}
        known = {pk: names.get((rule.field.key, pk)) for pk in chosen}
        options |= {pk: label for pk, label in known.items() if label and pk not in options}
    marked = [(value, label, value in chosen) for value, label in options.items()]
    return sorted(marked, key=lambda option: not option[2])
