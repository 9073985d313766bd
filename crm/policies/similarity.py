"""Predicates over folded names (`crm_folded`): do two of them probably belong to one person?"""

from __future__ import annotations

import re
from functools import lru_cache

# Measured on names of several scripts: docs/merging.md.
SIMILAR_FROM = 0.55
PARTS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=20_000)
def trigrams(folded_name: str) -> frozenset[str]:
    """Every three characters that follow each other in a word; a word begins with two blanks and ends with one."""
    words = (f"  {word} " for word in PARTS.findall(folded_name))
    return frozenset(word[at : at + 3] for word in words for at in range(len(word) - 2))


def likeness(first: str, second: str) -> float:
    """The share of trigrams that two folded names have in common, 0 to 1; the order of their words makes no difference."""
    mine, theirs = trigrams(first), trigrams(second)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def is_similar(first: str, second: str) -> bool:
    """Do two folded names differ by no more than a slip, an accent or the order of their words?"""
    return likeness(first, second) >= SIMILAR_FROM
