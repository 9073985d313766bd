"""Shapes of what creators say to an invitation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.enums import DeclineReason


class ReasonForm(forms.Form):
    """The reason of a no: one of a few, or own words; nothing is chosen beforehand."""

    reason = forms.ChoiceField(
        required=False,
        choices=[
            (DeclineReason.UNKNOWN.value, _("I do not know this organization")),
            (DeclineReason.PRIVATE.value, _("I do not want to share my numbers")),
            (DeclineReason.UNSUITED.value, _("The brand does not fit me")),
            (DeclineReason.OTHER.value, _("Another reason")),
        ],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        required=False,
        max_length=500,
        label=_("In your words"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
