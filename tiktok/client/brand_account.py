"""Shared parts of the brand-side calls of both dialects: the account, its token, the request, Spark Ads."""

from __future__ import annotations

from typing import ClassVar

from . import answers, types
from .ask import Ask
from .transport import Client


class BrandAccount:
    """A brand's account and its long-lived token. ``account_parameter`` is what the dialect calls the id."""

    account_parameter: ClassVar[str]

    def __init__(self, client: Client, *, account_id: str, access_token: str) -> None:
        self._client = client
        self._token = access_token
        self.account_id = account_id

    def __repr__(self) -> str:
        return f"{type(self).__name__}(account_id={self.account_id!r})"

    def _get(self, path: str, **params: object) -> Ask:
        params = {self.account_parameter: self.account_id, **params}
        return Ask("GET", path, self._token, params, bucket=bucket(path))

    def _post(self, path: str, **body: object) -> Ask:
        body = {self.account_parameter: self.account_id, **body}
        return Ask("POST", path, self._token, body=body, idempotent=False)


class SparkCalls(BrandAccount):
    """Authorization of Spark Ads. TikTok One's account goes by the legacy name of the parameter here."""

    def apply_for_spark_ads(self, video_id: str, *, days: int = 30, extend: bool = False) -> None:
        """Ask the creator to authorize Spark Ads. POST ``/tcm/tt_video/apply/``.

        For branded content linked to an order or a campaign; ``days`` 1–365, but the creator chooses the period.
        ``extend`` adds days to an authorization.
        """
        body = {
            "tcm_account_id": self.account_id,
            "video_id": video_id,
            "authorization_days": days,
            "action": "EXTEND" if extend else None,
        }
        ask = Ask("POST", "/tcm/tt_video/apply/", self._token, body=body, idempotent=False)
        self._client.call(ask)

    def spark_authorization(self, video_id: str) -> types.SparkAuthorization:
        """The outcome of the request, and the code. GET ``/tcm/tt_video/status/``.

        Without a request the status is empty, or TikTok refuses (`NotFoundError`): which, is not documented.
        """
        params = {"tcm_account_id": self.account_id, "video_id": video_id}
        ask = Ask("GET", "/tcm/tt_video/status/", self._token, params)
        return self._client.read(ask, lambda raw: answers.spark_authorization(raw, video_id))


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
