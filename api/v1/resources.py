"""Resources: the list and the detail of one kind of object."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from http import HTTPStatus
from typing import Any

from django.db import models
from django.http import Http404
from drf_spectacular.openapi import AutoSchema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from api.views import ApiView
from crm.enums import AccessKind
from crm.services.access.recording import note_access
from tenancy.composed import ROW, Composed, ComposedPages
from tiktok.queries import is_released
from ui.paging import KeysetPage

Rows = list[Any]


class Description(AutoSchema):
    """Operations are described by their method, or by their resource: a list by its docstring, one object by `one`."""

    def get_description(self) -> str:  # type: ignore[override]
        view: Any = self.view
        is_one = getattr(view, "action", "") == "retrieve"
        return view.one if is_one else super().get_description()


class Resource(ApiView, ReadOnlyModelViewSet[Any]):
    """List and detail of one kind of object: which `rows` there are, and the `facts` that their documents tell.

    Both are made for each request: only there a scope is open. `one` describes the detail.
    """

    schema = Description()
    one: str

    serializer_class: Any
    paginator: Any
    filterset_class: Any
    keyset: tuple[str, ...] = ("-id",)
    rows: Callable[[], models.QuerySet[Any]]
    facts: Callable[[models.QuerySet[Any]], models.QuerySet[Any]] | None = None
    is_about_creators = True  # what is read of them stands in their access log

    def get_queryset(self) -> models.QuerySet[Any]:
        """A list is filtered and cut to a page before facts are added, all else before it is found by its id."""
        rows = self.rows()
        return rows if self.action == "list" or self.facts is None else self.facts(rows)

    @cached_property
    def is_released(self) -> bool:
        return is_released()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A filter that is misspelt, blank or given twice would quietly answer with the wrong rows: it is refused."""
        super().initial(request, *args, **kwargs)
        known, wrong = self.parameters(), {}
        for name, values in request.query_params.lists():
            if name not in known:
                wrong[name] = "There is no such parameter."
            elif len(values) > 1 or not values[0].strip():
                wrong[name] = "Give this parameter one value, or leave it out."
        if wrong:
            raise ValidationError(wrong)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        if response.status_code == HTTPStatus.OK and self.is_about_creators:
            self.note_reading()
        return super().finalize_response(request, response, *args, **kwargs)

    def note_reading(self) -> None:
        """Note what a program has read of creators: once a day, behind the answer's transaction."""
        note_access(AccessKind.API_LIST)

    def parameters(self) -> set[str]:
        """The query parameters of this action."""
        filters = self.filterset_class.base_filters if self.action == "list" else {}
        is_paged = self.action in {"list", "metrics_history"}
        return {*filters, *(("cursor", "page_size") if is_paged else ())}

    def composed_page(self, request: Request) -> Callable[..., KeysetPage[Any]] | None:
        """The way to a page of a list whose query is composed once; None where filters ask for too many forms."""
        return None if self.filters_in(request) else _pages(type(self)).page

    def filters_in(self, request: Request) -> set[str]:
        return set(self.filterset_class.base_filters) & set(request.query_params)

    def filter_queryset(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Filters belong to the list; all else is found by its id alone."""
        return super().filter_queryset(rows) if self.action == "list" else rows

    # (No docstrings: the API's description would say them of every list and detail.)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if (paged := self.composed_page(request)) is None:
            return super().list(request, *args, **kwargs)
        rows = self.paginator.rows(request, paged)
        document = self.get_serializer().to_representation
        return self.get_paginated_response([document(row) for row in rows])

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = type(self).find(kwargs["pk"])
        if not found:
            raise Http404
        return Response(self.get_serializer().to_representation(found[0]))

    @classmethod
    def find(cls, pk: str) -> Rows:
        """The row with this id, if there is one."""
        try:
            return _composed_row(cls).rows(int(pk))
        except ValueError:  # no number
            return []

    def history(self, rows: models.QuerySet[Any], hidden: set[str]) -> Response:
        """A page of snapshots, oldest first."""
        self.keyset, self.facts = ("bucket_at", "source"), None
        context = {**self.get_serializer_context(), "hidden": hidden}
        serializer = self.get_serializer_class()
        return self.get_paginated_response(
            serializer(self.paginate_queryset(rows), many=True, context=context).data
        )


@lru_cache
def _pages(view: type[Resource]) -> ComposedPages[Any]:
    """The pages of the list without filters."""
    of_list = view(action="list")
    model = view.serializer_class.Meta.model
    return ComposedPages(model, of_list.rows, view.keyset, of_list.facts)


@lru_cache
def _composed_row(view: type[Resource]) -> Composed[Any]:
    """The query of one row by its id."""
    of_detail = view(action="retrieve")
    return Composed(lambda pk: of_detail.get_queryset().filter(pk=pk), [ROW])
