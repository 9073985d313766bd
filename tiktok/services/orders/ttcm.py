"""Orders of the Creator Marketplace: one order at TikTok for each creator, under a campaign code.

Calls of `read`: one a 20 orders, one per order that has videos, one a 100 videos for the numbers; for quiet orders only the
first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter

from tiktok.client import OrderMarketplace, TtcmMarketplace
from tiktok.client.paging import chunks, rows_of_pages
from tiktok.client.types import (
    CreatedOrder,
    OrderPage,
    OrderState,
    ReportPage,
    ReportRow,
    VideoReview,
)
from tiktok.services.gateway import tiktok_call
from tiktok.services.orders.orders import KnownOrder, LostOrders, OrderAsk, OrderFacts, PlacedOrders

_MOST = TtcmMarketplace.capabilities
ORDERS_PER_REPORT, ORDERS_PER_QUERY = _MOST.order_report_batch, _MOST.order_query_batch
ORDERS_PER_PAGE, REPORT_PAGE = _MOST.order_page, _MOST.report_page


def _has_news(state: OrderState, known: KnownOrder) -> bool:
    return not known.quiet or known.quiet != set(state.video_ids)


class TtcmOrders:
    """`Orders` of an account in the `ttcm` dialect."""

    def __init__(self, tiktok: OrderMarketplace) -> None:
        self._tiktok = tiktok

    def place(self, ask: OrderAsk, handles: Sequence[str]) -> PlacedOrders:
        with tiktok_call(creates=True):
            made = self._tiktok.create_orders(
                brand_name=ask.brand_name,
                description=ask.description,
                handles=handles,
                video_count=ask.video_count,
                campaign_code=ask.group or None,
                spark_days=ask.spark_days,
            )
        return PlacedOrders(made.campaign_code, made.invite_link, made.orders, made.campaign_code)

    def find(self, lost: LostOrders) -> PlacedOrders | None:
        """Find orders by campaign code only: the dialect keeps no reference of ours."""
        group = lost.group
        found = list(self._pages(campaign_code=group)) if group else []
        if not found:
            return None
        orders = tuple(CreatedOrder(state.order_id, state.handle) for state in found)
        return PlacedOrders(group, found[0].invite_link, orders, group)

    def read(self, orders: Mapping[str, KnownOrder]) -> dict[str, OrderFacts]:
        states: dict[str, OrderState] = {}
        for chunk in chunks(list(orders), ORDERS_PER_QUERY):
            found = self._pages(order_ids=chunk)
            states |= {state.order_id: state for state in found if state.order_id in chunk}
        states = {key: state for key, state in states.items() if _has_news(state, orders[key])}
        with_videos = [state.order_id for state in states.values() if state.video_ids]
        reviews = {order_id: self._reviews(order_id) for order_id in with_videos}
        rows = self._report(with_videos)
        return {
            order_id: OrderFacts(state, reviews.get(order_id, ()), tuple(rows.get(order_id, ())))
            for order_id, state in states.items()
        }

    def _pages(
        self, *, order_ids: Sequence[str] | None = None, campaign_code: str | None = None
    ) -> Iterator[OrderState]:
        def fetch(number: int) -> OrderPage:
            with tiktok_call():
                return self._tiktok.get_orders(
                    order_ids=order_ids,
                    campaign_code=campaign_code,
                    page=number,
                    page_size=ORDERS_PER_PAGE,
                )

        expected = len(order_ids) if order_ids else None
        by_id = attrgetter("order_id")
        return rows_of_pages(
            fetch, lambda page: page.orders, size=ORDERS_PER_PAGE, key=by_id, expected=expected
        )

    def _reviews(self, order_id: str) -> tuple[VideoReview, ...]:
        with tiktok_call():
            return self._tiktok.video_reviews(order_id)

    def _report(self, order_ids: Sequence[str]) -> dict[str, list[ReportRow]]:
        """Report rows by order id."""
        rows: dict[str, list[ReportRow]] = defaultdict(list)
        for chunk in chunks(order_ids, ORDERS_PER_REPORT):
            fetch, by_ids = partial(self._report_page, chunk), attrgetter("order_id", "video_id")
            for row in rows_of_pages(fetch, lambda page: page.rows, size=REPORT_PAGE, key=by_ids):
                rows[row.order_id].append(row)
        return rows

    def _report_page(self, order_ids: Sequence[str], number: int) -> ReportPage:
        with tiktok_call():
            return self._tiktok.order_report(order_ids, page=number, page_size=REPORT_PAGE)
