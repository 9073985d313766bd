"""Texts as people compare them."""

from __future__ import annotations

from collections.abc import Mapping
from unicodedata import combining, normalize

# From so many characters on a text is found, and marked, within a word; fewer find its beginning.
PART_LENGTH = 3


def bare(text: str) -> str:
    """Lower case, without accents."""
    return "".join(each for each in normalize("NFKD", text).casefold() if not combining(each))


def by_name(names: Mapping[str, str]) -> dict[str, str]:
    """Codes with their names in the order of the names, where people look for them: case and accents part nobody."""
    return dict(sorted(names.items(), key=lambda named: bare(named[1])))
