"""Pages by key, never by offset and never counted: the last page costs what the first one does."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from ui.paging import PAGE_SIZE, CursorRefused, KeysetPage, keyset_page

if TYPE_CHECKING:
    from rest_framework.views import APIView

MAX_PAGE_SIZE = 200


class KeysetPagination(BasePagination):
    """`?cursor=` and `?page_size=`. A view names its order in `keyset`, and of its rows the `facts`, as
    `ui.paging.keyset_page` takes them."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        keys, facts = getattr(view, "keyset", ("-id",)), getattr(view, "facts", None)
        return self.rows(request, partial(keyset_page, queryset, *keys, facts=facts))

    def rows(self, request: Request, paged: Callable[..., KeysetPage[Any]]) -> list[Any]:
        """The rows of the page that `paged` makes, of a cursor and a size."""
        self.url = request.build_absolute_uri()
        cursor, size = request.query_params.get("cursor"), page_size(request)
        try:
            self.page = paged(cursor=cursor, size=size, is_strict=True)
        except CursorRefused as refused:
            raise ValidationError({"cursor": str(refused)}) from refused
        return self.page.rows

    def link(self, cursor: str | None) -> str | None:
        return replace_query_param(self.url, "cursor", cursor) if cursor else None

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self.link(self.page.next_cursor),
                "previous": self.link(self.page.previous_cursor),
                "results": data,
            }
        )

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


def page_size(request: Request) -> int:
    """Rows a page; ValidationError unless it is a whole number in reach."""
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    if re.fullmatch("[1-9][0-9]{0,2}", text, re.ASCII) and int(text) <= MAX_PAGE_SIZE:
        return int(text)
    raise ValidationError({"page_size": f"Choose a whole number from 1 to {MAX_PAGE_SIZE}."})
