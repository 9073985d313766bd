"""Into the order that a link names, and no further: the scope of its organization is opened for this one page.

Whoever holds the link may read the page, so nothing keeps a copy of it and its address goes nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache

from campaigns.queries.order_page import OrderPage, order_page
from campaigns.services.orders.contact.pages import read_link
from tenancy.access import public_page
from tenancy.scope import organization_scope
from tenancy.streams import keep_scope, one_transaction
from ui import languages

View = Callable[..., HttpResponseBase]


class OrderLinkRequest(HttpRequest):
    """A request by a link that works; the organization of its order is in scope, and the creator's language is active."""

    token: str
    page: OrderPage


def order_link(view: View) -> View:
    """A page below `/i/<token>/`. A link that is not ours and one that was revoked get the same answer."""

    @public_page
    @never_cache
    @wraps(view)
    def guarded(request: Any, token: str, **kwargs: Any) -> HttpResponseBase:
        action = "order_page" if request.method in {"GET", "HEAD"} else "order_reply"
        if not ratelimit.consume(request, app="allauth.account", action=action, limit_get=True):
            return private(render(request, "429.html", status=429))
        return private(_answer(view, request, token, **kwargs))

    return guarded


def _answer(view: View, request: Any, token: str, **kwargs: Any) -> HttpResponseBase:
    link = read_link(token)
    if link is None:
        return _not_working(request)
    with organization_scope(link.organization), one_transaction(request):
        page = order_page(link.order_id, link.version)
    if page is None:
        return _not_working(request)
    request.token, request.page = token, page
    own = page.order.account.influencer.language
    language = languages.wanted(request, own)
    with organization_scope(link.organization), translation.override(language):
        with one_transaction(request):
            response = view(request, **kwargs)
        return languages.kept(request, keep_scope(response, one_transaction(request)))


def _not_working(request: HttpRequest) -> HttpResponseBase:
    with translation.override(languages.wanted(request, "")):
        return render(request, "public/orders/not_working.html", status=404)


def private(response: HttpResponseBase) -> HttpResponseBase:
    """The answer with what keeps it to its reader: no copy of it, no address to others, no search engine."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
