"""Creator consent: the authorize address and the ``/tt_user/…`` token calls.

A creator's tokens are short (access 24 h) and their refresh token ends one year after the consent
whatever is refreshed in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote, urlencode

from . import types
from .ask import Ask
from .reader import Row
from .transport import Client

SUPPOSED_EXPIRES_IN = 3600
SUPPOSED_REFRESH_EXPIRES_IN = 30 * 86_400
"""Seconds, where TikTok does not tell: rather asked for anew too early than found dead."""


class CreatorOAuth:
    """OAuth of a TikTok account holder for the client's app."""

    def __init__(
        self, client: Client, *, authorize_base_url: str = "https://www.tiktok.com"
    ) -> None:
        self._client = client
        self._authorize_base_url = authorize_base_url.rstrip("/")

    def authorize_url(
        self, *, redirect_uri: str, state: str, scopes: Iterable[str], ask_again: bool = False
    ) -> str:
        """The address to send the creator to. ``/v2/auth/authorize``.

        ``redirect_uri`` must be registered with the app; ``state`` comes back unchanged. The creator may
        untick scopes: read what was granted from the `types.Grant`. ``ask_again`` shows the consent page
        also to who agreed before (``disable_auto_auth``).
        """
        query = {
            "client_key": self._client.app_id,
            "scope": ",".join(scopes),
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "state": state,
            **({"disable_auto_auth": "1"} if ask_again else {}),
        }
        return f"{self._authorize_base_url}/v2/auth/authorize?{urlencode(query)}"

    def exchange_code(self, code: str, redirect_uri: str) -> types.Grant:
        """Trade the callback's code (10 minutes, single use) for tokens. POST ``/tt_user/oauth2/token/``.

        The code is URL-decoded once, as TikTok asks. Raises `AuthCodeError` for a code that was used, has
        expired or belongs to another redirect address.
        """
        return self._grant(
            "/tt_user/oauth2/token/",
            grant_type="authorization_code",
            auth_code=unquote(code),
            redirect_uri=redirect_uri,
        )

    def refresh(self, refresh_token: str) -> types.Grant:
        """New access token. POST ``/tt_user/oauth2/refresh_token/``.

        Store the refresh token that comes back: it may be another one. One refresh at a time per creator.
        Raises `RefreshTokenError` when the creator has to consent again.
        """
        return self._grant(
            "/tt_user/oauth2/refresh_token/",
            grant_type="refresh_token",
            refresh_token=refresh_token,
        )

    def token_info(self, access_token: str) -> types.TokenInfo:
        """The owner of the token and its scopes. POST ``/tt_user/token_info/get/``."""
        body = {"app_id": self._client.app_id, "access_token": access_token}
        ask = Ask("POST", "/tt_user/token_info/get/", body=body, is_secret=True)
        return self._client.read(ask, _token_info)

    def revoke(self, access_token: str) -> None:
        """End the creator's consent: access and refresh token die. POST ``/tt_user/oauth2/revoke/``."""
        body = {
            "client_id": self._client.app_id,
            "client_secret": self._client.secret,
            "access_token": access_token,
        }
        self._client.call(Ask("POST", "/tt_user/oauth2/revoke/", body=body))

    def _grant(self, path: str, **fields: str) -> types.Grant:
        body = {
            "client_id": self._client.app_id,
            "client_secret": self._client.secret,
            **fields,
        }
        ask = Ask("POST", path, body=body, idempotent=False, is_secret=True)
        return self._client.read(ask, lambda raw: _grant(raw, fields.get("refresh_token")))


def _grant(raw: Row, refresh_token: str | None) -> types.Grant:
    """The tokens; a refresh that brings no new refresh token leaves the old one in use."""
    scopes, life = raw.words("scope"), raw.limit("refresh_token_expires_in")
    if not scopes:
        raise ValueError("scope is missing")
    return types.Grant(
        access_token=raw.identifier("access_token"),
        refresh_token=raw.optional_id("refresh_token")
        or refresh_token
        or raw.identifier("refresh_token"),
        expires_in=raw.limit("expires_in") or raw.supposed("expires_in", SUPPOSED_EXPIRES_IN),
        refresh_token_expires_in=life
        or raw.supposed("refresh_token_expires_in", SUPPOSED_REFRESH_EXPIRES_IN),
        is_refresh_life_supposed=not life,
        open_id=raw.identifier("open_id"),
        scopes=scopes,
    )


def _token_info(raw: Row) -> types.TokenInfo:
    return types.TokenInfo(raw.identifier("creator_id"), raw.words("scope"))
