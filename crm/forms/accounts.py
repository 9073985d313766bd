"""Shapes of what staff enter about accounts."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.enums import Network
from crm.errors import HandleNotReadable
from crm.policies import account_address
from ui.editing import EditForm

PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class AddAccountForm(forms.Form):
    """An account by its handle or its profile's address. Once valid, `cleaned_data["address"]` says which."""

    handle = forms.CharField(
        label="Account",
        max_length=1_000,
        help_text="The @name, or the address of the profile.",
        widget=forms.TextInput(attrs={**PLAIN, "autofocus": True, "placeholder": "@name"}),
        error_messages={"required": "Enter the @name of an account, or its profile's address."},
    )
    network = forms.ChoiceField(
        label="Network",
        choices=Network.choices,
        initial=Network.TIKTOK,
        required=False,
        help_text="Of an @name. An address says its network by itself.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("handle"):
            usual = Network(given.get("network") or Network.TIKTOK)
            try:
                given["address"] = account_address(given["handle"], usual)
            except HandleNotReadable as problem:
                self.add_error("handle", str(problem))
        return given


class AskForm(EditForm, forms.Form):
    """The address that the link to the influencers' dashboard goes to."""

    email = forms.EmailField(
        label="E-mail address of the creator",
        max_length=254,
        widget=forms.EmailInput(attrs=PLAIN),
        error_messages={
            "required": "Enter the creator's e-mail address.",
            "invalid": "This is not an e-mail address. Enter it as name@example.com.",
        },
    )
