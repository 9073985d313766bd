"""Keywords of a campaign in the captions of posts: hashtags (`#loaf`), mentions (`@oakmill`) and phrases, in any script.

Case, accents and width part nobody: `CAFÉ`, `cafe` and `ｃａｆｅ` are one word, and so are `Łódź` and `lodz`. Vowel marks, hamzas and
the long stroke of Arabic and the points of Hebrew are left out as their writers leave them out; marks that make another letter
(が and か, й and и, Thai tones) stay. An apostrophe is one, however a keyboard writes it.

A keyword is found as a whole: where words begin and end by Unicode's rules (UAX #29). Chinese, Japanese, Thai and other
scripts without blanks have no such borders that could be known without a dictionary, so a phrase is found anywhere in them.
An apostrophe parts words (`l'été`), as the same rules offer for French and Italian, and so do the dots of an address; those of
a number do not: `1.5` holds no 5. An emoji is found as a whole, in any skin colour: 👩 is not found in 👩‍🍳. Never for TikTok.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from unicodedata import category, combining, name, normalize

ZWJ = "\u200d"  # joins emoji to one
# What nobody sees, and the choice between a text's and an emoji's look.
UNSEEN = re.compile(
    "[\u00ad\u061c\u0640\u180b-\u180e\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
BLANKS = re.compile("[\\s\u200b]+")
SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
# Accents, by block, but for those of letters that Unicode orders by themselves: й, ў, ї; and the points of Hebrew and Arabic, by class.
ACCENTS = re.compile(
    "(?<![иу])\u0306|(?<!і)\u0308|[\u0300-\u0305\u0307\u0309-\u036f\u0653-\u0655\u1ab0-\u1aff\u1dc0-\u1dff]"
)
POINTS = range(10, 36)
# Letters with a stroke, and one sign or letter in the spellings of several keyboards.
ALIKE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ٱ": "ا", "ك": "ک", "ي": "ی"}
    | dict.fromkeys("\u2018\u2019\u02bc\u05f3", "'")
    | dict.fromkeys("\u2010\u2011", "-")
)  # fmt: skip
# Scripts whose words follow each other without blanks, as the names of their letters begin.
UNPARTED = ("CJK ", "HIRAGANA ", "THAI ", "LAO ", "KHMER ", "MYANMAR ", "IDEOGRAPHIC ", "BOPOMOFO ")
SIGNS = ("#", "@")
NUMBER = re.compile(r"\d[.,]\d")  # is one, whatever stands around its mark


def folded(text: str) -> str:
    """A text as keywords are compared."""
    plain = "".join(map(_plain, UNSEEN.sub("", text)))
    marked = ACCENTS.sub("", normalize("NFD", plain.casefold()))
    bare = "".join(each for each in marked if combining(each) not in POINTS).translate(ALIKE)
    joined = re.sub(f"(?<=\\w){ZWJ}", "", SKIN.sub("", bare))
    return BLANKS.sub(" ", normalize("NFC", joined)).strip()


@cache
def _plain(char: str) -> str:
    """A letter, digit or sign in its usual width and style; a symbol as it is, or `Loaf™` were one word."""
    return char if category(char)[0] == "S" else normalize("NFKD", char)


def matched(keywords: Iterable[str], caption: str) -> list[str]:
    """The keywords that a caption holds, as they are written in the campaign and in its order."""
    text = folded(caption)
    return [keyword for keyword in keywords if _holds(text, _needle(keyword))]


@lru_cache(maxsize=1_000)
def _needle(keyword: str) -> str:
    return folded(keyword)


def _holds(text: str, needle: str) -> bool:
    if not needle.lstrip("#@ "):
        return False
    has_edges = _is_tagged if needle.startswith(SIGNS) else _is_parted
    place = text.find(needle)
    while place >= 0:
        if has_edges(text, place, place + len(needle)):
            return True
        place = text.find(needle, place + 1)
    return False


def _is_tagged(text: str, begin: int, end: int) -> bool:
    """Is this a whole hashtag or handle? Both go on across scripts, handles beyond a dot; of `name@example.com` nothing is."""
    is_handle, before, after = text[begin] == "@", text[:begin][-1:], text[end : end + 2]
    if is_handle and before and _is_word(before):
        return False
    is_dotted = is_handle and after[:1] in {".", "-"} and all(map(_is_word, after[1:] or " "))
    return not (is_dotted or (after and _is_word(after[0])))


def _is_parted(text: str, begin: int, end: int) -> bool:
    return not (_is_within(text, begin) or _is_within(text, end))


def _is_within(text: str, place: int) -> bool:
    """Is this place within a word, or within what is shown as one sign?"""
    if place in {0, len(text)}:
        return False
    before, after = text[place - 1], text[place]
    if _is_flag(before) and _is_flag(after):
        return _flags_before(text, place) % 2 == 1
    if NUMBER.search(text[max(0, place - 2) : place + 2]):
        return True
    return before == ZWJ or _goes_on(after) or (_joins(before) and _joins(after))


@cache
def _is_word(char: str) -> bool:
    """A letter, a mark on one, a digit or an underscore."""
    return category(char)[0] in "LMN" or category(char) == "Pc"


@cache
def _joins(char: str) -> bool:
    """Is it a letter of a script whose words have borders?"""
    return _is_word(char) and not name(char, "").startswith(UNPARTED)


@cache
def _goes_on(char: str) -> bool:
    """Does it belong to whatever stands before it? Marks, and what makes a longer emoji."""
    return category(char)[0] == "M" or char == ZWJ or "\U000e0020" <= char <= "\U000e007f"


def _is_flag(char: str) -> bool:
    """Is it half a flag?"""
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, place: int) -> int:
    count = 0
    while count < place and _is_flag(text[place - 1 - count]):
        count += 1
    return count
