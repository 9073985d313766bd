"""Rows that hang on influencers, packed as JSON into the query that finds them, as many as a page shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef
from django.db.models.functions import Cast, Coalesce, JSONObject, NullIf

from crm.policies.fields import Typed
from tenancy.queries.former_members import with_former_mark

SHOWN = 50  # of each kind; notes, tasks, files and contracts have a page for all
COUNTED = 10_000  # rows that hang on one; beyond that a page says "more than"
Packed = dict[str, Any]
# The columns of a custom value that `value_of` reads.
VALUE_COLUMNS = ("text", "currency", "day", "options")


def hanging_on(model: type[models.Model], path: str = "influencer") -> models.QuerySet[Any]:
    """The rows of a model that hang on the influencer of the outer query."""
    return model._default_manager.filter(**{path: OuterRef("pk")})


def packed(
    rows: models.QuerySet[Any], *columns: str, most: int = SHOWN, **more: Any
) -> ArraySubquery:
    """Rows as an array of JSON objects with their id, these columns and more; at most so many."""
    each = JSONObject(id="pk", **{name: name for name in columns}, **more)
    return ArraySubquery(rows.values(packed=each)[:most])


def as_text(column: str) -> Cast:
    """A decimal number in all its digits."""
    return Cast(column, models.TextField())


def name_at(path: str) -> models.Case:
    """The name that others know a person by, marked for a former member; NULL for nobody."""
    text = models.TextField()
    name = Coalesce(
        NullIf(f"{path}__name", models.Value("")), F(f"{path}__email"), output_field=text
    )
    return with_former_mark(name, f"{path}_id")


def value_of(each: Packed) -> Typed:
    """A custom value that was packed with VALUE_COLUMNS and its `number` as text."""
    number = each["number"]
    return Typed(
        each["text"],
        None if number is None else Decimal(number),
        each["currency"],
        models.DateField().to_python(each["day"]),
        each["options"],
    )


def length(rows: models.QuerySet[Any, Any], most: int | None = None) -> models.Func:
    """Annotation: how many rows of a subquery there are, counted up to `most`. Unlike `Count`, it counts those in scope alone."""
    ids = rows.order_by().values("pk")
    return models.Func(
        ArraySubquery(ids[:most]), function="cardinality", output_field=models.IntegerField()
    )
