"""Asking for a sign-in code."""

from __future__ import annotations

from allauth.account import forms

from tenancy.addresses import one_spelling


class RequestLoginCodeForm(forms.RequestLoginCodeForm):
    def clean_email(self) -> str:
        """The address in its one spelling: allauth's form is the only one that does not ask the adapter for it."""
        self.cleaned_data["email"] = one_spelling(self.cleaned_data["email"])
        email: str = super().clean_email()
        return email
