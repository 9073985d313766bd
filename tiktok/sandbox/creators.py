"""The creators of this TikTok: a table of known faces, everybody else derived from the handle."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .cast import IN, INVALID, INVITED, KNOWN, NOT_IN, Face
from .facts import Facts

MEMBERSHIPS = (IN, NOT_IN, INVALID, INVITED)
_HANDLE = re.compile(r"[a-z0-9_.]{0,23}[a-z0-9_]")  # a dot may begin one, but not end it
_COUNTRIES = ("US", "US", "US", "GB", "GB", "DE", "FR", "BR", "ES", "IT", "CA", "AU")
_CURRENCIES = {
    "US": "USD", "GB": "GBP", "BR": "BRL", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "JP": "JPY", "KR": "KRW", "IN": "INR",
    "PL": "PLN", "DK": "DKK", "SE": "SEK", "NO": "NOK", "CZ": "CZK", "TR": "TRY", "MX": "MXN", "AE": "AED", "SG": "SGD",
}  # fmt: skip

_TOPICS = ("Food", "Fitness", "Travel", "Beauty", "Comedy", "Home", "Music", "Technology")
STATES = {
    "US": ("CA", "TX", "FL", "NY", "IL", "GA"),
    "GB": ("ENG", "SCT", "WLS", "NIR"),
    "BR": ("SP", "RJ", "MG", "BA"),
    "AU": ("NSW", "VIC", "QLD", "WA"),
}


@dataclass(frozen=True, slots=True)
class Creator:
    """A TikTok account. Counts are those of the day the sandbox was born."""

    handle: str
    membership: str
    country: str
    display_name: str
    bio: str
    topic: str
    creator_id: str
    open_id: str
    followers: int
    following: int
    likes: int
    older_videos: int
    daily_followers: float
    rate: int | None
    currency: str


@lru_cache(maxsize=65536)
def creator(seed: int, handle: str) -> Creator:
    """The account of a handle in lower case."""
    facts = Facts(seed, "creator", handle)
    face = KNOWN.get(handle) or _face(facts, handle)
    return Creator(
        handle=handle,
        membership=face.membership,
        country=face.country,
        display_name=face.display_name,
        bio=face.bio or f"{face.topic} & more\n{face.country}",
        topic=face.topic,
        creator_id=facts.identifier("creator_id", "72"),
        open_id=_open_id(facts),
        followers=face.followers,
        following=facts.whole("following", 12, 990),
        likes=int(face.followers * facts.between("likes", 4, 40)),
        older_videos=facts.whole("older", 20, 600),
        daily_followers=face.followers * facts.between("growth", 0.0, 0.004),
        rate=face.rate,
        currency=_CURRENCIES.get(face.country, "EUR"),
    )


def _face(facts: Facts, handle: str) -> Face:
    return Face(
        membership=_membership(facts, handle),
        country=facts.pick("country", _COUNTRIES),
        display_name=handle.replace(".", " ").replace("_", " ").title(),
        topic=facts.pick("topic", _TOPICS),
        followers=int(10 ** facts.between("followers", 3.2, 6.2)),
        rate=facts.whole("rate", 5, 300) * 10 if facts.unit("priced") < 0.8 else None,
    )


def _membership(facts: Facts, handle: str) -> str:
    draw = facts.unit("membership")
    if draw >= 0.9 or not _HANDLE.fullmatch(handle):
        return INVALID
    return IN if draw < 0.4 else NOT_IN


def _open_id(facts: Facts) -> str:
    digits = f"{facts.number('open_id'):016x}{facts.number('open_id:2'):016x}"
    cuts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32])
    return "-".join(cuts)


def audience(seed: int, person: Creator) -> dict[str, list[dict[str, object]]]:
    """The audience of a creator: top three countries, genders, legacy age bands, and US states for US creators."""
    facts = Facts(seed, "audience", person.handle)
    others = [country for country in ("US", "GB", "DE", "BR") if country != person.country][:2]
    lists: dict[str, list[dict[str, object]]] = {
        "audience_countries": named(
            "country", facts.shares("country", (person.country, *others), (0.7, 0.2, 0.1))
        ),
        "audience_genders": named(
            "gender",
            facts.shares("gender", ("FEMALE", "MALE"), (facts.between("women", 0.2, 0.8), 0.5)),
        ),
        "audience_ages": named("age", ages(facts)),
        "audience_device": named(
            "device", facts.shares("device", ("ios", "android"), (0.55, 0.45))
        ),
        "audience_usage": named(
            "usage", facts.shares("usage", ("Active", "Inactive"), (0.92, 0.08))
        ),
    }
    if person.country == "US":
        lists["audience_locales"] = named(
            "locale", facts.shares("locale", STATES["US"][:3], (0.5, 0.3, 0.2))
        )
    return lists


def ages(facts: Facts) -> dict[str, float]:
    """The three bands of the legacy generation."""
    return facts.shares("age", ("18-24", "25-34", "35+"), (0.45, 0.35, 0.2))


def named(key: str, shares: dict[str, float]) -> list[dict[str, object]]:
    """TikTok's list form of a distribution."""
    return [{key: name, "percentage": part} for name, part in shares.items()]
