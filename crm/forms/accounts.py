"""Shapes of what staff enter about accounts."""

from __future__ import annotations

from django import forms

from ui.editing import EditForm

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


class AskForm(EditForm, forms.Form):
    """The address that the link to the influencers' dashboard goes to."""

    email = forms.EmailField(
        label="E-mail address of the influencer",
        max_length=254,
        widget=forms.EmailInput(attrs=PLAIN),
        error_messages={
            "required": "Enter the influencer's e-mail address: the link goes there.",
            "invalid": "This is not an e-mail address. Enter it as name@example.com.",
        },
    )
