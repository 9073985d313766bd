"""Shapes of what members enter about their organization."""

from __future__ import annotations

from django import forms

from tenancy.models import Organization


class OrganizationForm(forms.Form):
    """What the organization is called."""

    name = forms.CharField(
        label="Name",
        max_length=Organization._meta.get_field("name").max_length,
        help_text="Creators read it in invitations and on the pages you share with them.",
        error_messages={"required": "Enter the name of the organization."},
    )
