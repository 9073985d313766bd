"""Filters of the list: read from an address, named, and made into conditions that keep pages by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast

from crm.models import Influencer
from crm.models.influencers import IN_ORDER_OF_NAMES
from crm.policies.columns import CUSTOM
from crm.policies.filters import Clause, Condition, Filters, Values, read_filters
from crm.policies.wording import Chip, chip
from crm.queries.fields import NOBODY, Asker, Rows, Rule, rules
from crm.queries.own_rules import custom_rules
from crm.queries.search import GATHERED, Selected
from ui.paging import is_among

Names = dict[tuple[str, str], str]
# Sorted in some hundredths of a second. Fewer may stand together at the end of the list, where walking takes seconds.
MANY_ALONE = 20_000
# Where there may be more than few (`Rule.few`), a page is first looked for among so many next rows of the list.
NEAR = 5_000


@dataclass(frozen=True)
class Reading:
    """Filters with the rules of their fields and the names of their values."""

    filters: Filters
    rules: dict[str, Rule]
    names: Names

    def chip(self, at: int, nth: int) -> Chip:
        return chip(self.filters.clauses[at][nth], self.names)

    @cached_property
    def by_index(self) -> tuple[Clause, Rows] | None:
        """The first clause that an index answers, with the ids it finds."""
        for clause in self.filters.clauses:
            ids = _ids(clause, self)
            if ids is not None:
                return clause, ids
        return None

    @cached_property
    def has_few(self) -> bool:
        """Does it find few enough to be gathered, whatever else stands there?"""
        if self.by_index is None:
            return False
        (condition,), ids = self.by_index
        few = self.rules[condition.field.key].few
        return not ids[few : few + 1].exists()

    @property
    def in_index_of_names(self) -> bool:
        """Does the index of the order by name hold all that is compared?"""
        compared = {self.rules[each.field.key].column for each in self.filters.conditions}
        return compared <= {*IN_ORDER_OF_NAMES}

    def few(self) -> tuple[Clause, Rows] | None:
        """The same clause, if what it finds is gathered sooner than met on a walk through the list."""
        if self.by_index is None or self.has_few:
            return self.by_index
        clause, ids = self.by_index
        # What a lone clause keeps fills a page soon, once it is many; of several nobody knows how few they keep together.
        most = MANY_ALONE if len(self.filters.clauses) == 1 else GATHERED
        most = min(most, self.rules[clause[0].field.key].most)
        return None if ids[most : most + 1].exists() else self.by_index


def read_address(
    parts: Sequence[str], *, with_custom: bool = False, sees_money: bool = True
) -> Reading:
    """The filters that an address says. Values that name nobody's row any more are problems, and so is money to who may not
    see it. At most two queries."""
    known = {key: rule for key, rule in rules().items() if sees_money or not rule.is_money}
    if with_custom or any(CUSTOM in part for part in parts):
        known |= custom_rules(sees_money=sees_money)
    filters = read_filters(parts, {key: rule.field for key, rule in known.items()})
    names = _names(filters, known)
    return Reading(_existing(filters, names), known, names)


def _names(filters: Filters, known: dict[str, Rule]) -> Names:
    wanted: dict[str, set[int]] = {}
    for condition in filters.conditions:
        if condition.field.values == Values.ROW:
            ids = {int(value) for value in condition.values if value not in condition.field.options}
            wanted.setdefault(condition.field.key, set()).update(ids)
    asked = [_named(known[key], ids) for key, ids in wanted.items() if ids]
    if not asked:
        return {}
    first, *others = asked
    found = first.union(*others, all=True) if others else first
    return {(key, pk): label for key, pk, label in found}


def _named(rule: Rule, ids: set[int]) -> models.QuerySet[models.Model, tuple[str, str, str]]:
    if rule.names is None:
        raise LookupError(f"The rows of {rule.field.key} have no names.")
    path = rule.row_path
    rows = rule.names().filter(**{f"{path}__in": ids}).order_by()
    return rows.annotate(
        field_key=Value(rule.field.key, output_field=models.TextField()),
        value=Cast(path, models.TextField()),
        named=Cast("label", models.TextField()),
    ).values_list("field_key", "value", "named")


def _existing(filters: Filters, names: Names) -> Filters:
    """The filters without the values that name no row."""
    problems, clauses = list(filters.problems), []
    for clause in filters.clauses:
        kept = []
        for condition in clause:
            if condition.field.values != Values.ROW:
                kept.append(condition)
                continue
            key, options = condition.field.key, condition.field.options
            values = tuple(v for v in condition.values if v in options or (key, v) in names)
            if values != condition.values:
                problems.append(
                    f"The filter “{condition.field.label}” names something that is not here any more."
                )
            if values or condition.or_unknown:
                kept.append(replace(condition, values=values))
        if kept:
            clauses.append(tuple(kept))
    return Filters(tuple(clauses), tuple(dict.fromkeys(problems)))


def matching(rows: models.QuerySet[Influencer], reading: Reading, asker: Asker) -> Selected:
    """The influencers for whom all clauses hold; archived ones only where a filter asks for them.

    Costs one query where a clause may find few: these are gathered by its index, then sorted. Otherwise the list is
    walked in its order until a page is full.
    """
    few = reading.few()
    return Selected(_held(_shown(rows, reading), reading, asker, few), few is not None)


def _shown(rows: models.QuerySet[Influencer], reading: Reading) -> models.QuerySet[Influencer]:
    asked = any(condition.field.key == "archived" for condition in reading.filters.conditions)
    return rows if asked else rows.filter(archived_at=None)


def near(
    rows: models.QuerySet[Influencer], reading: Reading, asker: Asker, *, by_name: bool
) -> tuple[models.QuerySet[Influencer], models.QuerySet[Influencer]] | None:
    """The influencers of `matching`, none of them gathered, and the list that they are met in; None where a clause finds few.

    Costs a query where an index answers a clause, unless the list stands by name and its index holds all that is compared:
    that is walked sooner than anything is counted.
    """
    if not (by_name and reading.in_index_of_names) and reading.has_few:
        return None
    shown = _shown(rows, reading)
    return _held(shown, reading, asker, None), shown


def keeping(
    rows: models.QuerySet[Influencer], rule: Rule, condition: Condition
) -> models.QuerySet[Influencer]:
    """The influencers for whom one condition holds, archived ones too. It does not look at who asks."""
    reading = Reading(Filters(((condition,),)), {rule.field.key: rule}, {})
    return _held(rows, reading, Asker(0), reading.few())


def _held(
    rows: models.QuerySet[Influencer],
    reading: Reading,
    asker: Asker,
    few: tuple[Clause, Rows] | None,
) -> models.QuerySet[Influencer]:
    """The rows for which all clauses hold. `few`: the one whose ids are gathered."""
    for clause in reading.filters.clauses:
        if few is not None and clause is few[0]:
            rows = rows.filter(is_among(few[1]))
            continue
        found = NOBODY
        for condition in clause:
            found |= reading.rules[condition.field.key].condition(condition, asker)
        rows = rows.filter(found)
    return rows


def _ids(clause: Clause, reading: Reading) -> Rows | None:
    condition, *others = clause
    rule = reading.rules[condition.field.key]
    if others or condition.or_unknown or rule.ids is None:
        return None
    return rule.ids(condition)
