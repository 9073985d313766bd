"""Texts as people compare them."""

from __future__ import annotations

from unicodedata import combining, normalize


def bare(text: str) -> str:
    """Lower case, without accents."""
    return "".join(each for each in normalize("NFKD", text).casefold() if not combining(each))
