"""The form of an influencer's details: their own, and the organization's custom fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from crm.countries import COUNTRIES
from crm.errors import CrmProblem
from crm.forms import custom, rates
from crm.models import CustomField, Influencer
from crm.models.influencers import NAME_LENGTH
from crm.policies.addresses import AccountAddress, account_address
from crm.policies.details import plausible_birthday, readable_phone, shown_phone
from crm.policies.fields import typed_value
from crm.services.accounts import demand_free
from crm.services.influencers import Details
from tenancy.models import Group, Membership
from ui.bidi import isolated
from ui.editing import EditForm
from ui.letters import by_name
from ui.names import NameField
from ui.zones import TimeZoneField

PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
COLUMNS = (
    "name",
    "display_name",
    "salutation",
    "email",
    "phone",
    "country",
    "language",
    "time_zone",
    "city",
    "birthday",
)
BLANK_RATES, MOST_ADDRESSES = 2, 20


class DetailsForm(EditForm, forms.Form):
    """Everything that a member may enter about an influencer; `initial` is what is stored."""

    name = NameField(
        max_length=NAME_LENGTH, error_messages={"required": "Enter the creator's name."}
    )
    display_name = NameField(
        max_length=NAME_LENGTH, required=False, help_text="How they call themselves in public."
    )
    salutation = forms.CharField(
        max_length=100, required=False, help_text="How mail begins, such as “Dear Maya”."
    )
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        required=False,
        help_text="Mail goes here. Once the creator can use their dashboard, it goes to the address that they sign in with.",
        widget=forms.EmailInput(attrs=PLAIN),
    )
    other_emails = forms.CharField(
        label="Further e-mail addresses",
        required=False,
        help_text="One in each line. They find the creator; no mail goes there.",
        widget=forms.Textarea(attrs={**PLAIN, "rows": 2}),
    )
    phone = forms.CharField(
        max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    country = forms.ChoiceField(required=False)
    city = forms.CharField(max_length=100, required=False)
    language = forms.ChoiceField(required=False)
    time_zone = TimeZoneField(required=False)
    birthday = forms.DateField(
        required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    account = forms.CharField(
        max_length=1_000,
        required=False,
        help_text="The address of a profile, or an @name on TikTok. “Instagram: @name” names another network.",
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "@name"}),
    )
    owner = forms.ChoiceField(required=False, help_text="The member who looks after this creator.")
    group = forms.ChoiceField(required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        influencer: Influencer | None,
        membership: Membership,
        members: Sequence[tuple[int, str]],
        fields: Sequence[CustomField],
    ) -> None:
        stored = _stored(influencer) if influencer else {}
        super().__init__(data, initial=stored)
        self.custom_fields = fields
        for name, names in {"country": COUNTRIES, "language": dict(settings.LANGUAGES)}.items():
            self.fields[name].choices = _by_name(names, stored.get(name, ""))  # type: ignore[attr-defined]
        self.fields["owner"].choices = [("", "—"), *((str(pk), name) for pk, name in members)]  # type: ignore[attr-defined]
        if influencer is not None:  # has a page of its own for that
            del self.fields["account"]
        self._offer_groups(membership)
        self._offer_rates(stored)
        for field in fields:
            self.fields[f"{custom.PREFIX}{field.key}"] = custom.TypedField(field)
        # An empty control is compared as well: somebody else may have filled it meanwhile.
        for name in self.fields:
            self.initial.setdefault(name, "")

    def _offer_groups(self, membership: Membership) -> None:
        """The groups that the member sees; one who is limited to groups has to choose one of theirs."""
        groups = [(str(group.pk), group.name) for group in Group.objects.order_by("name", "pk")]
        field = self.fields["group"]
        field.required = membership.is_limited
        field.choices = groups if membership.is_limited else [("", "—"), *groups]  # type: ignore[attr-defined]

    def _offer_rates(self, stored: Mapping[str, Any]) -> None:
        kept = sum(name.startswith(rates.PREFIX) for name in stored)
        for number in range(1, kept + BLANK_RATES + 1):
            name = f"{rates.PREFIX}{number}"
            self.fields[name] = rates.RateField(number)

    def clean_account(self) -> AccountAddress | None:
        """The account, which must not be another influencer's. Refused with their name where the member sees them."""
        text = self.cleaned_data["account"]
        if not text:
            return None
        try:
            address = account_address(text)
            demand_free(address)
        except CrmProblem as problem:
            raise ValidationError(str(problem)) from problem
        return address

    def clean_birthday(self) -> date | None:
        day = self.cleaned_data["birthday"]
        return plausible_birthday(day, timezone.now().date()) if day else None

    def clean_other_emails(self) -> str:
        """The addresses, one in each line, each once."""
        given = self.cleaned_data["other_emails"].replace(",", "\n").replace(";", "\n").split()
        emails = sorted({email.lower() for email in given})
        if len(emails) > MOST_ADDRESSES:
            raise ValidationError(f"Enter at most {MOST_ADDRESSES} further addresses.")
        for email in emails:
            try:
                validate_email(email)
            except ValidationError as problem:
                raise ValidationError(
                    f"“{email}” is not an e-mail address. Enter it as name@example.com."
                ) from problem
        return "\n".join(emails)

    def clean(self) -> dict[str, Any]:
        """Read the phone number as one of the country, and see that no rate stands twice."""
        given = super().clean()
        try:
            phone = readable_phone(given.get("phone", ""), given.get("country", ""))
        except ValidationError as problem:
            self.add_error("phone", problem)
        else:
            given["phone"] = shown_phone(phone) if phone else ""
        subjects = [(price.network, price.kind) for price in self._prices(given)]
        if len(set(subjects)) < len(subjects):
            self.add_error(None, "Two rates are for the same network and kind of post. Keep one.")
        return given

    def _prices(self, given: Mapping[str, Any]) -> list[rates.Price]:
        names = [name for name in self.fields if name.startswith(rates.PREFIX)]
        return [rates.read_rate(given[name]) for name in names if given.get(name)]

    @property
    def details(self) -> Details:
        """The entered details, for `save_details`."""
        given = self.cleaned_data
        columns = {name: given[name] for name in COLUMNS}
        columns["phone"] = readable_phone(given["phone"])
        for name in ("owner", "group"):
            columns[f"{name}_id"] = int(given[name]) if given[name] else None
        return Details(
            columns=columns,
            emails=given["other_emails"].split(),
            prices=self._prices(given),
            values={
                field: typed_value(field.kind, field.options, given[f"{custom.PREFIX}{field.key}"])
                for field in self.custom_fields
            },
        )

    @property
    def rate_fields(self) -> list[forms.BoundField]:
        """The rates, in their order."""
        return [self[name] for name in self.fields if name.startswith(rates.PREFIX)]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The organization's own fields, in their order."""
        return [self[name] for name in self.fields if name.startswith(custom.PREFIX)]


