"""Masks the secrets of a call in whatever TikTok answers about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MASK = "***"
_SECRET_FIELDS = frozenset(
    {"secret", "client_secret", "access_token", "refresh_token", "auth_code", "code"}
)


def secrets_of(*sources: Mapping[str, object] | None, token: str | None) -> tuple[str, ...]:
    """The secret values among parameters and body, longest first so that none survives in part."""
    found = {
        str(value)
        for source in sources
        for name, value in (source or {}).items()
        if name in _SECRET_FIELDS and value
    }
    if token:
        found.add(token)
    return tuple(sorted(found, key=len, reverse=True))


def masked(text: str, secrets: Iterable[str], *, limit: int = 500) -> str:
    """``text`` cut to ``limit`` characters with every secret replaced."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text[:limit]
