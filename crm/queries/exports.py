"""Exports of influencers: who is in them, and what each line says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from django.db import models

from crm.errors import SelectionGone
from crm.models import Influencer
from crm.policies.columns import CellKind, Column, by_key, chosen
from crm.queries.cells import MANY, Cell, Read, cell_reader, missing_because
from crm.queries.columns import custom_columns
from crm.queries.fields import Asker
from crm.queries.filters import read_address
from crm.queries.influencers import SORTS, InfluencerRow, page_of, selected
from crm.queries.own_sorting import OwnOrder, own_sort

ROWS_AT_ONCE = 2_000
HANDLE = "handle"


@dataclass(frozen=True)
class Wish:
    """An export as a person asks for it: who, by the address of the list or by ids, and what of them.

    `columns`: keys, in their order; `is_whole`: all columns, with the id, and why numbers are missing.
    """

    filters: tuple[str, ...] = ()
    search: str = ""
    sort: str = "name"
    ids: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    is_whole: bool = False
    format: str = "csv"

    @property
    def params(self) -> dict[str, Any]:
        """The wish as the JSON of a job."""
        return asdict(self)

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Wish:
        values: dict[str, Any] = {
            name: tuple(params[name]) if isinstance(params[name], list) else params[name]
            for name in cls.__dataclass_fields__
        }
        return cls(**values)


@dataclass(frozen=True)
class Sheet:
    """The columns of an export behind name and handle."""

    columns: Sequence[Column]
    is_whole: bool

    @property
    def head(self) -> list[str]:
        labels = ["Name", "TikTok handle", *(column.label for column in self.columns)]
        return ["ID", *labels, "Missing numbers"] if self.is_whole else labels

    @property
    def percents(self) -> frozenset[int]:
        """The places of fractions in a line."""
        first = 3 if self.is_whole else 2
        return frozenset(
            first + place
            for place, column in enumerate(self.columns)
            if column.kind == CellKind.PERCENT
        )

    @cached_property
    def readers(self) -> list[Read]:
        return [cell_reader(column) for column in self.columns]

    def line(self, row: InfluencerRow) -> list[Cell]:
        handles = MANY.join([view.account.handle for view in row.accounts])
        values = [read(row) for read in self.readers]
        if not self.is_whole:
            return [row.influencer.name, handles, *values]
        return [row.influencer.pk, row.influencer.name, handles, *values, missing_because(row)]


def sheet_of(wish: Wish, *, sees_money: bool) -> Sheet:
    """The columns that the wish asks for and its person may see."""
    known = by_key(custom_columns(), sees_money=sees_money)
    columns = [*known.values()] if wish.is_whole else chosen(wish.columns, known)
    return Sheet([column for column in columns if column.key != HANDLE], wish.is_whole)


@dataclass(frozen=True)
class Wished:
    """The influencers of an export, in no order, and how they are sorted: by a built-in order, or by an own field."""

    rows: models.QuerySet[Influencer]
    sort: str | OwnOrder
    is_everybody: bool = False


def wished_rows(wish: Wish, asker: Asker, *, sees_money: bool) -> Wished:
    """The influencers that the wish names, those in scope alone: of a selection exactly these, whatever the list showed beside
    them. An order that is not there any more is that by name.

    Raises SelectionGone where a filter names something that is not there any more.
    """
    if wish.ids:
        rows, has_few, is_everybody = Influencer.objects.filter(pk__in=wish.ids), True, False
    else:
        reading = read_address(wish.filters, sees_money=sees_money)
        if reading.filters.problems:
            raise SelectionGone
        rows, has_few = selected(search=wish.search, reading=reading, asker=asker)
        is_everybody = not (wish.search or reading.filters.clauses)
    if sort := own_sort(wish.sort, sees_money=sees_money):
        return Wished(rows, OwnOrder(rows, sort, has_few))
    return Wished(rows, wish.sort if wish.sort in SORTS else "name", is_everybody)


@dataclass(frozen=True)
class Stretch:
    """Some lines of an export, one behind the other, and the cursor of those that follow; None at the end."""

    lines: list[list[Cell]]
    following: str | None


def stretch_of(wished: Wished, sheet: Sheet, *, released: bool, cursor: str) -> Stretch:
    """The next lines from the cursor on. Raises CursorRefused where the order is another than that which the cursor is of."""
    page = page_of(
        wished.rows,
        sheet.columns,
        released=released,
        sort=wished.sort,
        is_everybody=wished.is_everybody,
        cursor=cursor,
        size=ROWS_AT_ONCE,
        is_strict=True,
    )
    return Stretch([sheet.line(row) for row in page.rows], page.next_cursor)


def all_lines(wished: Wished, sheet: Sheet, *, released: bool) -> Iterator[list[Cell]]:
    """All lines, read in pieces while they are written."""
    cursor: str | None = ""
    while cursor is not None:
        stretch = stretch_of(wished, sheet, released=released, cursor=cursor)
        yield from stretch.lines
        cursor = stretch.following
