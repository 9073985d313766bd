"""Distributions of an audience as the charts of all pages take them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tiktok.enums import AccountMetric, PostMetric
from tiktok.queries.metrics import MetricValue
from tiktok.states import state_name

COUNTRIES = {AccountMetric.AUDIENCE_COUNTRIES, PostMetric.AUDIENCE_COUNTRY}
STATES = {AccountMetric.AUDIENCE_LOCALES, PostMetric.AUDIENCE_GEOGRAPHY}
GENDERS = {AccountMetric.AUDIENCE_GENDERS, PostMetric.AUDIENCE_GENDER}
GENDER_WORDS = {"FEMALE": _("Female"), "MALE": _("Male"), "OTHER": _("Other")}
AGES = {AccountMetric.AUDIENCE_AGES, PostMetric.AUDIENCE_AGE}


def audience_bars(metric: MetricValue, *, country: str = "US") -> list[dict[str, Any]]:
    """The shares of a distribution by name, the largest first, ages in their own order.

    `country`: whose states these are. The locales of an account are those of the United States, says TikTok.
    """
    bars = [
        {
            "label": _name(metric.key, part["name"], country),
            "share": part["fraction"],
            "name_of": "region" if metric.key in COUNTRIES else "",
        }
        for part in metric.value or ()
    ]
    in_order = "label" if metric.key in AGES else "share"
    return sorted(bars, key=lambda bar: bar[in_order], reverse=in_order == "share")


def top_country(metric: MetricValue) -> str:
    """The code of the country with the largest share; empty where none is known."""
    parts = metric.value or ()
    return max(parts, key=lambda part: part["fraction"])["name"] if parts else ""


def _name(key: str, name: str, country: str) -> str:
    if key in GENDERS:
        return gettext(GENDER_WORDS.get(name.upper(), name.capitalize()))
    if key in STATES:
        return state_name(country, name)
    return name.replace("-", "\N{EN DASH}") if key in AGES else name
