"""Queries that become SQL once, for every organization: Django takes longer to compose a page's query than PostgreSQL to answer it.

What is kept holds nothing of an organization. It is composed in the scope of a stand-in, whose id gives way to that of the
organization in scope each time the query is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import ModelIterable

from tenancy.scope import organization_scope, required_organization_id

ModelT = TypeVar("ModelT", bound=models.Model)
STAND_IN = -7_000_000_000_000_000_001  # no organization has this id


class Composed(Generic[ModelT]):
    """A query of the organization in scope, composed once; `values` stand for those it is asked with, all different."""

    def __init__(
        self, query: Callable[..., models.QuerySet[ModelT]], values: Sequence[Any] = ()
    ) -> None:
        with organization_scope(STAND_IN):
            rows = query(*values)
            self.compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
            self.sql, parameters = self.compiler.as_sql()
        self.parameters = list(parameters)
        self.places = [self._places_of(value) for value in (STAND_IN, *values)]

    def _places_of(self, value: Any) -> list[int]:
        places = [n for n, each in enumerate(self.parameters) if each == value]
        if not places:
            raise ValueError(f"{value!r} does not stand in the query as it is")
        return places

    def rows(self, *values: Any) -> list[ModelT]:
        """The rows with these values. Raises ScopeMissing outside an organization's scope."""
        parameters = self.parameters.copy()
        for places, value in zip(self.places, (required_organization_id(), *values), strict=True):
            for place in places:
                parameters[place] = value
        database: Any = connections[DEFAULT_DB_ALIAS]  # of tenancy.postgresql
        with database.prepared_cursor() as cursor:
            cursor.execute(self.sql, parameters)
            found = cursor.fetchall()
        return list(ModelIterable(self._answered(found)))

    def _answered(self, found: list[tuple[Any, ...]]) -> Any:
        """The queryset with what the database has answered, as far as Django asks for one to make objects."""
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.execute_sql = lambda **_: [found]
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        return SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})
