"""Masks the secrets of a call in whatever TikTok answers about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

MASK = "***"
_SECRET_FIELDS = frozenset(
    {"secret", "client_secret", "access_token", "refresh_token", "auth_code", "code"}
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


def masked(text: str, secrets: Iterable[str], *, limit: int = 500) -> str:
    """``text`` cut to ``limit`` characters with every secret replaced."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text[:limit]
