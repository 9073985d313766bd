"""A name for filters of the list."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.models import Segment
from crm.models.segments import NAME_LENGTH
from ui.editing import EditForm
from ui.names import NameField


class SegmentForm(EditForm, forms.Form):
    """A name for filters, and who sees them."""

    name = NameField(
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": "Enter a name for the segment."},
    )
    is_shared = forms.BooleanField(label="Everybody in the organization sees it", required=False)

    def __init__(self, data: Any, *, segment: Segment | None = None) -> None:
        stored = {"name": segment.name, "is_shared": segment.is_shared} if segment else {}
        super().__init__(data, initial=stored)
