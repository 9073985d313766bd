"""Audiences as every page shows them: states by their names, the largest share first."""

from __future__ import annotations

from typing import Any

import pytest

from tiktok.availability import POST_MATRIX
from tiktok.enums import AccountMetric, PostMetric, Unit
from tiktok.queries import MetricValue, audience_bars, top_country


def metric(key: str, *parts: tuple[str, float]) -> MetricValue:
    cell = next(iter(POST_MATRIX[PostMetric.AUDIENCE_AGE].values()))
    value = [{"name": name, "fraction": fraction} for name, fraction in parts]
    return MetricValue(key, "Audience", Unit.SHARES, cell, value or None)


def shown(*given: Any, **country: str) -> list[str]:
    return [bar["label"] for bar in audience_bars(metric(*given), **country)]


def test_states_are_called_by_their_names_in_the_country_of_most_viewers() -> None:
    geography = PostMetric.AUDIENCE_GEOGRAPHY
    countries = metric(PostMetric.AUDIENCE_COUNTRY, ("US", 0.2), ("GB", 0.8))
    assert top_country(countries) == "GB"
    assert shown(geography, ("SCT", 0.2), ("ENG", 0.8), country="GB") == ["England", "Scotland"]
    assert shown(geography, ("CA", 1.0), country="US") == ["California"]
    assert shown(geography, ("CA", 1.0), country=top_country(metric("x"))) == ["CA"]
    assert shown(geography, ("5332921", 1.0), country="US") == ["5332921"]


def test_locales_of_an_account_are_states_and_no_languages() -> None:
    (bar,) = audience_bars(metric(AccountMetric.AUDIENCE_LOCALES, ("CA", 1.0)))
    assert bar == {"label": "California", "share": 1.0, "name_of": ""}


@pytest.mark.parametrize("key", [AccountMetric.AUDIENCE_COUNTRIES, PostMetric.AUDIENCE_COUNTRY])
def test_countries_are_left_to_the_browser_which_knows_the_reader_s_language(key: str) -> None:
    (bar,) = audience_bars(metric(key, ("DE", 1.0)))
    assert bar == {"label": "DE", "share": 1.0, "name_of": "region"}


@pytest.mark.parametrize("key", [AccountMetric.AUDIENCE_AGES, PostMetric.AUDIENCE_AGE])
def test_ages_keep_their_order(key: str) -> None:
    assert shown(key, ("25-34", 0.7), ("18-24", 0.2), ("35+", 0.1)) == ["18–24", "25–34", "35+"]


@pytest.mark.parametrize("key", [AccountMetric.AUDIENCE_GENDERS, PostMetric.AUDIENCE_GENDER])
def test_genders_are_words(key: str) -> None:
    assert shown(key, ("MALE", 0.4), ("FEMALE", 0.6)) == ["Female", "Male"]
