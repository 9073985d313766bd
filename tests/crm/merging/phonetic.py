"""The rival of trigrams: names compared by how their words sound (Soundex, over Latin letters)."""

from __future__ import annotations

import re

CODES = {
    letter: code
    for letters, code in (
        ("bfpv", "1"), ("cgjkqsxz", "2"), ("dt", "3"), ("l", "4"), ("mn", "5"), ("r", "6"),
    )
    for letter in letters
}  # fmt: skip
WORDS = re.compile(r"[^\W_]+")


def sound(word: str) -> str:
    """The first letter and the codes of the next three consonants; a word of another script is its own sound."""
    if not word.isascii():
        return word
    coded, last = "", CODES.get(word[0], "")
    for letter in word[1:]:
        code = CODES.get(letter, "")
        if code and code != last:
            coded += code
        if letter not in "hw":
            last = code
    return (word[0] + coded + "000")[:4]


def sounds_alike(first: str, second: str) -> bool:
    """Do the words of two folded names sound alike, in whatever order?"""
    mine, theirs = (sorted(map(sound, WORDS.findall(name))) for name in (first, second))
    return mine == theirs
