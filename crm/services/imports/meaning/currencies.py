"""Currencies by the codes and signs that people write beside amounts and in headers.

A sign may belong to several currencies, so a text names a set of them. The cell and its header have to agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, reduce

from babel.numbers import list_currencies

Currencies = frozenset[str]
DOLLARS = "USD,CAD,AUD,NZD,HKD,TWD,SGD,MXN,ARS,CLP,COP,UYU,DOP,JMD,TTD,FJD,BSD,BBD,BZD,BMD,KYD,XCD,NAD,LRD,GYD,SRD"
SIGNS = {
    sign: frozenset(codes.split(","))
    for sign, codes in {
        "€": "EUR", "£": "GBP", "$": DOLLARS, "¥": "JPY,CNY", "kr": "SEK,NOK,DKK,ISK", "₹": "INR", "₩": "KRW", "zł": "PLN",
        "R$": "BRL", "CA$": "CAD", "C$": "CAD,NIO", "US$": "USD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
        "NT$": "TWD", "S$": "SGD", "MX$": "MXN", "₽": "RUB", "₺": "TRY", "₴": "UAH", "Kč": "CZK", "₫": "VND", "฿": "THB",
        "₪": "ILS", "₱": "PHP", "₦": "NGN",
    }.items()
}  # fmt: skip
# Codes that are words as well: they count in capitals alone, and not where everything is in capitals.
WORDS = frozenset(
    ["ALL", "BAD", "BOB", "COP", "CUP", "GEL", "LAK", "MAD", "PEN", "RON", "SIT", "SOS", "SUR", "TOP", "TRY"]
)  # fmt: skip
CODE = r"(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])"
MENTION = re.compile(
    "|".join(
        (rf"(?<![^\W\d_]){re.escape(sign)}" if sign[0].isalpha() else re.escape(sign))
        + (r"(?![^\W\d_])" if sign[-1].isalpha() else "")
        for sign in sorted(SIGNS, key=len, reverse=True)
    )
    + f"|{CODE}"
)


def currencies_in(text: str) -> Currencies:
    """The currencies that a text may mean: `US$` is one, `$` may be many; none if it names none."""
    return _together(named for _, named in _mentions(text))


def currencies_of_header(text: str) -> Currencies:
    """The currencies that a header may mean. Its codes are in capitals: “Fee (all in)” speaks of no lek."""
    return _together(named for word, named in _mentions(text) if word in SIGNS or word.isupper())


def without_currency(text: str) -> str:
    """The amount beside the currency."""
    for word, _ in _mentions(text):
        text = text.replace(word, "", 1)
    return text.strip()


def _mentions(text: str) -> Iterator[tuple[str, Currencies]]:
    is_shouted = text.isupper() and len(re.findall("[A-Z]+", text)) > 1
    for word in MENTION.findall(text):
        if word in SIGNS:
            yield word, SIGNS[word]
        elif word.upper() in _codes() and not (
            word.upper() in WORDS and (is_shouted or not word.isupper())
        ):
            yield word, frozenset({word.upper()})


def _together(found: Iterator[Currencies]) -> Currencies:
    """Several mentions say it more exactly (`$500 CAD`), or else name several currencies."""
    named = list(found)
    if not named:
        return frozenset()
    return reduce(frozenset.intersection, named) or reduce(frozenset.union, named)


@cache
def _codes() -> Currencies:
    return frozenset(list_currencies())
