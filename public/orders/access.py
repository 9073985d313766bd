"""The link to an order's page."""

from __future__ import annotations

from django.http import HttpRequest

from campaigns.queries.order_page import OrderPage, order_page
from campaigns.services.orders.contact.pages import read_link
from public.links import Kind, by_link
from tenancy.services.links import SignedLink


class OrderLinkRequest(HttpRequest):
    """A request by a link that works; the organization of its order is in scope, and the creator's language is active."""

    token: str
    page: OrderPage


def _page(link: SignedLink) -> OrderPage | None:
    return order_page(link.row_id, link.version)


def _language(page: OrderPage) -> str:
    return page.order.account.influencer.reads_in


order_link = by_link(Kind("page", read_link, _page, _language, ("order_page", "order_reply")))
