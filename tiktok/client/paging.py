"""Walks through pages, by number or by cursor, without trusting TikTok's totals."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import count
from typing import Protocol, TypeVar

from .errors import GarbledAnswerError

MOST_PAGES = 10_000
"""A list of more has no end: raises `GarbledAnswerError`."""

P = TypeVar("P")
R = TypeVar("R")


class CursorPage(Protocol):
    """A page that says whether and where the next one begins."""

    @property
    def cursor(self) -> int:
        """The cursor of the next page."""

    @property
    def has_more(self) -> bool:
        """True if there is a next page."""


class ListedPage(Protocol):
    """A page that says how many rows TikTok listed, with those that could not be read."""

    @property
    def listed(self) -> int:
        """Rows as they came."""


C = TypeVar("C", bound=CursorPage)
L = TypeVar("L", bound=ListedPage)


def by_number(fetch: Callable[[int], P], rows: Callable[[P], Sequence[object]]) -> Iterator[P]:
    """Pages 1, 2, 3 … until one is empty or repeats the one before.

    ``total_page`` is not used: documented examples contradict it.
    """
    before = None
    for number in range(1, MOST_PAGES + 1):
        found = list(rows(page := fetch(number)))
        if not found or found == before:
            return
        yield page
        before = found
    raise GarbledAnswerError("pages without an end")


def by_cursor(fetch: Callable[[int], C]) -> Iterator[C]:
    """Pages from the newest on until there are no more or the cursor leads back to where one began."""
    cursor, begun = 0, {0}
    while len(begun) <= MOST_PAGES:
        page = fetch(cursor)
        yield page
        if not page.has_more or page.cursor in begun:
            return
        cursor = page.cursor
        begun.add(cursor)
    raise GarbledAnswerError("pages without an end")


def chunks(items: Sequence[R], size: int) -> Iterator[Sequence[R]]:
    """`items` in pieces of at most `size`: as many as one call takes."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def rows_of_pages(
    fetch: Callable[[int], L],
    rows: Callable[[L], Sequence[R]],
    *,
    size: int,
    key: Callable[[R], Hashable],
    expected: int | None = None,
) -> Iterator[R]:
    """The rows of all pages from 1 on, each (by `key`) once, of a page that names one twice the later.

    A page on which TikTok lists fewer than `size`, that brings nothing new or makes up the `expected` number is the last,
    whatever TikTok says of their number.
    """
    seen = set[Hashable]()
    for number in count(1):
        page = fetch(number)
        fresh = {key(row): row for row in rows(page)}
        fresh = {name: row for name, row in fresh.items() if name not in seen}
        yield from fresh.values()
        seen |= fresh.keys()
        if page.listed < size or not fresh or len(seen) == expected:
            return
