"""The keys that seal tokens, as TOKEN_KEYS writes them. Plain Python: the settings read it at start."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable

KEY_BYTES = 32
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,20}")


def read_keys(entries: Iterable[str]) -> dict[str, bytes]:
    """Key id → 32 bytes, in the order given. Raises ValueError, which says what is wrong and shows no key."""
    ring: dict[str, bytes] = {}
    for number, entry in enumerate(entries, 1):
        key_id, _, encoded = entry.strip().partition(":")
        if not KEY_ID.fullmatch(key_id):
            raise ValueError(f"entry {number} does not read NAME:BASE64")
        if key_id in ring:
            raise ValueError(f"two keys are named {key_id}")
        ring[key_id] = _bytes(key_id, encoded)
    if not ring:
        raise ValueError("it is empty, so tokens cannot be stored")
    return ring


def _bytes(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"key {key_id} is not {KEY_BYTES} bytes in base64")
    return key
