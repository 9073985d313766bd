"""Texts as people compare them."""

from __future__ import annotations

from unicodedata import combining, normalize

# From so many characters on a text is found, and marked, within a word; fewer find its beginning.
PART_LENGTH = 3


def bare(text: str) -> str:
    """Lower case, without accents."""
    return "".join(each for each in normalize("NFKD", text).casefold() if not combining(each))
