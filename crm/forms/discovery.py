"""Shapes of what staff search and rank the marketplace by: TikTok's own filters, as its API names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict

from crm.countries import COUNTRIES
from tiktok.services.creators.discovery import Search
from tiktok.states import NAMES as STATES
from ui.letters import by_name

Choices = Sequence[tuple[str, str]]
ANY = ("", "Any")
_LANGUAGES = {code: str(name) for code, name in settings.LANGUAGES if len(code) == 2}
LANGUAGES = list(by_name(_LANGUAGES).items())
GENDERS = [
    (f"{side}_{share}", f"More than {share}\N{NO-BREAK SPACE}% {words}")
    for side, words in (("FEMALE", "women"), ("MALE", "men"))
    for share in (50, 60, 70)
]
AGES = [(age, age.replace("-", "–")) for age in ("18-24", "25-34", "35-44", "45-54", "55+")]
SORTS = [
    ("RELEVANCE", "Relevance"),
    ("FOLLOWERS", "Followers"),
    ("MEDIAN_VIEWS", "Median views"),
    ("ENGAGEMENT_RATE", "Engagement rate"),
]
ORDERS = [("DESC", "Highest first"), ("ASC", "Lowest first")]
MOST = 10**10
HUNDRED = Decimal(100)


def _several(label: str, choices: Choices = (), **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        **options,
    )


def _one(label: str, choices: Choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False)


def _least(label: str) -> forms.IntegerField:
    plain = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=0, max_value=MOST, required=False, widget=plain
    )


def _share(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=100,
        max_digits=6,
        decimal_places=3,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.1"}),
    )


@dataclass(frozen=True)
class Filter:
    """A group of fields that stands behind one button, and what is chosen there in words."""

    label: str
    fields: list[BoundField]
    chosen: str

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)


GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Country", ("country_codes", "state_provinces")),
    ("Topic", ("content_label_ids",)),
    ("Industry", ("industry_label_ids",)),
    ("Followers", ("min_followers", "max_followers")),
    ("Engagement", ("min_engagement_rate", "max_engagement_rate")),
    ("Median views", ("min_median_views", "max_median_views")),
    ("Average views", ("min_avg_views", "max_avg_views")),
    ("Price", ("min_creator_price", "max_creator_price")),
    ("Language", ("languages",)),
    ("Audience", ("follower_country_codes", "follower_gender_ratio", "follower_age")),
    ("Sort", ("sort_field", "sort_order")),
)
UNITS = {"engagement_rate": "\N{NO-BREAK SPACE}%", "creator_price": "\N{NO-BREAK SPACE}USD"}


class SearchForm(forms.Form):
    """A search of the marketplace. Each field but the rates is as TikTok takes it; once valid, `search` is the whole."""

    keyword_search = forms.CharField(label="Words", max_length=100, required=False)
    country_codes = _several(
        "Countries",
        list(COUNTRIES.items()),
        help_text="Several only of one region: TikTok refuses others.",
    )
    state_provinces = _several(
        "States",
        [(code, name) for (country, code), name in STATES.items() if country == "US"],
        help_text="With the United States alone.",
    )
    content_label_ids = _several("Topics", help_text="What the account is mainly about.")
    industry_label_ids = _several("Industries", help_text="Whom the creator has advertised for.")
    languages = _several("Languages", LANGUAGES)
    min_followers, max_followers = _least("At least"), _least("At most")
    min_creator_price, max_creator_price = _least("At least"), _least("At most")
    min_avg_views, max_avg_views = _least("At least"), _least("At most")
    min_median_views, max_median_views = _least("At least"), _least("At most")
    min_engagement_rate, max_engagement_rate = _share("At least"), _share("At most")
    follower_country_codes = _one("Country of the followers", [ANY, *COUNTRIES.items()])
    follower_gender_ratio = _one("Their gender", [ANY, *GENDERS])
    follower_age = _one("Their main age", [ANY, *AGES])
    sort_field = _one("By", SORTS)
    sort_order = _one("Order", ORDERS)

    def __init__(
        self, data: QueryDict, *, topics: Choices, industries: Choices, sees_money: bool
    ) -> None:
        """`topics`, `industries`: TikTok's labels; without them, those that were chosen earlier are taken as they are."""
        super().__init__(data)
        if not sees_money:
            del self.fields["min_creator_price"], self.fields["max_creator_price"]
        self.has_labels = bool(topics or industries)
        for name, known in (("content_label_ids", topics), ("industry_label_ids", industries)):
            chosen = [(value, value) for value in data.getlist(name)]
            self.fields[name].choices = known or chosen  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """See that TikTok can take it: a country, states of the United States alone, the least below the most."""
        given = super().clean() or {}
        if not given.get("country_codes") and "country_codes" not in self.errors:
            self.add_error("country_codes", "Choose a country: TikTok searches by country.")
        if given.get("state_provinces") and given.get("country_codes") != ["US"]:
            self.add_error("state_provinces", "Choose the United States alone to search by state.")
        for name, most in [*given.items()]:
            least = given.get(name.replace("max_", "min_"))
            if name.startswith("max_") and None not in (least, most) and most < least:
                self.add_error(name, ValidationError("This is below the least."))
        return given

    @property
    def search(self) -> Search:
        """The question to TikTok."""
        given = dict(self.cleaned_data)
        for name in ("min_engagement_rate", "max_engagement_rate"):
            given[name] = None if given[name] is None else float(given[name] / HUNDRED)
        country = given.pop("follower_country_codes")
        chosen = {name: value for name, value in given.items() if value not in ("", None, [])}
        return Search(**chosen, follower_country_codes=[country] if country else [])

    @property
    def country(self) -> str:
        """The country of all that is found, if only one was asked for."""
        chosen = self.cleaned_data["country_codes"]
        return chosen[0] if len(chosen) == 1 else ""

    @property
    def filters(self) -> list[Filter]:
        """The fields by the button they stand behind."""
        return [
            Filter(label, [self[name] for name in names], self._chosen(names))
            for label, names in GROUPS
            if names[0] in self.fields
        ]

    def _chosen(self, names: Sequence[str]) -> str:
        given: Mapping[str, Any] = getattr(self, "cleaned_data", {})
        if names == ("sort_field", "sort_order"):
            return str(dict(SORTS[1:]).get(given.get("sort_field", ""), ""))  # the first is usual
        return ", ".join(filter(None, (self._words(name, given.get(name)) for name in names)))

    def _words(self, name: str, value: Any) -> str:
        if value in ("", None, []):
            return ""
        side, _, what = name.partition("_")
        if side in {"min", "max"}:
            number = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
            return f"{'≥' if side == 'min' else '≤'} {number}{UNITS.get(what, '')}"
        words = dict(self.fields[name].choices)  # type: ignore[attr-defined]
        first, *others = value if isinstance(value, list) else [value]
        return f"{words.get(first, first)}{f' +{len(others)}' if others else ''}"


PERIODS = [("MONTH", "Month"), ("WEEK", "Week")]
LOOKBACKS = [("ONE", "The latest"), ("TWO", "The one before"), ("THREE", "Two before")]


class RankingForm(forms.Form):
    """A ranking: of a topic, by organic videos, or of an industry, by branded ones."""

    board = forms.ChoiceField(label="Ranking")
    period = forms.ChoiceField(label="Period", choices=PERIODS)
    lookback = forms.ChoiceField(label="Which", choices=LOOKBACKS)

    def __init__(self, data: Mapping[str, Any], *, topics: Choices, industries: Choices) -> None:
        super().__init__(data)
        self.has_labels = bool(topics or industries)
        self.fields["board"].choices = [  # type: ignore[attr-defined]
            ("Organic videos, by topic", [(f"organic:{pk}", name) for pk, name in topics]),
            ("Branded videos, by industry", [(f"branded:{pk}", name) for pk, name in industries]),
        ]

    @property
    def is_branded(self) -> bool:
        return str(self.cleaned_data["board"]).startswith("branded:")

    @property
    def label_id(self) -> str:
        return str(self.cleaned_data["board"]).partition(":")[2]
