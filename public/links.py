"""Into what a signed link names, and no further: the scope of its organization is opened for this one page.

Whoever holds the link may read the page, so nothing keeps a copy of it and its address goes nowhere. A link that is not ours and
one that was revoked get the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache

from tenancy.access import View, public_page
from tenancy.scope import organization_scope
from tenancy.streams import keep_scope, one_transaction
from tenancy.viewing import READING, is_viewing, refused_to_viewers
from ui import languages


@dataclass(frozen=True)
class Kind:
    """Pages behind links of one kind. `read`: the link that a token says, with its organization; `load`: what it names, if it is
    there; `language`: the creator's own. `name`: the attribute of the request that holds what was loaded, and the limits'.
    """

    name: str
    read: Callable[[str], Any]
    load: Callable[[Any], Any]
    language: Callable[[Any], str]
    limits: tuple[str, str]  # of reading, of writing
    template: str = "public/orders/not_working.html"


def by_link(kind: Kind) -> Callable[[View], View]:
    """A page below a signed link. The scope of its organization is open, and the creator's language is active."""

    def decorate(view: View) -> View:
        @public_page
        @never_cache
        @wraps(view)
        def guarded(request: Any, token: str, **kwargs: Any) -> HttpResponseBase:
            if is_viewing(request) and request.method not in READING:
                return private(refused_to_viewers(request))
            action = kind.limits[request.method not in {"GET", "HEAD"}]
            if not ratelimit.consume(request, app="allauth.account", action=action, limit_get=True):
                return private(too_often(request))
            return private(_answer(kind, view, request, token, kwargs))

        return guarded

    return decorate


def _answer(
    kind: Kind, view: View, request: Any, token: str, kwargs: dict[str, Any]
) -> HttpResponseBase:
    link = kind.read(token)
    if link is None:
        return _not_working(kind, request)
    with organization_scope(link.organization), one_transaction(request):
        found = kind.load(link)
    if found is None:
        return _not_working(kind, request)
    request.token = token
    setattr(request, kind.name, found)
    language = languages.wanted(request, kind.language(found))
    with organization_scope(link.organization), translation.override(language):
        with one_transaction(request):
            response = view(request, **kwargs)
        return languages.kept(request, keep_scope(response, one_transaction(request)))


def too_often(request: HttpRequest) -> HttpResponseBase:
    """The refusal of too many requests, in the language that the reader asks for."""
    with translation.override(languages.wanted(request, "")):
        return render(request, "public/too_often.html", status=429)


def _not_working(kind: Kind, request: HttpRequest) -> HttpResponseBase:
    with translation.override(languages.wanted(request, "")):
        return render(request, kind.template, status=404)


def private(response: HttpResponseBase) -> HttpResponseBase:
    """The answer with what keeps it to its reader: no copy of it, no address to others, no search engine.

    Not `no-referrer`: a browser then sends its forms without an origin, and they are refused as forged.
    """
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response
