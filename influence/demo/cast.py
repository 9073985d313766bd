"""The people that the invented organizations know: handle, country and language of each, and since when."""

from __future__ import annotations

AGENCY = (
    ("lena.lifts", "DE", "de"), ("haneul.daily", "KR", "ko"), ("sofia.eats", "ES", "es"), ("noor.haddad", "AE", "ar"),
    ("amelie.cuisine", "FR", "fr"), ("kenji.noodles", "JP", "ja"), ("priya.paints", "IN", "hi"), ("giulia.pasta", "IT", "it"),
    ("dat.cooks", "AU", "vi"), ("lucja.szyje", "PL", "pl"), ("ayse.yildiz", "TR", "tr"), ("rio.runs", "US", "en"),
    ("kwame.kicks", "GB", "en"), ("eleni.trogei", "GR", "el"), ("zara.dances", "US", "en"), ("hugo.climbs", "FR", "fr"),
    ("mateo.rios", "MX", "es"), ("bruna.ri", "BR", "pt"), ("anna.sokolova", "DE", "ru"), ("somchai.street", "TH", "th"),
    ("shira.bakes", "IL", "he"), ("diego.fixes", "US", "en"), ("jiayi.tech", "SG", "zh"), ("emma.pottery", "NL", "nl"),
    ("freja.syr", "SE", "sv"), ("thiago.corre", "BR", "pt"), ("kasia.gotuje", "PL", "pl"), ("ioana.ras", "RO", "ro"),
    ("ravi.bytes", "CA", "en"), ("ondra.stavi", "CZ", "cs"), ("ines.faz", "PT", "pt"), ("luca.suona", "IT", "it"),
    ("niamh.fiddles", "IE", "en"), ("jules.velo", "FR", "fr"), ("aesir.lifts", "IS", "is"), ("bella.jkt", "ID", "id"),
    ("valentina.viaja", "CO", "es"), ("aino.sauna", "FI", "fi"), ("jade.makes", "US", "en"), ("sam.skates", "CA", "en"),
    ("yuki.paints", "JP", "ja"), ("wee.kim", "GB", "en"),
)  # fmt: skip
BRAND = (
    ("maya.bakes", "GB", "en"), ("zoe.zen", "US", "en"), ("yuki.paints", "JP", "ja"), ("soren.sails", "DK", "da"),
    ("matilda.surf", "AU", "en"), ("lars.hytte", "NO", "no"), ("chloe.cabin", "CA", "fr"), ("olivia.thrift", "GB", "en"),
    ("harper.gardens", "US", "en"), ("tane.kai", "NZ", "en"),
)  # fmt: skip
# Came before the release, and TikTok no longer lets us track them.
UNSUPPORTED = (("ana.arte", "BR", "pt"), ("freya.knits", "GB", "en"), ("leila.reads", "GB", "en"))
# Connected their account though it is not in the marketplace.
OUTSIDE = ("otto.kocht", "Otto Gruber", "AT", "de")
EVERY_WITHOUT_ADDRESS = 9  # of some nobody knows the address


def address(handle: str, place: int) -> str:
    """An invented e-mail address; none for every ninth."""
    return "" if place % EVERY_WITHOUT_ADDRESS == 8 else f"{handle}@creators.example"


def known_for_days(place: int) -> int:
    """How long ago an account was added: the first ones a year, then fewer and fewer days."""
    return max(12, 372 - place * 8)
