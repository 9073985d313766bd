"""Shapes of what people type about orders. Rules live in the services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from campaigns.forms.fields import DAY, PlausibleDateField
from campaigns.forms.participants import AccountsField
from campaigns.models import OrderRequest
from campaigns.services.orders.terms import TERMS, terms_of
from crm.enums import Network
from crm.errors import AddressTaken
from crm.forms import PLAIN
from crm.models import Influencer, SocialAccount
from crm.queries import with_address
from tenancy.addresses import one_spelling
from tiktok.models import MarketplaceAccount
from tiktok.queries import connected_accounts
from ui.bidi import isolated
from ui.editing import EditForm
from ui.keys import key_in
from ui.names import NameField

LONGEST_LINE = 120


def from_today_on(day: date) -> date:
    """The same day; raises ValidationError for one that has passed. Days are those of UTC, as everywhere here."""
    today = timezone.now().date()
    if day < today:
        raise forms.ValidationError(
            f"Choose a day from today on. Today is {today.day} {today:%B %Y} (UTC)."
        )
    return day


class OrderForm(forms.Form):
    accounts = AccountsField(queryset=None)
    brand_name = NameField(
        max_length=60, label="Brand", help_text="The creator sees it in the invitation."
    )
    video_count = forms.IntegerField(
        min_value=1,
        max_value=10,
        initial=1,
        label="Videos per creator",
        help_text="Up to 10. The order is fulfilled when TikTok has approved them all.",
    )

    spark_days = forms.ChoiceField(
        required=False,
        label="Spark Ads permission",
        help_text="Creators give it with each video that they publish for the order: so long it can be advertised with.",
    )
    market: Any = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label="Marketplace account",
        empty_label="The one in whose market each creator is",
        help_text="For creators who are in several markets, or in none that is known. The others go through that of their market.",
    )
    due_on = PlausibleDateField(
        required=False,
        label="Publish by",
        widget=DAY,
        help_text="The creator sees it and is reminded. Empty: each creator's own due date in the campaign, if there is one.",
    )

    def __init__(
        self,
        *args: Any,
        longest_description: int,
        spark_days: Iterable[int],
        adds_to: OrderRequest | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.adds_to = adds_to
        self.fields["spark_days"].choices = [  # type: ignore[attr-defined]
            (0, "Not asked for"),
            *((days, f"{days} days") for days in spark_days),
        ]
        self._offer_markets()
        self._limit_description(longest_description)
        if adds_to:
            self._fix_terms(adds_to)
        accounts = SocialAccount.objects.filter(network=Network.TIKTOK)
        accounts = accounts.order_by("influencer__sort_name", "pk")
        self.fields["accounts"].queryset = accounts.select_related("influencer__person", "creator")  # type: ignore[attr-defined]

    def _offer_markets(self) -> None:
        """Let several connected accounts be chosen from; creators who are added go through that of the others."""
        accounts = connected_accounts()
        if self.adds_to or len(accounts) < 2:
            del self.fields["market"]
        else:
            self.fields["market"].queryset = accounts  # type: ignore[attr-defined]

    def _limit_description(self, longest: int) -> None:
        """Limit the description to what TikTok takes, and give a long one several lines."""
        area = forms.Textarea(attrs={"rows": 4}) if longest > LONGEST_LINE else forms.TextInput()
        self.fields["description"] = forms.CharField(
            max_length=longest,
            label="What to make",
            widget=area,
            help_text=f"In {longest:,} characters at most, for example “Two recipes with the new pan”.",
        )
        self.order_fields(["accounts", *TERMS, "due_on", "market"])
        for name in ("brand_name", "description"):
            # A browser would cut what is pasted without a word; the counter says how much is too much.
            attrs = self.fields[name].widget.attrs
            attrs["data-count-to"] = int(attrs.pop("maxlength"))

    def _fix_terms(self, earlier: OrderRequest) -> None:
        """Ask of creators who are added what was asked of those before them: TikTok takes nothing else under one code."""
        for name, value in terms_of(earlier).items():
            self.fields[name].disabled = True
            self.initial[name] = value

    def clean_spark_days(self) -> int:
        return int(self.cleaned_data["spark_days"] or 0)

    def clean_due_on(self) -> date | None:
        due_on: date | None = self.cleaned_data["due_on"]
        return from_today_on(due_on) if due_on else None

    @property
    def wanted_market(self) -> MarketplaceAccount | None:
        """The marketplace account that is wanted, of a valid form."""
        market: MarketplaceAccount | None = self.cleaned_data.get("market")
        return market

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
            if not account.influencer.mail_address
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


class AnswerForm(forms.Form):
    """The answer to what a creator said; a date that they asked for is accepted with it or not."""

    answer = forms.CharField(max_length=1000, required=False)
    accepts = forms.BooleanField(required=False)


class DueForm(EditForm, forms.Form):
    """The day by which an order's videos are to be published; empty: none."""

    due_on = PlausibleDateField(required=False, label="Publish by", widget=DAY)


class NewDueForm(forms.Form):
    """Another day by which the videos of many orders are to be published."""

    due_on = PlausibleDateField(
        label="Publish by",
        widget=DAY,
        help_text="The creators see it on the page of their order and in reminders. No e-mail goes out now.",
        error_messages={"required": "Choose the new date."},
    )

    def clean_due_on(self) -> date:
        return from_today_on(self.cleaned_data["due_on"])
