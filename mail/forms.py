"""Asking for a sign-in code, and whom an organization's e-mail comes from."""

from __future__ import annotations

from allauth.account import forms as account_forms
from django import forms

from tenancy.addresses import one_spelling
from tenancy.models import Organization


class RequestLoginCodeForm(account_forms.RequestLoginCodeForm):
    def clean_email(self) -> str:
        """The address in its one spelling: allauth's form is the only one that does not ask the adapter for it."""
        self.cleaned_data["email"] = one_spelling(self.cleaned_data["email"])
        email: str = super().clean_email()
        return email


class SenderForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = ["mail_sender_name", "mail_reply_to"]
        labels = {"mail_sender_name": "Sender name", "mail_reply_to": "Answers go to"}
        help_texts = {
            "mail_sender_name": "What creators see as the sender. Without one it is the name of the organization.",
            "mail_reply_to": "An e-mail address that somebody of you reads. Without one answers reach nobody.",
        }
