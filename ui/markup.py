"""HTML in Python: what `django.utils.html.format_html` does, without what it does for texts that are translated later."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils.safestring import SafeString


def escaped(value: Any) -> SafeString:
    """The value as HTML: a safe string as it is, all else as text."""
    if type(value) is SafeString:
        return value
    if type(value) is str:
        return SafeString(escape(value))
    return SafeString(value.__html__() if hasattr(value, "__html__") else escape(str(value)))


def markup(pattern: str, /, *values: Any, **named: Any) -> SafeString:
    """The pattern of `str.format`, filled with escaped values. A list calls this hundreds of times."""
    if not named:
        return SafeString(pattern.format(*map(escaped, values)))
    texts = {name: escaped(value) for name, value in named.items()}
    return SafeString(pattern.format(*map(escaped, values), **texts))


def breaking(text: str) -> SafeString:
    """The escaped text, which may break before the @ of an e-mail address sooner than within a word."""
    head, sign, rest = text.rpartition("@")
    return SafeString(f"{escape(head)}<wbr>@{escape(rest)}") if head and sign else escaped(text)


def joined(separator: str, parts: Iterable[Any]) -> SafeString:
    """The escaped parts with a separator, which is HTML, between them."""
    return SafeString(separator.join(map(escaped, parts)))
