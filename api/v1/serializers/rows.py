"""Database rows as documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject
from rest_framework import serializers


# A row's columns as they stand, foreign keys as ids, and whatever there is a `get_<field>` for; told without Django REST
# framework's fields, which describe the document and would take most of a page's time. (No docstring: the API's
# description would say it of every document.)
class RowSerializer(serializers.ModelSerializer[Any]):
    def to_representation(self, row: Any) -> dict[str, Any]:
        return {name: read(row) for name, read in self.readers}

    @cached_property
    def readers(self) -> list[tuple[str, Callable[[Any], Any]]]:
        return [
            (name, getattr(self, f"get_{name}", None) or self._column(name))
            for name in self.Meta.fields
        ]

    def _column(self, name: str) -> Callable[[Any], Any]:
        model: Any = self.Meta.model
        return attrgetter(model._meta.get_field(name).attname)


# A row about which TikTok is asked again and again, annotated by its view.
class CheckedRowSerializer(RowSerializer):
    next_check_at = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="When TikTok is asked next: within minutes if that has passed, null if it is not planned.",
    )

    def get_next_check_at(self, row: Any) -> datetime | None:
        return cast("datetime | None", row.next_check_at)


# Rows inside another one's document, which PostgreSQL tells along with it: one query for both.
class NestedSerializer(serializers.ModelSerializer[Any]):
    @classmethod
    def documents(cls, rows: QuerySet[Any], **written: Any) -> ArraySubquery:
        """Annotation: the documents of these rows of the outer one. Times in them are text. `written`: how some
        of their values are written, unless as they stand."""
        document = JSONObject(**{**{name: name for name in cls.Meta.fields}, **written})
        return ArraySubquery(rows.values(document=document))

    @classmethod
    def document(cls, path: str) -> JSONObject:
        """Annotation: the document of the row that a foreign key leads to; of an absent one its values are null."""
        return JSONObject(**{name: f"{path}__{name}" for name in cls.Meta.fields})
