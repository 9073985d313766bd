"""Pages by key: the last page costs what the first one does, and nothing slips when rows come or go in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core import signing
from django.db import models

from ui.spelling import spelled, unspelled

T = TypeVar("T")
Row = TypeVar("Row")
Shown = TypeVar("Shown")
ModelT = TypeVar("ModelT", bound=models.Model)
# Adds joins and annotations to a queryset.
Facts = Callable[[models.QuerySet[ModelT]], models.QuerySet[ModelT]]
PAGE_SIZE = 50


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """One page in the order of the list. A cursor is None where there is no page that way."""

    rows: list[Row]
    next_cursor: str | None = None
    previous_cursor: str | None = None

    def of(self, shown: Callable[[Row], Shown]) -> KeysetPage[Shown]:
        """The same page of what `shown` makes of each row."""
        return KeysetPage([shown(row) for row in self.rows], self.next_cursor, self.previous_cursor)


def in_pieces(page_at: Callable[[str], KeysetPage[Row]]) -> Iterator[Row]:
    """All rows of a list from its first page on, read in pieces while they are written."""
    cursor: str | None = ""
    while cursor is not None:
        page = page_at(cursor)
        yield from page.rows
        cursor = page.next_cursor


class CursorRefused(ValueError):
    """The cursor was altered, or belongs to another list or order."""


def keyset_page(
    queryset: models.QuerySet[ModelT],
    *keys: str,
    facts: Facts[ModelT] | None = None,
    cursor: str | None = "",
    size: int = PAGE_SIZE,
    is_strict: bool = False,
    has_unknown: bool = False,
) -> KeysetPage[ModelT]:
    """The page of `queryset`, ordered by `keys`, that `cursor` points at.

    `keys` are names of fields of the row, `-` before a descending one; together they are unique (so the last is `id`), and
    they are never NULL, but for the first where `has_unknown` says so: its NULLs stand last, whichever the
    direction. `facts` adds what the page shows beside the row's own columns: joins and annotations are worked out for
    the rows of the page alone, whose ids are found first (`with_facts`). A cursor knows its direction and is signed for
    this list and order: an altered one, one of another list, and one whose rows are gone all show the first page.
    `is_strict`, for machines that follow cursors in a loop: the former raise CursorRefused, the latter is an empty page.
    """

    def read(is_backward: bool, values: Sequence[Any], most: int) -> list[ModelT]:
        found: list[ModelT] = []
        for section in _sections(queryset, keys, values, is_backward, has_unknown):
            found += section_rows(*section, is_backward, most - len(found), facts)
            if len(found) == most:
                break
        return found

    return page_of(queryset.model, keys, read, cursor=cursor, size=size, is_strict=is_strict)


class _NotFull(Exception):
    """The rows that were looked through do not fill a page, and more may follow."""


def near_page(
    queryset: models.QuerySet[ModelT],
    whole: models.QuerySet[ModelT],
    *keys: str,
    within: int,
    facts: Facts[ModelT] | None = None,
    cursor: str | None = "",
    size: int = PAGE_SIZE,
    has_unknown: bool = False,
) -> KeysetPage[ModelT] | None:
    """The page that `keyset_page` makes, if the next `within` rows of the list `whole` fill it, of which `queryset` keeps some, or
    are its last; None otherwise. Costs one query more, and takes as long however long the list is."""

    def read(is_backward: bool, values: Sequence[Any], most: int) -> Sequence[ModelT]:
        kept, of_kept, start = _sections(queryset, keys, values, is_backward, has_unknown)[0]
        every, _, _ = _sections(whole, keys, values, is_backward, has_unknown)[0]
        ahead = section_rows(every, of_kept, start, is_backward, within + 1, None)
        ends = list(ahead[within : within + 1].values_list(*map(_name, of_kept)))
        for end in ends:
            kept = _beyond(kept, of_kept, end, not is_backward)
        found = list(section_rows(kept, of_kept, start, is_backward, most, facts))
        if len(found) < most and (ends or has_unknown):
            raise _NotFull
        return found

    try:
        return page_of(queryset.model, keys, read, cursor=cursor, size=size)
    except _NotFull:
        return None


def page_of(
    model: type[ModelT],
    keys: Sequence[str],
    read: Callable[[bool, Sequence[Any], int], Sequence[ModelT]],
    *,
    cursor: str | None = "",
    size: int = PAGE_SIZE,
    is_strict: bool = False,
) -> KeysetPage[ModelT]:
    """As `keyset_page`, of what `read` brings: rows, at most so many, backwards or not, beyond these values of the keys."""
    salt = "|".join((model._meta.label, *keys))
    start = _read(cursor, salt)
    if cursor and not start and is_strict:
        raise CursorRefused("This is not a cursor of this list.")
    is_backward, values = start or (False, ())
    found = read(is_backward, values, size + 1)
    if start and not found:
        return KeysetPage([]) if is_strict else page_of(model, keys, read, size=size)
    has_more, rows = len(found) > size, list(found[:size])
    if is_backward:
        rows.reverse()
    has_previous, has_next = (has_more, True) if is_backward else (start is not None, has_more)
    return KeysetPage(
        rows,
        next_cursor=_write(rows[-1], keys, salt, is_backward=False) if has_next else None,
        previous_cursor=_write(rows[0], keys, salt, is_backward=True) if has_previous else None,
    )


def section_rows(
    section: models.QuerySet[ModelT],
    keys: Sequence[str],
    values: Sequence[Any],
    is_backward: bool,
    size: int,
    facts: Facts[ModelT] | None,
) -> models.QuerySet[ModelT]:
    """The first rows of the section beyond these values of its keys in reading direction, each with its facts."""
    order = ordered(keys, is_backward)
    first = _beyond(section, keys, values, is_backward).order_by(*order)[:size]
    return with_facts(first, facts).order_by(*order) if facts else first


def with_facts(rows: models.QuerySet[ModelT], facts: Facts[ModelT]) -> models.QuerySet[ModelT]:
    """The same rows, in no order, with facts; in one query, whose first step finds the ids by their index.

    Under row-level security PostgreSQL does not know which organization it plans for. It takes each table that is joined
    for a tenth of what it is, expects next to nothing, and joins and sorts all rows before it takes the first fifty.
    """
    return facts(rows.model._default_manager.filter(is_among(rows.values("pk"))))


def is_among(ids: models.QuerySet[Any, Any], path: str = "pk") -> models.Func:
    """Condition: the id at this path stands in an array, which is made first."""
    return models.Func(
        models.F(path),
        ArraySubquery(ids),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=models.BooleanField(),
    )


def is_one_of(path: str, ids: list[int]) -> models.Func:
    """Condition: the id at this path is one of these, which the database is given as one value."""
    return models.Func(
        models.F(path),
        models.Value(ids, ArrayField(models.BigIntegerField())),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=models.BooleanField(),
    )


def _sections(
    queryset: models.QuerySet[ModelT],
    keys: Sequence[str],
    values: Sequence[Any],
    is_backward: bool,
    has_unknown: bool,
) -> list[tuple[models.QuerySet[ModelT], Sequence[str], Sequence[Any]]]:
    """The parts of the list from the cursor on in reading direction, each with its keys and where it begins: what is
    known by the first key, then what is not. An index serves each of them, but no order over both at once."""
    if not has_unknown:
        return [(queryset, keys, values)]
    is_null = f"{_name(keys[0])}__isnull"
    known, unknown = queryset.filter(**{is_null: False}), queryset.filter(**{is_null: True})
    begins_known = not values or values[0] is not None
    in_known = (known, keys, values if begins_known else ())
    in_unknown = (unknown, keys[1:], () if begins_known else values[1:])
    return in_reading_order(
        in_known, in_unknown, is_backward=is_backward, begins_known=begins_known
    )


def in_reading_order(known: T, unknown: T, *, is_backward: bool, begins_known: bool) -> list[T]:
    """The parts of a list that are still to be read, where the unknown stand last and reading begins in one of them."""
    if is_backward:
        return [known] if begins_known else [unknown, known]
    return [known, unknown] if begins_known else [unknown]


def ordered(keys: Sequence[str], is_backward: bool) -> list[str]:
    """The keys as `order_by` takes them, in reading direction."""
    return [_name(key) if is_backward == key.startswith("-") else f"-{_name(key)}" for key in keys]


def _name(key: str) -> str:
    return key.removeprefix("-")


def _beyond(
    queryset: models.QuerySet[ModelT], keys: Sequence[str], values: Sequence[Any], is_backward: bool
) -> models.QuerySet[ModelT]:
    """Rows after the cursor in reading direction; the first key's plain bound is where an index starts."""
    if not values:
        return queryset
    beyond, equal = models.Q(), models.Q()
    sides = ["gt" if is_backward == key.startswith("-") else "lt" for key in keys]
    for key, side, value in zip(keys, sides, values, strict=True):
        beyond |= equal & models.Q((f"{_name(key)}__{side}", value))
        equal &= models.Q((_name(key), value))
    return queryset.filter(models.Q((f"{_name(keys[0])}__{sides[0]}e", values[0])) & beyond)


def _write(row: models.Model, keys: Sequence[str], salt: str, *, is_backward: bool) -> str:
    values = [spelled(getattr(row, _name(key))) for key in keys]
    return signing.dumps([is_backward, *values], salt=salt)


def _read(cursor: str | None, salt: str) -> tuple[bool, list[Any]] | None:
    if not cursor:
        return None
    try:
        is_backward, *values = signing.loads(cursor, salt=salt)
    except signing.BadSignature:
        return None
    return is_backward, [unspelled(value) for value in values]
