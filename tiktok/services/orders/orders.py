"""Orders in one shape, whichever dialect they were made in: what is asked, what was made, what TikTok says of it.

In `tto` an order is one creator in one campaign at TikTok; its id is ours, `<campaign id>/<handle>`, with the handle that
the creator had when it was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from tiktok.client.tto_types import LinkRequest
from tiktok.client.types import CreatedOrder, OrderState, ReportRow, VideoReview

R = TypeVar("R")


@dataclass(frozen=True)
class OrderAsk:
    """The terms that one request offers to every creator.

    `reference` is a reference of ours that TikTok keeps where the dialect allows it, so that a request whose answer was lost
    is found again; creators may see it. `group` is what earlier orders of the request stand under: the campaign code, or
    the campaign's id. `notifies`: TikTok tells the creators; not those whom it may have told before.
    `spark_days`: for how many days they let the brand advertise with what they publish for it; 0: not asked for.
    """

    name: str
    brand_name: str
    description: str
    video_count: int
    reference: str
    group: str = ""
    notifies: bool = True
    spark_days: int = 0


@dataclass(frozen=True)
class LostOrders:
    """The facts known of a request whose answer was lost.

    `since` and `until`: between which moments it was asked. `others`: groups that are known to be other requests'.
    """

    reference: str = ""
    group: str = ""
    name: str = ""
    since: datetime | None = None
    until: datetime | None = None
    others: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PlacedOrders:
    """Orders as they stand at TikTok under one link. `campaign_code` is empty where the dialect knows none."""

    group: str
    invite_link: str
    orders: tuple[CreatedOrder, ...]
    campaign_code: str = ""


@dataclass(frozen=True)
class OrderFacts:
    """All that TikTok says of one order: its videos, their reviews, their numbers, and who was asked to tie which.

    `unclaimed`: videos of which TikTok does not say whose they are, so that they may be this order's.
    """

    state: OrderState
    reviews: tuple[VideoReview, ...] = ()
    rows: tuple[ReportRow, ...] = ()
    links: tuple[LinkRequest, ...] = ()
    unclaimed: tuple[str, ...] = ()

    def row_of(self, video_id: str) -> ReportRow | None:
        return next((row for row in self.rows if row.video_id == video_id), None)


@dataclass(frozen=True)
class KnownOrder:
    """An order as it stands here when TikTok is asked about it.

    `creator_id`: the creator's key; they may have another handle by now. `quiet`: its videos, if there is nothing to learn
    of them yet (each is published and its report fresh); None: whatever TikTok says of it is to be read.
    """

    creator_id: int | None = None
    quiet: frozenset[str] | None = None


class Orders(Protocol):
    """The calls that a dialect must offer for orders. Every call may raise the errors of `tiktok.client`."""

    def place(self, ask: OrderAsk, handles: Sequence[str]) -> PlacedOrders:
        """Create an order for each handle, at most 100; whom TikTok does not accept is missing. Not idempotent."""

    def find(self, lost: LostOrders) -> PlacedOrders | None:
        """The orders of a request whose answer was lost; None when TikTok knows none of it."""

    def read(self, orders: Mapping[str, KnownOrder]) -> dict[str, OrderFacts]:
        """Read these orders at TikTok, by order id. Missing: an order that TikTok does not know, and one for which it
        lists the quiet videos and no others; their reviews and report are not read.
        """
