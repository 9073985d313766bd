"""The forms of content review: comments, the changes that are asked for, due dates."""

from __future__ import annotations

import re

from django import forms

from campaigns.forms.fields import DAY, PlausibleDateField
from ui.editing import EditForm

CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)")
LONGEST = 24 * 3600  # seconds


class SecondField(forms.CharField):
    """A moment of a video as people write it: 12, 0:12, 1:02:03. Its value is in seconds; None where it is left empty."""

    def __init__(self) -> None:
        attrs = {
            "placeholder": "0:00",
            "inputmode": "text",
            "autocomplete": "off",
            "data-second-field": "",
        }
        super().__init__(
            required=False,
            label="At (minutes:seconds)",
            max_length=9,
            widget=forms.TextInput(attrs=attrs),
        )

    def clean(self, value: object) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        found = CLOCK.fullmatch(text)
        if text.isascii() and text.isdigit():
            seconds = int(text)
        elif found:
            hours, minutes, rest = (int(each or 0) for each in found.groups())
            seconds = hours * 3600 + minutes * 60 + rest
        else:
            raise forms.ValidationError("Write the moment as minutes and seconds, such as 0:12.")
        if seconds > LONGEST:
            raise forms.ValidationError("No video is that long.")
        return seconds


class CommentForm(forms.Form):
    """A comment on a version of a draft."""

    text = forms.CharField(
        max_length=2_000,
        label="Comment",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The creator reads it on the page of their order.",
        error_messages={"required": "Write the comment first."},
    )
    second = SecondField()


class ChangesForm(EditForm, forms.Form):
    """The changes that are asked for, which go to the creator by e-mail, and by when."""

    reason = forms.CharField(
        max_length=2_000,
        label="What is to change",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what is to change: the creator reads it."},
    )
    due_on = PlausibleDateField(required=False, label="Next version by", widget=DAY)


class DraftDueForm(EditForm, forms.Form):
    """The day by which a draft, or its next version, is to be sent; empty: none."""

    due_on = PlausibleDateField(required=False, label="Draft by", widget=DAY)
