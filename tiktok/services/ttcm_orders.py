"""Orders of the Creator Marketplace: one order at TikTok for each creator, under a campaign code.

Calls of `read`: one a 20 orders, one per order that has videos, one a 100 videos for the numbers; for quiet orders only the
first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tiktok.client import OrderMarketplace
from tiktok.client.types import CreatedOrder, OrderState, ReportRow, VideoReview
from tiktok.services.gateway import tiktok_call
from tiktok.services.order_facts import KnownOrder, OrderAsk, OrderFacts, PlacedOrders, chunks

ORDERS_PER_REPORT, ORDERS_PER_QUERY, ORDERS_PER_PAGE, REPORT_PAGE = 100, 200, 20, 100


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
            )
        return PlacedOrders(made.campaign_code, made.invite_link, made.orders, made.campaign_code)

    def find(self, *, mark: str, group: str) -> PlacedOrders | None:
        """By campaign code only: the dialect keeps no mark."""
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
        """All pages; a page that brings nothing new ends them, whatever TikTok says of their number."""
        seen, page_number = set[str](), 0
        while True:
            page_number += 1
            with tiktok_call():
                page = self._tiktok.get_orders(
                    order_ids=order_ids,
                    campaign_code=campaign_code,
                    page=page_number,
                    page_size=ORDERS_PER_PAGE,
                )
            fresh = [order for order in page.orders if order.order_id not in seen]
            yield from fresh
            seen |= {order.order_id for order in fresh}
            if len(page.orders) < ORDERS_PER_PAGE or not fresh or len(seen) == len(order_ids or ()):
                return

    def _reviews(self, order_id: str) -> tuple[VideoReview, ...]:
        with tiktok_call():
            return self._tiktok.video_reviews(order_id)

    def _report(self, order_ids: Sequence[str]) -> dict[str, list[ReportRow]]:
        """Report rows by order id."""
        rows = dict[str, list[ReportRow]]()
        for chunk in chunks(order_ids, ORDERS_PER_REPORT):
            page_number, is_last, seen = 0, False, set[tuple[str, str]]()
            while not is_last:
                page_number += 1
                with tiktok_call():
                    page = self._tiktok.order_report(chunk, page=page_number, page_size=REPORT_PAGE)
                fresh = [row for row in page.rows if (row.order_id, row.video_id) not in seen]
                for row in fresh:
                    rows.setdefault(row.order_id, []).append(row)
                seen |= {(row.order_id, row.video_id) for row in fresh}
                is_last = len(page.rows) < REPORT_PAGE or not fresh
        return rows
