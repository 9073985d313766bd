"""A name for filters of the list."""

from __future__ import annotations

from django import forms

from crm.policies.details import readable_name


class SegmentForm(forms.Form):
    """A name for filters, and who sees them."""

    name = forms.CharField(
        max_length=80,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": "Enter a name for the segment."},
    )
    is_shared = forms.BooleanField(label="Everybody in the organization sees it", required=False)

    def clean_name(self) -> str:
        return readable_name(self.cleaned_data["name"])
