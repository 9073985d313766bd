"""Countries and languages by the names that people write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from babel import Locale
from babel.core import get_global
from django.conf import settings

from crm.countries import COUNTRIES
from crm.services.imports.meaning.catalog import comparable

# The languages in which the names of countries and languages are understood; English first, whose names win.
UNDERSTOOD = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "hu", "ro", "tr", "el", "ru", "uk",
    "ar", "he", "ja", "ko", "zh", "zh_Hant", "id", "vi", "th",
)  # fmt: skip
OTHER_NAMES = {
    "US": "usa,us,united states of america,america,u s,u s a,vereinigte staaten von amerika",
    "GB": "uk,u k,great britain,england,scotland,wales,northern ireland",
    "TR": "turkey",
    "CZ": "czech republic",
    "CI": "ivory coast",
    "AE": "uae,emirates",
    "RU": "russian federation",
    "KR": "korea,republic of korea",
    "VN": "viet nam",
    "MK": "macedonia",
    "NL": "holland,the netherlands",
    "HK": "hong kong",
    "MO": "macau,macao",
    "CN": "pr china,mainland china",
    "MM": "burma",
    "SZ": "swaziland",
    "CD": "dr congo",
    "BA": "bosnia",
    "TT": "trinidad",
    "VI": "us virgin islands",
}


def country_code(text: str) -> str:
    """The ISO 3166 code of a country by code or name; empty if it is none. A name whose encoding was confused is mended."""
    if (code := text.upper()) in COUNTRIES:
        return code
    alias = get_global("territory_aliases").get(code, [])
    if len(text) in {2, 3} and len(alias) == 1 and alias[0] in COUNTRIES:
        return str(alias[0])
    return _countries().get(comparable(text)) or _countries().get(comparable(_mended(text)), "")


def _mended(text: str) -> str:
    """UTF-8 that was once read as Windows-1252 (`CÃ´te`)."""
    try:
        return text.encode("cp1252").decode()
    except UnicodeError:
        return ""


def language_code(text: str) -> str:
    """The code of a language of this installation by code or name; empty if it is none."""
    known = dict(settings.LANGUAGES)
    code = text.lower().replace("_", "-")
    if code in known:
        return code
    if re.fullmatch(r"[a-z]{2,3}-[a-z0-9]{2,4}", code) and code.partition("-")[0] in known:
        return code.partition("-")[0]
    return _languages().get(comparable(text), "")


@cache
def _countries() -> dict[str, str]:
    names = {comparable(name): code for code, name in COUNTRIES.items()}
    names |= {name: code for code, others in OTHER_NAMES.items() for name in others.split(",")}
    return names | _without_conflicts(
        (comparable(name), code)
        for locale in map(Locale.parse, UNDERSTOOD)
        for code, name in locale.territories.items()
        if code in COUNTRIES and comparable(name) not in names
    )


@cache
def _languages() -> dict[str, str]:
    codes = {code: code.replace("-", "_").lower() for code, _ in settings.LANGUAGES}
    names = {comparable(str(name)): code for code, name in settings.LANGUAGES}
    return names | _without_conflicts(
        (comparable(name), code)
        for locale in map(Locale.parse, UNDERSTOOD)
        for lower, name in ((key.lower(), name) for key, name in locale.languages.items())
        for code, wanted in codes.items()
        if lower == wanted and comparable(name) not in names
    )


def _without_conflicts(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names that mean the same in all languages."""
    codes: dict[str, set[str]] = {}
    for name, code in pairs:
        codes.setdefault(name, set()).add(code)
    return {name: found.pop() for name, found in codes.items() if len(found) == 1 and name}
