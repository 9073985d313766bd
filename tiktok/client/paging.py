"""Walks through pages, by number or by cursor, without trusting TikTok's totals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from .errors import GarbledAnswerError

MOST_PAGES = 10_000
"""A list of more has no end: raises `GarbledAnswerError`."""

P = TypeVar("P")


class CursorPage(Protocol):
    """A page that says whether and where the next one begins."""

    @property
    def cursor(self) -> int:
        """Where the next page begins."""

    @property
    def has_more(self) -> bool:
        """Whether there is a next page."""


C = TypeVar("C", bound=CursorPage)


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
