"""Fields that influencers are filtered by, with their conditions in SQL; those of other apps are registered.

Conditions about other tables are probes: a subquery for each row that is met (`Coalesce(Subquery(…[:1]), False)`), not
EXISTS, for which PostgreSQL would read a whole table under row-level security. A field with `ids` is also gathered ahead by
its index where it finds few (`crm.queries.filters`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from crm.policies.filters import Condition, Field, Values
from crm.queries.search import GATHERED

Rows = models.QuerySet[Any, Any]
Asked = Callable[[Condition], models.Q]  # of rows that hang on an influencer
NOBODY = Q(pk__in=[])
# So few are found and gathered in some milliseconds.
FEW = 1_000
EVERYBODY = ~NOBODY  # an empty Q would be left out of an "or"


@dataclass(frozen=True)
class Asker:
    """The member who filters, and whether their organization shows data of TikTok itself."""

    user_id: int
    is_released: bool = True


@dataclass(frozen=True)
class Rule:
    """A field with its condition in SQL. `names`: rows with a `label` that values name at `row_path`; `ids`: the
    influencers that a condition without "or unknown" finds, by an index, gathered where there are no more than `most`, or
    None where no index can tell; `few` are gathered whatever else stands there; `column`: the influencer's that is compared,
    if one is; `is_money`: for those alone who may see it."""

    field: Field
    condition: Callable[[Condition, Asker], Q]
    ids: Callable[[Condition], Rows | None] | None = None
    names: Callable[[], Rows] | None = None
    row_path: str = "pk"
    most: int = GATHERED
    few: int = FEW
    column: str = ""
    is_money: bool = False


_rules: dict[str, Rule] = {}


def register_rule(rule: Rule) -> None:
    """Make a field known; once, when the app that owns it is ready."""
    _rules[rule.field.key] = rule


def rules() -> dict[str, Rule]:
    """All registered rules by their fields' keys, in the order of the menu."""
    return dict(_rules)


def probe(rows: Rows) -> Q:
    """Condition: one of these rows exists. They name the influencer by an OuterRef."""
    return Q(Coalesce(Subquery(rows.order_by().values(met=Value(True))[:1]), Value(False)))


def between(path: str, bounds: tuple[Any, Any]) -> Q:
    """Condition: the column lies between two bounds, both included; None is no bound. Nothing, if both are."""
    least, most = bounds
    if least is None and most is None:
        return NOBODY
    return Q(
        **{
            f"{path}__{side}": value
            for side, value in (("gte", least), ("lte", most))
            if value is not None
        }
    )


def moments(condition: Condition) -> tuple[datetime | None, datetime | None]:
    """A range of days as moments: from the first second of the one, until the last of the other, in UTC."""
    least, most = condition.days(timezone.now().astimezone(UTC).date())
    return (
        datetime.combine(least, time(), UTC) if least else None,
        datetime.combine(most, time(), UTC) + timedelta(days=1, microseconds=-1) if most else None,
    )


def bounds(condition: Condition) -> tuple[Any, Any]:
    """The bounds of a range of numbers or days, as columns are compared with them; None is no bound."""
    return moments(condition) if condition.field.values == Values.DAY else condition.numbers()


def column(path: str, *, absent: Any = None) -> Callable[[Condition, Asker], Q]:
    """The condition on a column of the influencer. `absent`: the value that says that nothing is known."""

    def compiled(condition: Condition, _: Asker) -> Q:
        if condition.field.values.is_range:
            found = between(path, bounds(condition))
        else:
            found = Q(**{f"{path}__in": condition.values})
        return found | Q(**{path: absent}) if condition.or_unknown else found

    return compiled


def hung(
    model: Callable[[], Rows], path: str | Asked, influencer: str = "influencer"
) -> tuple[Callable[[Condition, Asker], Q], Callable[[Condition], Rows]]:
    """The condition that a row of another table hangs on the influencer, whose `path` has one of the values; and the ids."""

    def wanted(condition: Condition) -> Q:
        return path(condition) if callable(path) else Q(**{f"{path}__in": condition.values})

    def compiled(condition: Condition, _: Asker) -> Q:
        rows = model().filter(**{influencer: OuterRef("pk")})
        found = probe(rows.filter(wanted(condition)))
        return found | ~probe(rows) if condition.or_unknown else found

    def ids(condition: Condition) -> Rows:
        return model().filter(wanted(condition)).values(f"{influencer}__id")

    return compiled, ids
