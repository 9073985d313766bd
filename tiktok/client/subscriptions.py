"""Subscriptions: whom TikTok tells about linked videos and about its own trouble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from .answers import page_of
from .ask import Ask
from .reader import Row
from .transport import Client


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A standing order for events. ``entity``: TCM_VIDEOS, API_SERVICE_STATUS, …"""

    subscription_id: str
    entity: str
    callback_url: str | None = None
    account_id: str | None = None
    product_filters: tuple[str, ...] = ()


class SubscriptionPage(msgspec.Struct, frozen=True):
    """One page of the app's subscriptions."""

    subscriptions: tuple[Subscription, ...]
    page: int
    total_pages: int


class Subscriptions:
    """The app's subscriptions. Deliveries are read and verified by `webhooks`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def subscribe_to_videos(self, callback_url: str, *, account_id: str, access_token: str) -> str:
        """Be told of videos linked to the account's campaigns; the id. ``TCM_VIDEOS``.

        POST ``/subscription/subscribe/``. Ends silently when ``access_token`` is revoked. Not repeated
        after an unknown outcome: look at `page` first.
        """
        detail = {"access_token": access_token, "tto_tcm_account_id": account_id}
        return self._subscribe("TCM_VIDEOS", callback_url, detail)

    def subscribe_to_service_status(
        self, callback_url: str, *, access_token: str, products: Sequence[str] = ("TIKTOK_ONE_API",)
    ) -> str:
        """Be told of TikTok's incidents; the id. POST ``/subscription/subscribe/`` ``API_SERVICE_STATUS``."""
        detail = {"access_token": access_token, "product_filters": list(products)}
        return self._subscribe("API_SERVICE_STATUS", callback_url, detail)

    def page(
        self, *, entity: str | None = None, page: int = 1, page_size: int = 100
    ) -> SubscriptionPage:
        """The app's subscriptions. GET ``/subscription/get/``. ``page_size`` 1–1000."""
        params = {
            **self._credentials(),
            "subscribe_entity": entity,
            "page": page,
            "page_size": page_size,
        }
        return self._client.read(Ask("GET", "/subscription/get/", params=params), _page)

    def unsubscribe(self, subscription_id: str) -> None:
        """End one. POST ``/subscription/unsubscribe/``."""
        body = {**self._credentials(), "subscription_id": subscription_id}
        ask = Ask("POST", "/subscription/unsubscribe/", body=body, idempotent=False)
        self._client.call(ask)

    def _subscribe(self, entity: str, callback_url: str, detail: Mapping[str, object]) -> str:
        body = {
            **self._credentials(),
            "subscribe_entity": entity,
            "callback_url": callback_url,
            "subscription_detail": detail,
        }
        ask = Ask("POST", "/subscription/subscribe/", body=body, idempotent=False)
        return self._client.read(ask, lambda raw: raw.identifier("subscription_id"))

    def _credentials(self) -> dict[str, object]:
        return {"app_id": self._client.app_id, "secret": self._client.secret}


def _page(answer: Row) -> SubscriptionPage:
    return SubscriptionPage(answer.rows("subscriptions", _subscription), *page_of(answer))


def _subscription(raw: Row) -> Subscription:
    """The account's id is misspelt in one description."""
    detail = raw.row("subscription_detail")
    return Subscription(
        subscription_id=raw.identifier("subscription_id"),
        entity=raw.text("subscribe_entity") or "",
        callback_url=raw.text("callback_url"),
        account_id=detail.optional_id("tto_tcm_account_id", "tto_tmc_account_id"),
        product_filters=detail.texts("product_filters"),
    )
