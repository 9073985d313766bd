"""Shapes of what staff enter about influencers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from crm.models import Influencer

PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class AddAccountForm(forms.Form):
    """A TikTok account by its handle or its profile's address."""

    handle = forms.CharField(
        label="TikTok account",
        max_length=300,
        help_text="The @name, or the address of the profile.",
        widget=forms.TextInput(attrs={**PLAIN, "autofocus": True, "placeholder": "@name"}),
        error_messages={"required": "Enter the @name of a TikTok account."},
    )


class AskForm(forms.Form):
    """Where the link to the influencers' dashboard goes."""

    email = forms.EmailField(
        label="E-mail address of the influencer",
        max_length=254,
        widget=forms.EmailInput(attrs=PLAIN),
        error_messages={
            "required": "Enter the influencer's e-mail address: the link goes there.",
            "invalid": "This is no e-mail address. Enter it as name@example.com.",
        },
    )


class InfluencerForm(forms.ModelForm):
    """An influencer's particulars."""

    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        required=False,
        help_text="Two letters, such as GB.",
        widget=forms.TextInput(attrs={**PLAIN, "maxlength": 2}),
        error_messages={"invalid": "Enter the country as two letters, such as GB."},
    )

    class Meta:
        model = Influencer
        fields = ["name", "email", "country", "language"]
        labels = {"email": "E-mail address"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = dict(settings.LANGUAGES)
        if self.instance.language:
            codes.setdefault(self.instance.language, self.instance.language)
        by_name = sorted(codes.items(), key=lambda item: str(item[1]))
        self.fields["language"] = forms.ChoiceField(choices=[("", "—"), *by_name], required=False)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()
