"""The list in the order of one of the organization's own fields: those with a value by an index of the values, then the others.

A page walks the index of the field's values and probes each influencer on the way, as the list is walked in its other
orders; where few match, their values are looked up and sorted (see `crm.queries.search`). Money is ordered by its currency
first, for nobody can compare amounts of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery

from crm.enums import FieldKind
from crm.models import CustomField, CustomValue, Influencer
from crm.policies.columns import CUSTOM
from crm.queries.fields import probe
from ui.paging import Facts, KeysetPage, in_reading_order, is_among, ordered, page_of, section_rows

Rows = models.QuerySet[Influencer]
# The columns of a value that has an order, by the field's kind. Several choices at once have none.
COLUMNS = {
    FieldKind.TEXT: ("sort_text",),
    FieldKind.URL: ("sort_text",),
    FieldKind.CHOICE: ("sort_text",),
    FieldKind.NUMBER: ("sort_number",),
    FieldKind.MONEY: ("currency", "sort_number"),
    FieldKind.YES_NO: ("sort_number",),
    FieldKind.DATE: ("day",),
}
TEXTS = {"sort_text", "currency"}


@dataclass(frozen=True)
class OwnSort:
    """An order by a field."""

    field: CustomField
    is_descending: bool

    @property
    def is_money(self) -> bool:
        return self.field.kind == FieldKind.MONEY


def own_sort(sort: str, *, sees_money: bool) -> OwnSort | None:
    """The order that an address names (`field.size`, `-field.size`), if the field is in use and the member may see it; at most
    one query."""
    name = sort.removeprefix("-")
    if not name.startswith(CUSTOM):
        return None
    fields = CustomField.objects.filter(key=name.removeprefix(CUSTOM), archived_at=None)
    kinds = set(COLUMNS) if sees_money else set(COLUMNS) - {FieldKind.MONEY}
    field = fields.filter(kind__in=kinds).first()
    return OwnSort(field, sort.startswith("-")) if field else None


@dataclass(frozen=True)
class OwnOrder:
    """The order of `rows` by a field. `has_few`: they are so few that their values are gathered."""

    rows: Rows
    sort: OwnSort
    has_few: bool

    @property
    def field(self) -> CustomField:
        return self.sort.field

    @property
    def columns(self) -> tuple[str, ...]:
        return COLUMNS[FieldKind(self.field.kind)]

    @property
    def names(self) -> dict[str, str]:
        """The attributes that hold an influencer's value, by its columns; they name the field, so that a cursor is of this
        order alone."""
        return {column: f"own_{self.field.pk}_{column}" for column in self.columns}

    def keys(self, *names: str) -> list[str]:
        return [f"-{name}" if self.sort.is_descending else name for name in names]

    def page(
        self, facts: Facts[Influencer], *, cursor: str, size: int, is_strict: bool
    ) -> KeysetPage[Influencer]:
        """A page, as `keyset_page` makes it; the unknown stand last."""

        def valued(rows: Rows) -> Rows:
            value = self._values().filter(influencer=OuterRef("pk"))
            parts = {
                name: Subquery(value.values(column)[:1]) for column, name in self.names.items()
            }
            return facts(rows.annotate(**parts))

        def read(is_backward: bool, start: Sequence[Any], most: int) -> list[Influencer]:
            begins_known = not start or start[0] is not None
            parts = in_reading_order(
                self._known, self._unknown, is_backward=is_backward, begins_known=begins_known
            )
            found: list[Influencer] = []
            for part in parts:
                begin = start if (part == self._known) == begins_known else ()
                found += part(is_backward, begin, most - len(found), valued)
                if len(found) == most:
                    break
            return found

        keys = self.keys(*self.names.values(), "id")
        return page_of(Influencer, keys, read, cursor=cursor, size=size, is_strict=is_strict)

    def _values(self) -> models.QuerySet[CustomValue]:
        first = self.columns[0]
        known = {f"{first}__gt": ""} if first in TEXTS else {f"{first}__isnull": False}
        return CustomValue.objects.filter(field=self.field, **known)

    def _known(
        self, is_backward: bool, start: Sequence[Any], most: int, valued: Facts[Influencer]
    ) -> Rows:
        values = self._values()
        if self.has_few:
            values = values.filter(is_among(self.rows.values("pk"), "influencer"))
        else:
            values = values.filter(probe(self.rows.filter(pk=OuterRef("influencer"))))
        keys = self.keys(*self.columns, "influencer_id")
        first = section_rows(values, keys, start, is_backward, most, None)
        people = valued(Influencer.objects.filter(is_among(first.values("influencer_id"))))
        return people.order_by(*ordered(self.keys(*self.names.values(), "id"), is_backward))

    def _unknown(
        self, is_backward: bool, start: Sequence[Any], most: int, valued: Facts[Influencer]
    ) -> Rows:
        others = self.rows.filter(~probe(self._values().filter(influencer=OuterRef("pk"))))
        return section_rows(
            others, self.keys("id"), start[len(self.columns) :], is_backward, most, valued
        )
