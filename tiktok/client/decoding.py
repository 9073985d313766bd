"""JSON as TikTok writes it, and lists and objects that it writes into a text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

# Escapes that no database keeps: NUL, and half of a surrogate pair. A backslash that is escaped itself starts none.
_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<nul>\\u0000)|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def decoded(body: bytes) -> Any:
    """JSON as TikTok writes it, odd characters, byte order mark and ``NaN`` included. Raises ValueError."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    if b"\\u" in body:
        body = _ESCAPES.sub(_kept, body)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = body.decode(errors="replace").replace("\0", "")
        return json.loads(text, strict=False, parse_constant=str)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _kept(escape: re.Match[bytes]) -> bytes:
    if escape["nul"]:
        return b""
    return b"\\ufffd" if escape["half"] else escape[0]


def unpacked(value: Any) -> Any:
    """A list or an object, also from within a text."""
    if isinstance(value, str):
        value = decoded(value.encode()) if value.strip()[:1] in ("[", "{") else value
    if isinstance(value, str) or not isinstance(value, Sequence | Mapping):
        raise ValueError("not a list or an object")
    return value


def listed(value: Any) -> Sequence[Any]:
    """The items of a list; an empty object stands for an empty one."""
    items = unpacked(value)
    if isinstance(items, Mapping):
        if items:
            raise ValueError("not a list")
        return ()
    return items
