"""Pages by key, never by offset and never counted: the last page costs what the first one does."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError as BadValue
from django.db import models
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

if TYPE_CHECKING:
    from rest_framework.views import APIView

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after (or, going back, before) the row with these values."""

    values: list[Any]
    is_backward: bool = False

    def __str__(self) -> str:
        text = json.dumps([int(self.is_backward), *self.values], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str, fields: list[models.Field[Any, Any]]) -> Cursor:
        """Raises ValidationError for anything that is not a cursor of a list sorted by these fields."""
        try:
            backward, *values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if len(values) != len(fields) or None in values or backward not in (0, 1):
                raise ValueError(values)
            if any("\x00" in str(value) for value in values):
                raise ValueError(values)
            pairs = zip(fields, values, strict=True)
            return cls([field.to_python(value) for field, value in pairs], bool(backward))
        except (ValueError, TypeError, OverflowError, RecursionError, BadValue) as error:
            raise ValidationError({"cursor": "This is not a cursor of this list."}) from error


class KeysetPagination(BasePagination):
    """`?cursor=` and `?page_size=`. A view names its order in `keyset`: columns that are never NULL, unique together,
    all ascending or all descending (`("-starts_on", "-id")`)."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        keyset: tuple[str, ...] = getattr(view, "keyset", ("-id",))
        self.names = [name.lstrip("-") for name in keyset]
        self.fields = [queryset.model._meta.get_field(name) for name in self.names]
        self.url, self.cursor = request.build_absolute_uri(), self._cursor(request)
        is_backward = bool(self.cursor and self.cursor.is_backward)
        self.is_descending = keyset[0].startswith("-") != is_backward
        size = self._size(request)
        order = [f"-{name}" if self.is_descending else name for name in self.names]
        rows = list(self._beyond_cursor(queryset).order_by(*order)[: size + 1])
        has_more, rows = len(rows) > size, rows[:size]
        if is_backward:
            rows.reverse()
        self.has_previous = has_more if is_backward else self.cursor is not None
        self.has_next = has_more or is_backward
        self.rows = rows
        return rows

    def _cursor(self, request: Request) -> Cursor | None:
        text = request.query_params.get("cursor", "")
        return Cursor.parse(text, self.fields) if text else None

    def _size(self, request: Request) -> int:
        text = request.query_params.get("page_size", str(PAGE_SIZE))
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_PAGE_SIZE:
            return int(text)
        raise ValidationError({"page_size": f"Choose a whole number from 1 to {MAX_PAGE_SIZE}."})

    def _beyond_cursor(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Rows whose key lies beyond the cursor's; the first column's plain bound is what an index starts at."""
        if self.cursor is None:
            return queryset
        side, beyond = "lt" if self.is_descending else "gt", models.Q()
        equal: dict[str, Any] = {}
        for name, value in zip(self.names, self.cursor.values, strict=True):
            beyond |= models.Q(**equal, **{f"{name}__{side}": value})
            equal[name] = value
        first = models.Q(**{f"{self.names[0]}__{side}e": self.cursor.values[0]})
        return queryset.filter(first & beyond)

    def _link(self, row: Any, *, is_backward: bool) -> str:
        values = [
            field.value_to_string(row) if not isinstance(field, models.IntegerField) else value
            for field in self.fields
            for value in [getattr(row, field.attname)]
        ]
        return replace_query_param(self.url, "cursor", str(Cursor(values, is_backward)))

    def _previous(self) -> str | None:
        if not self.has_previous:
            return None
        return self._link(self.rows[0], is_backward=True) if self.rows else self._first()

    def _next(self) -> str | None:
        if not self.has_next:
            return None
        return self._link(self.rows[-1], is_backward=False) if self.rows else self._first()

    def _first(self) -> str:
        """From an empty page (its rows are gone) the way on is the beginning."""
        return remove_query_param(self.url, "cursor")

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next(), "previous": self._previous(), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "Where the page begins; taken from `next` or `previous`.",
                "schema": {"type": "string"},
            },
            {"name": "page_size", "in": "query", "description": "Rows a page.", "schema": size},
        ]
