"""Shapes of what people type about campaigns and orders. Rules live in the services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from campaigns.enums import CampaignState
from crm.enums import Network
from crm.errors import AddressTaken
from crm.forms import PLAIN
from crm.models import Influencer, SocialAccount
from crm.queries import with_address
from tenancy.addresses import one_spelling
from ui.bidi import isolated
from ui.editing import EditForm
from ui.keys import key_in

LONGEST_LINE = 120
FIRST_YEAR, LAST_YEAR = 2016, 2100  # TikTok began in 2016
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PlausibleDateField(forms.DateField):
    """A day on which a campaign may be: a slip of the finger in the year is asked about."""

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise forms.ValidationError(
                f"Is the year {value.year} right? Choose a date from {FIRST_YEAR} to {LAST_YEAR}."
            )


class CampaignForm(forms.Form):
    client = forms.CharField(
        max_length=60, label="Client (brand)", help_text="The brand the campaign is for."
    )
    name = forms.CharField(max_length=120)
    starts_on = PlausibleDateField(label="Starts on", widget=DAY)
    ends_on = PlausibleDateField(
        label="Ends on",
        widget=DAY,
        help_text="All Posts shows what the influencers publish from the first to the last day (UTC).",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        starts_on, ends_on = given.get("starts_on"), given.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "The last day is before the first. Choose a later one.")
        return given


class CampaignEditForm(EditForm, CampaignForm):
    state = forms.ChoiceField(choices=CampaignState.choices)


class AccountsField(forms.ModelMultipleChoiceField):
    default_error_messages = {
        "required": "Choose at least one account.",
        "invalid_choice": "One of the chosen accounts is no longer there. Choose again.",
        "invalid_pk_value": "One of the chosen accounts is no longer there. Choose again.",
    }


class ParticipantsForm(forms.Form):
    accounts = AccountsField(queryset=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accounts"].queryset = SocialAccount.objects.all()  # type: ignore[attr-defined]


class OrderForm(forms.Form):
    accounts = AccountsField(queryset=None)
    brand_name = forms.CharField(
        max_length=60, label="Brand", help_text="The creator sees it in the invitation."
    )
    video_count = forms.IntegerField(
        min_value=1,
        max_value=10,
        initial=1,
        label="Videos per creator",
        help_text="Up to 10. The order is fulfilled when TikTok has approved them all.",
    )

    def __init__(self, *args: Any, longest_description: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limit_description(longest_description)
        accounts = SocialAccount.objects.filter(network=Network.TIKTOK)
        accounts = accounts.order_by("influencer__sort_name", "pk")
        self.fields["accounts"].queryset = accounts.select_related("influencer", "creator")  # type: ignore[attr-defined]

    def _limit_description(self, longest: int) -> None:
        """Limit the description to what TikTok takes, and give a long one several lines."""
        area = forms.Textarea(attrs={"rows": 4}) if longest > LONGEST_LINE else forms.TextInput()
        self.fields["description"] = forms.CharField(
            max_length=longest,
            label="What to make",
            widget=area,
            help_text=f"In {longest:,} characters at most, for example “Two recipes with the new pan”.",
        )
        self.order_fields(["accounts", "brand_name", "description", "video_count"])
        for name in ("brand_name", "description"):
            # A browser would cut what is pasted without a word; the counter says how much is too much.
            attrs = self.fields[name].widget.attrs
            attrs["data-count-to"] = int(attrs.pop("maxlength"))

    @property
    def chosen(self) -> list[int]:
        """Primary keys that were ticked, whatever else is wrong with the form."""
        if isinstance(self.data, QueryDict) and self.is_bound:
            ticked: list[Any] = self.data.getlist("accounts")
        else:
            ticked = self.initial.get("accounts", [])
        return [key for each in ticked if (key := key_in(str(each))) is not None]


class AddressesForm(forms.Form):
    """An e-mail address for each creator who has none, if one is known now: fields `email-<influencer>`."""

    def __init__(self, accounts: Iterable[SocialAccount], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.influencers = {
            account.influencer_id: account.influencer
            for account in accounts
            if not account.influencer.email
        }
        for influencer in self.influencers.values():
            self.fields[self.name_of(influencer)] = _address_field(influencer)

    @staticmethod
    def name_of(influencer: Influencer) -> str:
        return f"email-{influencer.pk}"

    @property
    def addresses(self) -> dict[int, str]:
        """The readable addresses that were entered, by influencer."""
        entered = {
            pk: self.cleaned_data.get(self.name_of(influencer), "")
            for pk, influencer in self.influencers.items()
        }
        return {pk: one_spelling(email) for pk, email in entered.items() if email}

    def clean(self) -> dict[str, Any]:
        others = Influencer.objects.exclude(pk__in=self.influencers)
        seen: dict[str, Influencer] = {}
        for pk, email in self.addresses.items():
            influencer = self.influencers[pk]
            if other := seen.get(email) or with_address(others, email).first():
                self.add_error(self.name_of(influencer), str(AddressTaken(other.name)))
            seen.setdefault(email, influencer)
        return self.cleaned_data


def _address_field(influencer: Influencer) -> forms.EmailField:
    return forms.EmailField(
        required=False,
        max_length=254,
        label=f"E-mail address of {isolated(influencer.name)}",
        widget=forms.EmailInput(
            attrs={**PLAIN, "class": "form-control", "placeholder": "E-mail address"}
        ),
        error_messages={"invalid": "This is not an e-mail address. Enter it as name@example.com."},
    )
