"""Primary keys in what a browser sends: read, or left out where they can be none."""

from __future__ import annotations

from collections.abc import Iterable

DIGITS = 18  # of the longest that PostgreSQL's bigint holds for certain


def key_in(text: str) -> int | None:
    """The key that this text is; None if it is none."""
    is_key = text.isascii() and text.isdigit() and len(text) <= DIGITS
    return int(text) if is_key else None


def keys_in(texts: Iterable[str]) -> list[int]:
    """The keys among these texts, each of which may hold several with commas between them; each once, in their order."""
    keys = (key_in(part) for text in texts for part in text.split(","))
    return list(dict.fromkeys(key for key in keys if key is not None))