def _stored(influencer: Influencer) -> dict[str, Any]:
    """The stored details, as the form's controls have them."""
    emails = influencer.other_addresses.order_by("email").values_list("email", flat=True)
    prices = influencer.rates.order_by("network", "kind")
    values = influencer.custom_values.filter(field__archived_at=None).select_related("field")
    return {
        **{name: getattr(influencer, name) for name in COLUMNS},
        "phone": shown_phone(influencer.phone) if influencer.phone else "",
        "owner": str(influencer.owner_id or ""),
        "group": str(influencer.group_id or ""),
        "other_emails": "\n".join(emails),
        **{f"{rates.PREFIX}{n}": rates.written_rate(rate) for n, rate in enumerate(prices, 1)},
        **{f"{custom.PREFIX}{value.field.key}": custom.entered_of(value) for value in values},
    }


def _by_name(names: Mapping[str, str], kept: str) -> list[tuple[str, str]]:
    """Choices by name; a kept code that has none is shown as it is."""
    named = {code: str(name) for code, name in names.items()}
    return [("", "—"), *by_name({kept: kept, **named} if kept else named).items()]


class DeleteForm(forms.Form):
    """The typed name that confirms a deletion."""

    name = NameField(max_length=NAME_LENGTH, widget=forms.TextInput(attrs=PLAIN))

    def __init__(self, data: Mapping[str, Any] | None, *, name: str) -> None:
        super().__init__(data)
        self.wanted = name
        self.fields["name"].label = f"Type “{isolated(name)}” to confirm"

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed.casefold() != self.wanted.casefold():
            raise ValidationError("This is not the name. Nothing was deleted.")
        return self.wanted
