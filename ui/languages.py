"""The language of a page that a creator reads: the one they chose on a page, else the one that the team knows, else the
browser's. Their mails come in it, too: in that of the browser in which they first read a page while signed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.template.response import SimpleTemplateResponse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation.trans_real import parse_accept_lang_header

COOKIE, PARAMETER = "language", "lang"
# What a link to the same page in another language takes along; an address may hold a code that is nobody's to repeat.
KEPT = ("next", "account", "way")
STAFF = ("/o/", "/admin/")  # where addresses of their pages begin
A_YEAR = 365 * 24 * 3600  # seconds
View = Callable[..., HttpResponseBase]


def in_own_language(view: View) -> View:
    """A page in its reader's language, which can be switched there; the team's knowledge of it is not asked."""

    @wraps(view)
    def translated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(wanted(request, "")):
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
        return kept(request, response)

    return translated


def in_own_language_beside_staff(view: View) -> View:
    """The same of a page that everybody may meet, such as one that says that there is none: members read it in English."""
    translated = in_own_language(view)

    @wraps(view)
    def chosen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_of_staff = request.path.startswith(STAFF)
        return (view if is_of_staff else translated)(request, *args, **kwargs)

    return chosen


def wanted(request: HttpRequest, own: str) -> str:
    """The code of the language. `own`: the influencer's, as the CRM keeps it. From now on the page offers the others."""
    person = getattr(request, "user", None)
    request.offers_languages = True  # type: ignore[attr-defined]
    asked = (
        request.GET.get(PARAMETER), getattr(person, "language", ""), request.COOKIES.get(COOKIE), own, *_accepted(request),
    )  # fmt: skip
    return _first(asked) or settings.LANGUAGE_CODE


def own_language(request: HttpRequest) -> str:
    """The language that a person has chosen, or that their browser asks for: mails to them are written in it."""
    return wanted(request, "")


def written_in(own: str) -> str:
    """The language of a mail to somebody who speaks this one: it, where there is a catalogue of it, else English."""
    code = _short(own)
    return code if code in settings.PAGE_LANGUAGES else settings.LANGUAGE_CODE


def _accepted(request: HttpRequest) -> list[str]:
    """The languages that the browser asks for, the preferred one first."""
    return [
        code for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    ]


def _first(codes: Iterable[str | None]) -> str:
    return next((code for code in map(_short, codes) if code in settings.PAGE_LANGUAGES), "")


def _short(code: str | None) -> str:
    return (code or "").lower().replace("_", "-").partition("-")[0]


def kept(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Keep the language that was chosen on this page: in this browser, and of whoever is signed in for everywhere. Of a person
    who has chosen none the browser's is kept, too, for their mails."""
    chosen = request.GET.get(PARAMETER)
    person: Any = getattr(request, "user", None)
    is_signed_in = person is not None and person.is_authenticated
    if chosen in settings.PAGE_LANGUAGES:
        if is_signed_in and person.language != chosen:
            person.language = chosen
            person.save(update_fields=["language"])
        response.set_cookie(
            COOKIE, chosen, max_age=A_YEAR, samesite="Lax", httponly=True, secure=settings.HTTPS
        )
    elif is_signed_in:
        _keep_first(request, person)
    return response


def _keep_first(request: HttpRequest, person: Any) -> None:
    if person.language or person.browser_language:
        return
    person.browser_language = _first([request.COOKIES.get(COOKIE), *_accepted(request)])
    if person.browser_language:
        person.save(update_fields=["browser_language"])


def choice(request: HttpRequest) -> list[tuple[str, str, str]]:
    """The other languages of this page: code, own name, and the query that asks for it; none where the page has one only."""
    if not getattr(request, "offers_languages", False):
        return []
    found, query = [], QueryDict(mutable=True)
    for name in KEPT:
        value = request.GET.get(name, "")
        if url_has_allowed_host_and_scheme(value, allowed_hosts=None):
            query[name] = value
    for code, name in settings.PAGE_LANGUAGES.items():
        if code != translation.get_language():
            query[PARAMETER] = code
            found.append((code, name, f"?{query.urlencode()}"))
    return found
