"""Orders at TikTok: making them, finding them again, reading their videos, reviews and numbers, and keeping the numbers.

Knows orders by TikTok's ids only; what an order means to a campaign is the campaigns' business. The dialect of the account
they were made through decides how TikTok is asked (`ttcm_orders`, `tto_orders`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from tiktok.client import CampaignMarketplace, OrderMarketplace, TtcmMarketplace
from tiktok.client.tto_types import LinkRequest
from tiktok.errors import NoMarketplaceAccount, NotOffered
from tiktok.models import MarketplaceAccount
from tiktok.queries import marketplace_account
from tiktok.services.gateway import marketplace
from tiktok.services.orders.orders import (
    KnownOrder,
    LostOrders,
    OrderAsk,
    OrderFacts,
    Orders,
    PlacedOrders,
)
from tiktok.services.orders.ttcm import TtcmOrders
from tiktok.services.orders.tto import TtoOrders
from tiktok.services.orders.tto_facts import campaign_of

ORDERS_PER_CALL = TtcmMarketplace.capabilities.order_batch  # of either dialect


def place_orders(
    account: MarketplaceAccount | None, ask: OrderAsk, handles: Sequence[str]
) -> PlacedOrders:
    """Create one order per handle, at most 100. Raises OutcomeUnknown when it may have happened unseen."""
    return _orders(account).place(ask, handles)


def find_orders(account: MarketplaceAccount | None, lost: LostOrders) -> PlacedOrders | None:
    """The orders of a request whose answer was lost, by what they stand under, by our reference, or by name and time.

    None: TikTok knows none. Orders without names of creators: TikTok does not say for whom they were made.
    """
    return _orders(account).find(lost)


def read_orders(
    account: MarketplaceAccount | None, orders: Mapping[str, KnownOrder]
) -> dict[str, OrderFacts]:
    """Read these orders of one account at TikTok, by order id: see `Orders.read`."""
    return _orders(account).read(orders)


def _orders(account: MarketplaceAccount | None) -> Orders:
    account = _or_in_use(account)
    tiktok = marketplace(account)
    if tiktok.capabilities.has_orders:
        return TtcmOrders(cast(OrderMarketplace, tiktok))
    return TtoOrders(cast(CampaignMarketplace, tiktok), account)


def _or_in_use(account: MarketplaceAccount | None) -> MarketplaceAccount:
    account = account or marketplace_account()
    if account is None:
        raise NoMarketplaceAccount
    return account


def ask_to_tie(account: MarketplaceAccount | None, order_id: str, video_id: str) -> LinkRequest:
    """Ask the creator to tie a public video to the order, unless they have been asked. Raises NotOffered."""
    links, campaign_id = _links(account), campaign_of(order_id)
    return links.pending_link(campaign_id, video_id) or links.send_link(campaign_id, video_id)


def remind_to_tie(account: MarketplaceAccount | None, order_id: str, video_id: str) -> LinkRequest:
    """Ask again: TikTok allows it twice, each 24 hours after the last time, and refuses otherwise."""
    return _links(account).send_link(campaign_of(order_id), video_id)


def stop_asking_to_tie(
    account: MarketplaceAccount | None, order_id: str, video_id: str
) -> LinkRequest | None:
    """Take a pending request back; None when it is not pending any more."""
    links, campaign_id = _links(account), campaign_of(order_id)
    if links.pending_link(campaign_id, video_id) is None:
        return None
    return links.take_back_link(campaign_id, video_id)


def _links(account: MarketplaceAccount | None) -> TtoOrders:
    account = _or_in_use(account)
    tiktok = marketplace(account)
    if not tiktok.capabilities.has_link_requests:
        raise NotOffered("The creator ties a published video by the campaign code, in TikTok.")
    return TtoOrders(cast(CampaignMarketplace, tiktok), account)
