"""Creators' consents and their tokens."""

from __future__ import annotations

import msgspec


class Grant(msgspec.Struct, frozen=True):
    """A creator's consent: tokens, seconds until each dies, the account and what was really granted.

    ``is_refresh_life_supposed``: TikTok did not say when the refresh token dies.
    """

    access_token: str
    refresh_token: str
    expires_in: int
    refresh_token_expires_in: int
    open_id: str
    scopes: frozenset[str]
    is_refresh_life_supposed: bool = False

    def __repr__(self) -> str:
        return f"Grant(open_id={self.open_id!r}, scopes={sorted(self.scopes)!r})"


class TokenInfo(msgspec.Struct, frozen=True):
    """The owner of a token and what it may do."""

    open_id: str
    scopes: frozenset[str]
