"""Names in sentences: a name keeps its own direction of reading, and the words around it keep theirs."""

from __future__ import annotations

import unicodedata

from django.utils.translation import get_language_bidi

# Characters that steer the direction of all that follows, and those that would end an isolate.
STEERING = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], ""
) | dict.fromkeys([*range(0x0A, 0x0E), *range(0x1C, 0x1F), 0x85, 0x2029], " ")
RIGHT_TO_LEFT = {"R", "AL", "AN"}
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def isolated(text: object) -> str:
    """The text between U+2068 and U+2069, so that it turns nothing round but itself; for HTML, mails and titles alike.

    A text that cannot turn anything round (most can not) stays as it is; between words that read from the right, any can.
    """
    given = str(text)
    if not given:
        return given
    is_apart = get_language_bidi()
    if given.isascii() and given.isprintable() and not is_apart:
        return given
    plain = given.translate(STEERING)
    if (
        plain == given
        and not is_apart
        and not any(unicodedata.bidirectional(c) in RIGHT_TO_LEFT for c in plain)
    ):
        return given
    return f"{FIRST_STRONG_ISOLATE}{plain}{POP_ISOLATE}"


def isolated_lines(text: object) -> str:
    """A text of several lines, each line as a name is: none turns another one round, and they stay apart."""
    return "\n".join(isolated(line) for line in str(text).splitlines())
