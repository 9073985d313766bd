"""The client's address: the one that our own proxies vouch for, never one that a stranger wrote into a header."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddress:
    """Put the client's address in REMOTE_ADDR, whence limits and logs take it.

    A proxy appends to X-Forwarded-For the address that it was called from. Of `TRUSTED_PROXY_COUNT` proxies in a row the
    outermost one's word counts, so whatever stands before it is the client's own invention. The nearest proxy connects
    from this machine or a private network; anybody else's headers are dropped, X-Forwarded-Proto among them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        forwarded = meta.pop("HTTP_X_FORWARDED_FOR", "")
        if settings.TRUSTED_PROXY_COUNT and _is_near(meta.get("REMOTE_ADDR", "")):
            named = forwarded.split(",")[-settings.TRUSTED_PROXY_COUNT :][0]
            meta["REMOTE_ADDR"] = plain_address(named) or meta.get("REMOTE_ADDR", "")
        else:
            meta.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)


def plain_address(text: str) -> str:
    """`[2001:db8::1]:443` → `2001:db8::1`, `::ffff:192.0.2.1` → `192.0.2.1`; empty for what is no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def _is_near(peer: str) -> bool:
    """A proxy at a Unix socket has no address."""
    address = plain_address(peer)
    return not peer or (bool(address) and not ip_address(address).is_global)
