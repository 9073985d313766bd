"""Shapes of what people enter: about their organization, and to sign in.

The sign-in's forms that send mail count it: so many to an account from one address, and from everywhere.
"""

from __future__ import annotations

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.core.internal.ratelimit import get_ip
from django import forms

from tenancy.addresses import one_spelling
from tenancy.models import Organization
from ui.editing import EditForm


class OrganizationForm(EditForm, forms.Form):
    """The form of the organization's name."""

    name = forms.CharField(
        label="Name",
        max_length=Organization._meta.get_field("name").max_length,
        help_text="Creators read it in invitations and on the pages you share with them.",
        error_messages={"required": "Enter the name of the organization."},
    )


def _count_mail(email: str) -> None:
    """Raises ValidationError once a limit is reached, whether the account exists or not."""
    request, account = context.request, one_spelling(email)
    is_within = ratelimit.consume(
        request, action="mail_from_address", key=f"{account}:{get_ip(request)}"
    ) and ratelimit.consume(request, action="mail_to_account", key=account)
    if not is_within:
        raise get_adapter().validation_error("too_many_login_attempts")


class LoginCodeForm(allauth_forms.RequestLoginCodeForm):
    def clean_email(self) -> str:
        """The address in its one spelling: allauth's form is the only one that does not ask the adapter for it."""
        self.cleaned_data["email"] = one_spelling(self.cleaned_data["email"])
        email: str = super().clean_email()
        _count_mail(email)
        return email


class ResetForm(allauth_forms.ResetPasswordForm):
    def clean_email(self) -> str:
        email: str = super().clean_email()
        _count_mail(email)
        return email
