"""The forms of a campaign's report: what it shows, and its link."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from campaigns.enums import ReportBlock, ReportSplit
from campaigns.forms.fields import DAY, PlausibleDateField
from campaigns.models import Campaign, Report
from campaigns.models.report import RATES
from campaigns.queries.report_campaigns import MOST_CAMPAIGNS
from ui.bidi import isolated
from ui.editing import EditForm
from ui.names import NameField
from ui.richtext import RichTextarea, RichTextFormField

SHORTEST_PASSWORD = 8
MOVES = {"up": -1, "down": 1}
RATE = "rate_"


class ReportForm(EditForm, forms.Form):
    """The set-up of a report; `initial` is what is stored. The blocks come in the order that the page has them in."""

    blocks = forms.MultipleChoiceField(choices=ReportBlock, required=False)
    split = forms.ChoiceField(choices=ReportSplit, label="Rows of the table")
    as_of = PlausibleDateField(
        required=False,
        label="Numbers as of",
        widget=DAY,
        help_text="The last day that counts (UTC). Empty: up to now.",
    )
    client = NameField(max_length=60, required=False, label="Client's name")
    comment = RichTextFormField(
        max_length=5_000,
        required=False,
        widget=RichTextarea(attrs={"rows": 5, "data-count-to": 5_000}),
    )
    shows_money = forms.BooleanField(
        required=False,
        label="Fees and costs",
        help_text="Part of everything that you print, export or share.",
    )

    def __init__(self, *args: Any, sees_money: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sees_money:
            del self.fields["shows_money"]
        for name in RATES:
            self.fields[f"{RATE}{name}"] = forms.DecimalField(
                label=f"Per {name}",
                min_value=0,
                max_digits=10,
                decimal_places=4,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    @property
    def rate_fields(self) -> list[forms.BoundField]:
        return [self[f"{RATE}{name}"] for name in RATES]

    @property
    def block_rows(self) -> list[tuple[ReportBlock, bool]]:
        """All blocks, the chosen ones first and in their order."""
        chosen = [ReportBlock(each) for each in self["blocks"].value() or [] if each in ReportBlock]
        rest = [each for each in ReportBlock if each not in chosen]
        return [*((each, True) for each in chosen), *((each, False) for each in rest)]

    def clean_as_of(self) -> date | None:
        day: date | None = self.cleaned_data["as_of"]
        if day and day > timezone.now().date():
            raise forms.ValidationError("This day has not come yet. Choose an earlier one.")
        return day

    @property
    def facts(self) -> dict[str, Any]:
        """The entered values, as `change_report` takes them."""
        given = dict(self.cleaned_data)
        rates = {name: given.pop(f"{RATE}{name}") for name in RATES}
        known = {name: str(abs(rate)) for name, rate in rates.items() if isinstance(rate, Decimal)}
        return {**given, "blocks": self._moved(self._placed(given["blocks"])), "rates": known}

    def _placed(self, blocks: list[str]) -> list[str]:
        """The blocks, those that are newly chosen before the definitions where these end the report."""
        earlier, last = self.initial["blocks"], ReportBlock.DEFINITIONS.value
        kept = [each for each in blocks if each in earlier]
        if kept[-1:] != [last]:
            return blocks
        return [*kept[:-1], *(each for each in blocks if each not in earlier), last]

    def _moved(self, blocks: list[str]) -> list[str]:
        """The blocks, one of them a place further up or down, as the pressed button says."""
        name, _, way = self.data.get("move", "").partition(":")
        if name not in blocks or way not in MOVES:
            return blocks
        moved = [each for each in blocks if each != name]
        moved.insert(max(blocks.index(name) + MOVES[way], 0), name)
        return moved


def stored_report(report: Report) -> dict[str, Any]:
    """The stored columns of a report, as the form's controls have them."""
    names = ("blocks", "split", "as_of", "client", "comment", "shows_money")
    rates = {f"{RATE}{name}": report.amounts.get(name, "") for name in RATES}
    return {**{name: getattr(report, name) for name in names}, **rates}


class ReportCampaignsForm(EditForm, forms.Form):
    """The campaigns that a report counts besides its own."""

    more = forms.MultipleChoiceField(
        required=False,
        label="Campaigns",
        help_text="Those in the same currency. Their posts, fees and plans are added up.",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, offered: Iterable[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        more: Any = self.fields["more"]
        more.choices = [(str(e.pk), f"{isolated(e.name)} · {isolated(e.client)}") for e in offered]

    def clean_more(self) -> list[str]:
        more: list[str] = self.cleaned_data["more"]
        if len(more) >= MOST_CAMPAIGNS:
            most = f"Choose at most {MOST_CAMPAIGNS - 1} campaigns besides this one."
            raise forms.ValidationError(most)
        return more


class ShareForm(EditForm, forms.Form):
    """The link of a report: how long it works, and the password that it asks for."""

    expires_on = PlausibleDateField(
        required=False,
        label="Works until",
        widget=DAY,
        help_text="The end of that day (UTC). Empty: until you revoke it.",
    )
    password = forms.CharField(
        required=False,
        max_length=200,
        strip=False,
        help_text=f"At least {SHORTEST_PASSWORD} characters. Empty: as it was.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    no_password = forms.BooleanField(required=False, label="Ask for no password any more")

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day and day < timezone.now().date():
            raise forms.ValidationError("This day is over. Choose a later one.")
        return day

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password and len(password) < SHORTEST_PASSWORD:
            raise forms.ValidationError(f"Use at least {SHORTEST_PASSWORD} characters.")
        return password

    @property
    def facts(self) -> dict[str, Any]:
        """The entered values, as `share_report` takes them."""
        given = self.cleaned_data
        password = "" if given["no_password"] else given["password"] or None
        return {"expires_on": given["expires_on"], "password": password}
