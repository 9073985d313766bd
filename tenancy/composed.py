"""Queries that become SQL once, for every organization: Django takes longer to compose a page's query than PostgreSQL to answer it.

What is kept holds nothing of an organization. It is composed in the scope of a stand-in, whose id gives way to that of the
organization in scope each time the query is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache, partial
from types import SimpleNamespace
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import ModelIterable

from tenancy.scope import (
    current_groups,
    current_person_id,
    organization_scope,
    required_organization_id,
)
from ui.paging import PAGE_SIZE, Facts, KeysetPage, page_of, section_rows

ModelT = TypeVar("ModelT", bound=models.Model)
STAND_IN = -7_000_000_000_000_000_001  # no organization has this id
ROW = STAND_IN - 1  # nor has a row this one


class Statement(NamedTuple):
    """SQL with its parameters; `places`: where among them the organization and each value stand."""

    compiler: Any
    sql: str
    parameters: list[Any]
    places: list[list[int]]


class Composed(Generic[ModelT]):
    """A query, of the organization in scope or of none, composed when it is first asked; `values` stand for those it is
    asked with, all different. It must not look at the clock.

    For a member who sees some groups only, and for a person, it is composed anew: their queries differ.
    """

    def __init__(
        self, query: Callable[..., models.QuerySet[ModelT]], values: Sequence[Any] = ()
    ) -> None:
        self.query, self.values = query, values

    @cached_property
    def statement(self) -> Statement:
        with organization_scope(STAND_IN):
            compiler = self.query(*self.values).query.get_compiler(DEFAULT_DB_ALIAS)
            sql, parameters = compiler.as_sql()
        _leave_rings(compiler.klass_info)
        places = [
            [n for n, each in enumerate(parameters) if each == value]
            for value in (STAND_IN, *self.values)
        ]
        if not all(places[1:]):
            raise ValueError(f"One of {self.values!r} does not stand in the query as it is")
        return Statement(compiler, sql, list(parameters), places)

    def rows(self, *values: Any) -> list[ModelT]:
        """The rows with these values. Raises ScopeMissing outside an organization's scope, if they belong to one."""
        if current_groups() is not None or current_person_id() is not None:
            return list(self.query(*values))
        compiler, sql, parameters, places = self.statement
        given = (required_organization_id() if places[0] else 0, *values)
        parameters = parameters.copy()
        for of_value, value in zip(places, given, strict=True):
            for place in of_value:
                parameters[place] = value
        database: Any = connections[DEFAULT_DB_ALIAS]  # of tenancy.postgresql
        with database.prepared_cursor() as cursor:
            cursor.execute(sql, parameters)
            found = cursor.fetchall()
        return list(ModelIterable(_answered(compiler, found)))


def _leave_rings(made: dict[str, Any]) -> None:
    """Let no related row know the row that it was read with: only the collector would free the two, many rows later."""
    for related in made.get("related_klass_infos", ()):
        related["remote_setter"] = lambda row, known: None
        _leave_rings(related)


def _answered(compiler: Any, found: list[tuple[Any, ...]]) -> Any:
    """The queryset with what the database has answered, as far as Django asks for one to make objects."""
    compiler = copy(compiler)
    compiler.connection = connections[DEFAULT_DB_ALIAS]
    compiler.execute_sql = lambda **_: [found]
    query = SimpleNamespace(get_compiler=lambda using: compiler)
    return SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})


class ComposedPages(Generic[ModelT]):
    """The pages of a list: a composed query for each size, way, and with a cursor and without.

    `given` stand for what its `rows` are asked with, such as the id of a campaign.
    """

    def __init__(
        self,
        model: type[ModelT],
        rows: Callable[..., models.QuerySet[ModelT]],
        keys: Sequence[str],
        facts: Facts[ModelT] | None,
        given: Sequence[Any] = (),
    ) -> None:
        self.model, self.of_list, self.keys, self.facts = model, rows, keys, facts
        self.given = list(given)
        self.composed = lru_cache(maxsize=50)(self._composed)

    def page(
        self,
        *given: Any,
        cursor: str | None = "",
        size: int = PAGE_SIZE,
        is_strict: bool = False,
    ) -> KeysetPage[ModelT]:
        """A page, as `keyset_page` makes it."""
        read = partial(self._read, given)
        return page_of(self.model, self.keys, read, cursor=cursor, size=size, is_strict=is_strict)

    def _read(
        self, given: Sequence[Any], is_backward: bool, values: Sequence[Any], size: int
    ) -> list[ModelT]:
        return self.composed(is_backward, bool(values), size).rows(*given, *values)

    def _composed(self, is_backward: bool, has_cursor: bool, size: int) -> Composed[ModelT]:
        fields = [self.model._meta.get_field(key.removeprefix("-")) for key in self.keys]

        ahead = len(self.given)

        def query(*values: Any) -> models.QuerySet[ModelT]:
            rows, start = self.of_list(*values[:ahead]), values[ahead:]
            return section_rows(rows, self.keys, start, is_backward, size, self.facts)

        stand_ins = [_stand_in(field, n) for n, field in enumerate(fields, start=1)]
        return Composed(query, self.given + stand_ins if has_cursor else self.given)


def _stand_in(field: Any, n: int) -> Any:
    """A value that no query holds of itself."""
    if isinstance(field, models.DateTimeField):
        return datetime(1, 1, n, tzinfo=UTC)
    if isinstance(field, models.DateField):
        return date(1, 1, n)
    return ROW - n if isinstance(field, models.IntegerField) else f"stand-in {n}"
