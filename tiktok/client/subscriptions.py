"""Subscriptions: whom TikTok tells about linked videos and about its own trouble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from . import wire
from .answers import optional_id, page_of
from .normalize import identifier
from .transport import Ask, Client


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


class _Made(wire.Wire):
    subscription_id: wire.Id


class _Detail(wire.Wire):
    """The account's id is misspelt in one description."""

    tto_tcm_account_id: wire.Id | None = None
    tto_tmc_account_id: wire.Id | None = None
    product_filters: list[str] | None = None


class _Subscription(wire.Wire):
    subscription_id: wire.Id
    subscribe_entity: str | None = None
    callback_url: str | None = None
    subscription_detail: _Detail | None = None


class _Page(wire.Wire):
    subscriptions: list[_Subscription] | None
    page_info: wire.PageInfo | None = None


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
        return self._client.read(Ask("GET", "/subscription/get/", params=params), _Page, _page)

    def unsubscribe(self, subscription_id: str) -> None:
        """End one. POST ``/subscription/unsubscribe/``."""
        body = {**self._credentials(), "subscription_id": subscription_id}
        ask = Ask("POST", "/subscription/unsubscribe/", body=body, idempotent=False)
        self._client.call(ask, wire.Nothing)

    def _subscribe(self, entity: str, callback_url: str, detail: Mapping[str, object]) -> str:
        body = {
            **self._credentials(),
            "subscribe_entity": entity,
            "callback_url": callback_url,
            "subscription_detail": detail,
        }
        ask = Ask("POST", "/subscription/subscribe/", body=body, idempotent=False)
        return self._client.read(ask, _Made, lambda raw: identifier(raw.subscription_id))

    def _credentials(self) -> dict[str, object]:
        return {"app_id": self._client.app_id, "secret": self._client.secret}


def _page(answer: _Page) -> SubscriptionPage:
    subscriptions = tuple(_subscription(raw) for raw in answer.subscriptions or ())
    return SubscriptionPage(subscriptions, *page_of(answer.page_info))


def _subscription(raw: _Subscription) -> Subscription:
    detail = raw.subscription_detail or _Detail()
    return Subscription(
        subscription_id=identifier(raw.subscription_id),
        entity=raw.subscribe_entity or "",
        callback_url=raw.callback_url or None,
        account_id=optional_id(detail.tto_tcm_account_id or detail.tto_tmc_account_id),
        product_filters=tuple(detail.product_filters or ()),
    )
