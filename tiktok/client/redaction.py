"""Masks the secrets of a call in whatever TikTok answers about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

MASK = "***"
_SECRET_FIELDS = frozenset(
    {"secret", "client_secret", "access_token", "refresh_token", "auth_code", "code", "video_url"}
)


def secrets_of(*sources: Mapping[str, object] | None, token: str | None) -> tuple[str, ...]:
    """The secret values among parameters and body, longest first so that none survives in part.

    Each also as an address would spell it, should TikTok quote the request.
    """
    found = {value for source in sources for value in _secrets_in(source or {})}
    if token:
        found.add(token)
    found |= {quote(value, safe="") for value in found}
    return tuple(sorted(found, key=len, reverse=True))


def _secrets_in(values: Mapping[str, object]) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _secrets_in(value)
        elif name in _SECRET_FIELDS and value:
            yield str(value)


# Of an answer: what opens a door for whoever reads it.
_SECRET_ANSWERS = _SECRET_FIELDS | {"authorization_code", "open_id"}
LONGEST_SHOWN = 200


def shown(value: Any, *, name: str = "") -> str:
    """TikTok's answer as JSON for a log: shortened, and without tokens and codes."""
    text = msgspec.json.encode(_without_secrets(value, name), enc_hook=str).decode(errors="replace")
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _without_secrets(value: Any, name: str) -> Any:
    if name in _SECRET_ANSWERS:
        return MASK
    if isinstance(value, Mapping):
        return {key: _without_secrets(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_secrets(each, name) for each in value[:LONGEST_SHOWN]]
    return value


def masked(text: str, secrets: Iterable[str], *, limit: int = 500) -> str:
    """``text`` cut to ``limit`` characters with every secret replaced."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text[:limit]
