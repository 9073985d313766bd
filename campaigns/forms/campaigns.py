"""The form of a campaign and its plan. Rules live in the services."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from campaigns.enums import CampaignState, Goal, GoalNumber
from campaigns.forms.fields import DAY, AmountField, PlausibleDateField
from campaigns.models import Campaign
from campaigns.policies.campaigns import CAMPAIGN_MOVES, GOAL_NUMBERS, MONEY_NUMBERS, RATE_NUMBERS
from campaigns.services.campaigns import NAME_LENGTH, Plan
from crm.countries import COUNTRIES
from crm.forms import PLAIN
from crm.services.imports.meaning.names import country_code
from ui.bidi import isolated
from ui.editing import EditForm
from ui.names import NameField
from ui.richtext import RichTextarea, RichTextFormField

MOST_KEYWORDS = 50
PLANNED = "planned_"
CURRENCY = re.compile(r"[A-Za-z]{3}")


class CampaignForm(forms.Form):
    """A campaign and its plan; `initial` is what is stored, `members` who may be its salesperson."""

    name = NameField(max_length=NAME_LENGTH)
    client = NameField(
        max_length=60, label="Client (brand)", help_text="The brand the campaign is for."
    )
    starts_on = PlausibleDateField(label="Starts on", widget=DAY)
    ends_on = PlausibleDateField(
        label="Ends on",
        widget=DAY,
        help_text="All Posts shows what the influencers publish from the first to the last day (UTC).",
    )
    salesperson = forms.ChoiceField(required=False)
    goal = forms.ChoiceField(
        required=False,
        choices=[("", "—"), *Goal.choices],
        help_text="It decides which numbers stand first.",
    )
    currency = forms.CharField(
        max_length=3,
        required=False,
        help_text="Three letters, such as EUR. All amounts of the campaign are in it.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    budget = AmountField("Budget", help_text="What the campaign may cost.")
    client_fee = AmountField("Client fee", help_text="What the client pays you.")
    audience = forms.CharField(
        label="Target audience",
        max_length=500,
        required=False,
        help_text="Such as “women of 25 to 40 who bake”.",
    )
    markets = forms.CharField(
        max_length=1_000, required=False, help_text="Countries by name or code, with commas."
    )
    keywords = forms.CharField(
        max_length=5_000,
        required=False,
        help_text="Hashtags, mentions or phrases, one in each line. For other networks: on TikTok nothing is found by them.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    brief = RichTextFormField(
        max_length=20_000,
        required=False,
        help_text="Creators read it on the page of their order, and in its invitation.",
        widget=RichTextarea(attrs={"rows": 10}),
    )

    def __init__(self, *args: Any, members: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(pk), name) for pk, name in members]
        self.fields["salesperson"].choices = [("", "—"), *people]  # type: ignore[attr-defined]
        for number in GoalNumber:
            self.fields[f"{PLANNED}{number}"] = _planned_field(number)
        for name in self.fields:
            self.initial.setdefault(name, "")

    @property
    def planned_fields(self) -> list[tuple[forms.BoundField, str]]:
        """The field of each number, and the goals that ask for it as a word each."""
        return [
            (self[f"{PLANNED}{number}"], " ".join(goal or "none" for goal in _goals_of(number)))
            for number in GoalNumber
        ]

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"]
        if currency and not CURRENCY.fullmatch(currency):
            raise forms.ValidationError("Enter the currency as three letters, such as EUR.")
        return currency.upper()

    def clean_markets(self) -> str:
        names = [each.strip() for each in self.cleaned_data["markets"].split(",") if each.strip()]
        for name in names:
            if not country_code(name):
                raise forms.ValidationError(f"“{isolated(name)}” is no country. Enter its name.")
        return market_names(dict.fromkeys(map(country_code, names)))

    def clean_keywords(self) -> str:
        lines = [" ".join(each.split()) for each in self.cleaned_data["keywords"].splitlines()]
        keywords = list(dict.fromkeys(filter(None, lines)))
        if len(keywords) > MOST_KEYWORDS or any(len(each) > 100 for each in keywords):
            raise forms.ValidationError(
                f"Enter at most {MOST_KEYWORDS} keywords, each of at most 100 characters."
            )
        return "\n".join(keywords)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, ends_on = given.get("starts_on"), given.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "The last day is before the first. Choose a later one.")
        self._forget_hidden(given)
        costs = [given.get(f"{PLANNED}{number}") for number in MONEY_NUMBERS]
        amounts = [given.get("budget"), given.get("client_fee"), *costs]
        if any(each not in {None, ""} for each in amounts) and not given.get("currency", "-"):
            self.add_error("currency", "Enter the currency of the amounts, such as EUR.")
        return given

    def _forget_hidden(self, given: dict[str, Any]) -> None:
        """Keep what is stored of a number that the goal does not ask for: its field is hidden, so nobody could mend it."""
        for number in GoalNumber:
            name = f"{PLANNED}{number}"
            if name in self.errors and given.get("goal") not in _goals_of(number):
                del self.errors[name]
                given[name] = self.fields[name].clean(self.initial[name])

    @property
    def facts(self) -> dict[str, Any]:
        """The entered values, as `create_campaign` and `update_campaign` take it."""
        given = self.cleaned_data
        names = [
            name for name in ("client", "name", "starts_on", "ends_on", "state") if name in given
        ]
        return {name: given[name] for name in names} | {"plan": self._plan}

    @property
    def _plan(self) -> Plan:
        given = self.cleaned_data
        planned = {number: given[f"{PLANNED}{number}"] for number in GoalNumber}
        return Plan(
            salesperson_id=int(given["salesperson"]) if given["salesperson"] else None,
            goal=given["goal"],
            planned={
                number.value: str(value / 100 if number in RATE_NUMBERS else value)
                for number, value in planned.items()
                if isinstance(value, Decimal)
            },
            currency=given["currency"],
            budget=_amount(given["budget"]),
            client_fee=_amount(given["client_fee"]),
            audience=given["audience"],
            keywords=given["keywords"].splitlines(),
            markets=[country_code(name) for name in given["markets"].split(", ") if name],
            brief=given["brief"],
        )


def _goals_of(number: GoalNumber) -> list[str]:
    return [goal for goal, numbers in GOAL_NUMBERS.items() if number in numbers]


def _planned_field(number: GoalNumber) -> forms.Field:
    unit = {
        GoalNumber.PLAY_TIME: " (seconds)",
        **dict.fromkeys(RATE_NUMBERS, " (%)"),
    }.get(number, "")
    return AmountField(f"{number.label}{unit}")


def _amount(value: Decimal | str | None) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def market_names(codes: Iterable[str]) -> str:
    """The countries with these codes, by name."""
    return ", ".join(COUNTRIES[code] for code in codes)


def stored_plan(campaign: Campaign) -> dict[str, Any]:
    """The stored columns of a campaign, as the form's controls have them."""
    names = (
        "client",
        "name",
        "starts_on",
        "ends_on",
        "state",
        "goal",
        "currency",
        "audience",
        "brief",
    )
    planned = {
        f"{PLANNED}{name}": _shown(Decimal(value) * (100 if name in RATE_NUMBERS else 1))
        for name, value in campaign.planned.items()
    }
    return {
        **{name: getattr(campaign, name) for name in names},
        **planned,
        "salesperson": str(campaign.salesperson_id or ""),
        "budget": campaign.budget,
        "client_fee": campaign.client_fee,
        "markets": market_names(campaign.markets),
        "keywords": "\n".join(campaign.keywords),
    }


def _shown(value: Decimal) -> Decimal:
    """The value without zeros behind its point."""
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


class CampaignEditForm(EditForm, CampaignForm):
    state = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = self.initial["state"]
        allowed = {current, *CAMPAIGN_MOVES[current]}
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            choice for choice in CampaignState.choices if choice[0] in allowed
        ]


class BriefFileForm(forms.Form):
    """A file of the brief; what it may be is `files.limits`'s to say."""

    file = forms.FileField(
        allow_empty_file=True,  # refused with the other wrong contents
        max_length=None,
        help_text="PDF, Word, Excel, PowerPoint, PNG, JPEG, WebP, MP4 or MOV of at most 25 MB.",
        error_messages={"required": "Choose a file first."},
    )
