"""A brand's consent: the portal's address and the token it gives.

The token lives until it is revoked. A revoked one silently ends the subscriptions made with it.
"""

from __future__ import annotations

from urllib.parse import unquote, urlencode

import msgspec

from .ask import Ask
from .reader import Row
from .transport import Client


class BrandGrant(msgspec.Struct, frozen=True):
    """A brand's consent; ``scopes`` are numbers of permissions."""

    access_token: str
    advertiser_ids: tuple[str, ...]
    scopes: tuple[int, ...]

    def __repr__(self) -> str:
        return f"BrandGrant(scopes={self.scopes!r})"


class BrandAccountInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A TikTok One account. ``timezone`` is an IANA name, ``country`` ISO 3166.

    ``business_verification_status``: NOT_SUBMITTED, UNDER_REVIEW, NOT_PASSED, PASSED, EXPIRED.
    """

    account_id: str
    account_name: str | None = None
    country: str | None = None
    timezone: str | None = None
    business_verification_status: str | None = None


class BrandOAuth:
    """OAuth of a brand's TikTok One account for the client's app."""

    def __init__(self, client: Client, *, authorize_base_url: str | None = None) -> None:
        self._client = client
        self._authorize_base_url = (authorize_base_url or client.base_url).rstrip("/")

    def authorize_url(self, *, redirect_uri: str, state: str) -> str:
        """The address to send an admin of the brand's account to. ``/portal/auth``.

        The callback brings ``auth_code`` and ``state``.
        """
        query = {"app_id": self._client.app_id, "state": state, "redirect_uri": redirect_uri}
        return f"{self._authorize_base_url}/portal/auth?{urlencode(query)}"

    def exchange_code(self, auth_code: str) -> BrandGrant:
        """Trade the callback's code (one hour, single use). POST ``/oauth2/access_token/``.

        Ad accounts are not asked for: with thousands of them the call would time out.
        """
        body = {
            "app_id": self._client.app_id,
            "secret": self._client.secret,
            "auth_code": unquote(auth_code),
            "return_advertiser_ids": False,
        }
        ask = Ask("POST", "/oauth2/access_token/", body=body, idempotent=False, is_secret=True)
        return self._client.read(ask, _grant)

    def account_ids(self, access_token: str) -> tuple[str, ...]:
        """TikTok One accounts the token may act for. GET ``/tto/oauth2/tcm/``."""
        params = {"app_id": self._client.app_id, "secret": self._client.secret}
        ask = Ask("GET", "/tto/oauth2/tcm/", access_token, params)
        return self._client.read(ask, lambda raw: raw.ids("tto_tcm_account_ids"))

    def account(self, access_token: str, account_id: str) -> BrandAccountInfo:
        """Name, country, time zone and verification. GET ``/tto/oauth2/info/``."""
        ask = Ask("GET", "/tto/oauth2/info/", access_token, {"tto_tcm_account_id": account_id})
        return self._client.read(
            ask,
            lambda raw: BrandAccountInfo(
                account_id=raw.optional_id("tto_tcm_account_id") or account_id,
                account_name=raw.text("account_name"),
                country=raw.text("country"),
                timezone=raw.text("timezone"),
                business_verification_status=raw.text("business_verification_status"),
            ),
        )

    def revoke(self, access_token: str) -> None:
        """End the brand's consent. POST ``/oauth2/revoke_token/``.

        Raises `AccessTokenInvalidError` when it had ended before, also when the answer to a first attempt
        was lost: either way it is over.
        """
        body = {
            "app_id": self._client.app_id,
            "secret": self._client.secret,
            "access_token": access_token,
        }
        self._client.call(Ask("POST", "/oauth2/revoke_token/", access_token, body=body))


def _grant(raw: Row) -> BrandGrant:
    return BrandGrant(
        raw.identifier("access_token"),
        raw.ids("advertiser_ids"),
        tuple(sorted(int(word) for word in raw.words("scope") if word.isdigit())),
    )
