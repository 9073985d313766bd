"""What every brand-side call of TikTok One shares: the account, its token, the request."""

from __future__ import annotations

from .transport import Ask, Client


class BrandAccount:
    """A TikTok One account and the brand's long-lived token. No call of its own."""

    def __init__(self, client: Client, *, account_id: str, access_token: str) -> None:
        self._client = client
        self._token = access_token
        self.account_id = account_id

    def __repr__(self) -> str:
        return f"{type(self).__name__}(account_id={self.account_id!r})"

    def _get(self, path: str, **params: object) -> Ask:
        params = {"tto_tcm_account_id": self.account_id, **params}
        return Ask("GET", path, self._token, params, bucket=bucket(path))

    def _post(self, path: str, **body: object) -> Ask:
        body = {"tto_tcm_account_id": self.account_id, **body}
        return Ask("POST", path, self._token, body=body, idempotent=False)


OWN_LIMITS = frozenset(
    {
        "/tto/creator/authorized/",
        "/tto/creator/authorized/video/list/",
        "/tto/tcm/creator/public/",
        "/tto/tcm/creator/public/video/list/",
        "/tto/tcm/rank/",
        "/tto/tcm/creator/discover/",
    }
)
"""Paths with a request limit of their own, on top of the app's. Its numbers are not published."""


def bucket(path: str) -> str:
    """Name of the request budget a path is charged to: its own, or the app's."""
    return path if path in OWN_LIMITS else "app"
