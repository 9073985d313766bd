"""Shapes of what members enter about TikTok."""

from __future__ import annotations

from django import forms

from tiktok.models import ConsentPurpose


class PurposeForm(forms.Form):
    """The organization's own purpose in the consent text. `number`: of the version that was read."""

    number = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    text = forms.CharField(
        label="What you use the numbers for",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Empty: To choose creators for campaigns, and to show brands the results.",
    )
    is_wider = forms.BooleanField(
        label="It allows more than before: ask the creators again who have agreed",
        required=False,
        help_text="Until they answer, what they agreed to holds.",
    )

    @classmethod
    def of(cls, purpose: ConsentPurpose | None) -> PurposeForm:
        """The form as it stands before anything is typed."""
        if purpose is None:
            return cls(initial={"number": 0})
        return cls(initial={"number": purpose.number, "text": purpose.text})
