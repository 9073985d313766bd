"""The receipt of a deletion: `/e/<token>/`. Whoever asked holds the link, and may have no account any more.

And the public keys by which anybody can check the receipt of a purge: `/receipt-keys.pem`.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm.models import Receipt
from crm.queries.receipts import receipt_lines
from crm.services.erasure.receipts import receipt_at
from public.links import private
from tenancy.access import public_page
from tiktok.services.legacy.signing import public_keys_as_pem
from ui.languages import in_own_language
from ui.live import Live


@public_page
@never_cache
@require_safe
@in_own_language
def show(request: HttpRequest, token: str) -> HttpResponseBase:
    """How far the deletion is, and its receipt once it is complete."""
    return _answer(request, token, _page)


@public_page
@never_cache
@require_safe
@in_own_language
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """The receipt as a text to keep."""
    return _answer(request, token, _file)


def _answer(
    request: HttpRequest, token: str, answer: Callable[[HttpRequest, str, Receipt], HttpResponse]
) -> HttpResponseBase:
    if not ratelimit.consume(request, app="allauth.account", action="receipt_page", limit_get=True):
        return private(render(request, "429.html", status=429))
    receipt = receipt_at(token)
    if receipt is None:
        return private(render(request, "public/orders/not_working.html", status=404))
    return private(answer(request, token, receipt))


def _page(request: HttpRequest, token: str, receipt: Receipt) -> HttpResponse:
    live = Live.of(receipt.state, receipt.digest, is_under_way=not receipt.is_finished)
    context = {
        "receipt": receipt,
        "lines": receipt_lines(receipt),
        "live": live,
        "token": token,
    }
    return live.answer(request) or render(request, "public/receipts/receipt.html", context)


def _file(request: HttpRequest, token: str, receipt: Receipt) -> HttpResponse:
    text = "\n".join(f"{word}: {said}" for word, said in receipt_lines(receipt))
    answer = HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{receipt.number}.txt"'
    return answer


@public_page
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys of this installation, the one that signs now first."""
    return HttpResponse(public_keys_as_pem(), content_type="text/plain; charset=utf-8")
