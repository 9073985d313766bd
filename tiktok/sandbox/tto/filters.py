"""The filters of ``/tto/tcm/creator/discover/``."""

from __future__ import annotations

from collections.abc import Callable

from tiktok.sandbox.answers import invalid
from tiktok.sandbox.creators import STATES, Creator
from tiktok.sandbox.facts import Facts
from tiktok.sandbox.parameters import Parameters
from tiktok.sandbox.world import World

from . import shapes

Matches = Callable[[Creator], bool]

_GENDERS = ("FEMALE_50", "FEMALE_60", "FEMALE_70", "MALE_50", "MALE_60", "MALE_70")
_AGES = ("18-24", "25-34", "35-44", "45-54", "55+")
_LANGUAGES = {"US": "en", "GB": "en", "CA": "en", "AU": "en", "DE": "de", "FR": "fr", "BR": "pt"}
_DOLLARS = {"GBP": 1.27, "EUR": 1.09, "BRL": 0.18, "CAD": 0.73, "AUD": 0.66, "USD": 1.0}
_MOST = 10.0**12


def search_filters(world: World, given: Parameters) -> Matches:
    """One question for a creator out of all the filters of a search."""
    tests = [*_of_person(world, given), *_of_audience(world, given), *_of_figures(world, given)]
    return lambda person: all(test(person) for test in tests)


def _of_person(world: World, given: Parameters) -> list[Matches]:
    countries = given.strings("country_codes", most=100)
    states = given.strings("state_provinces", most=100, required=False)
    if states and countries != ["US"]:
        raise invalid("state_provinces: Only when country_codes is US alone.")
    contents = given.strings("content_label_ids", most=100, required=False)
    industries = given.strings("industry_label_ids", most=100, required=False)
    languages = given.strings("languages", most=100, required=False)
    words = (given.optional("keyword_search") or "").lower()
    if len(words) > 100:
        raise invalid("keyword_search: Longer than maximum length 100.")

    def industry(person: Creator) -> str | None:
        pair = shapes.industry_label(world.seed, person)
        return None if pair is None else pair[0]

    return [
        lambda person: person.country in countries,
        lambda person: not states or _state(world, person) in states,
        lambda person: not contents or shapes.content_label(person)[0] in contents,
        lambda person: not industries or industry(person) in industries,
        lambda person: not languages or _LANGUAGES.get(person.country, "es") in languages,
        lambda person: words in f"{person.handle} {person.display_name} {person.topic}".lower(),
    ]


def _state(world: World, person: Creator) -> str:
    return Facts(world.seed, "state", person.handle).pick("state", STATES["US"])


def _of_audience(world: World, given: Parameters) -> list[Matches]:
    lands = given.strings("follower_country_codes", most=100, required=False)
    land = given.optional("follower_country_code")
    lands = lands or ([land] if land else [])
    gender = given.optional("follower_gender_ratio")
    age = given.optional("follower_age")
    if gender is not None and gender not in _GENDERS:
        raise invalid(f"follower_gender_ratio: Must be one of {', '.join(_GENDERS)}.")
    if age is not None and age not in _AGES:
        raise invalid(f"follower_age: Must be one of {', '.join(_AGES)}.")

    def women(person: Creator) -> float:
        weight = Facts(world.seed, "audience", person.handle).between("women", 0.2, 0.8)
        return weight / (weight + 0.5)

    def gendered(person: Creator) -> bool:
        if gender is None:
            return True
        side, _, percent = gender.partition("_")
        share = women(person) if side == "FEMALE" else 1 - women(person)
        return share * 100 > int(percent)

    return [
        lambda person: not lands or person.country in lands,
        gendered,
        lambda person: (
            age is None or Facts(world.seed, "age", person.handle).pick("a", _AGES) == age
        ),
    ]


def _of_figures(world: World, given: Parameters) -> list[Matches]:
    given.one_of("creator_price_currency", ("USD",), "USD")

    def price(person: Creator) -> float | None:
        return None if person.rate is None else person.rate * _DOLLARS.get(person.currency, 1.0)

    def figure(name: str) -> Callable[[Creator], float | None]:
        return lambda person: shapes.figures(world, person, world.born_at)[name]

    return [
        _between(given, "followers", _MOST, lambda person: person.followers),
        _between(given, "creator_price", _MOST, price),
        _between(given, "avg_views", _MOST, figure("average_views")),
        _between(given, "median_views", _MOST, figure("median_views")),
        _between(given, "engagement_rate", 1.0, figure("engagement_rate")),
    ]


def _between(
    given: Parameters, name: str, most: float, value: Callable[[Creator], float | None]
) -> Matches:
    low = given.number(f"min_{name}", 0, 0, most) or 0
    high = given.number(f"max_{name}", None, 0, most)
    if high is not None and high < low:
        raise invalid(f"max_{name}: Must not be below min_{name}.")
    if not low and high is None:
        return lambda person: True

    def matches(person: Creator) -> bool:
        number = value(person)
        return number is not None and number >= low and (high is None or number <= high)

    return matches
