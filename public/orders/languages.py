"""The language of a page that a creator reads: chosen on the page, else the one that the team knows, else the browser's."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

COOKIE, PARAMETER = "language", "lang"
A_YEAR = 365 * 24 * 3600  # seconds


def wanted(request: HttpRequest, own: str) -> str:
    """The code of the language. `own`: the influencer's, as the CRM keeps it."""
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    asked = (
        request.GET.get(PARAMETER), request.COOKIES.get(COOKIE), own, *(code for code, _ in accepted),
        settings.LANGUAGE_CODE,
    )  # fmt: skip
    codes = ((code or "").lower().replace("_", "-").partition("-")[0] for code in asked)
    return next(code for code in codes if code in settings.PAGE_LANGUAGES)


def kept(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Keep the language that was chosen on this page for the next one."""
    chosen = request.GET.get(PARAMETER)
    if chosen in settings.PAGE_LANGUAGES:
        response.set_cookie(
            COOKIE, chosen, max_age=A_YEAR, path="/i/", samesite="Lax", httponly=True,
            secure=settings.HTTPS,
        )  # fmt: skip
    return response


def choice() -> list[tuple[str, str]]:
    """The other languages there are: code, and own name."""
    return [
        each for each in settings.PAGE_LANGUAGES.items() if each[0] != translation.get_language()
    ]
