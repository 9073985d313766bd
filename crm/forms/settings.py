"""Shapes of tags, lists and custom fields, as their pages change them."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.enums import FieldKind, TagColor
from crm.models import CustomField, List, Tag
from crm.services.fields import CHOICES
from ui.editing import EditForm
from ui.names import NameField


class FieldForm(EditForm, forms.Form):
    """A custom field; its kind is chosen once."""

    name = NameField(max_length=80, error_messages={"required": "Give the field a name."})
    kind = forms.ChoiceField(choices=FieldKind.choices)
    options = forms.CharField(
        label="Choices",
        required=False,
        help_text="One in each line.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_required = forms.BooleanField(label="Has to be filled in", required=False)

    def __init__(self, data: Any, *, field: CustomField | None = None) -> None:
        stored = (
            {
                "name": field.name,
                "options": "\n".join(field.options),
                "is_required": field.is_required,
            }
            if field
            else {}
        )
        super().__init__(data, initial=stored)
        if field:
            del self.fields["kind"]
            if field.kind not in CHOICES:
                del self.fields["options"]

    @property
    def given(self) -> dict[str, Any]:
        """The entered values, for the services."""
        entered = dict(self.cleaned_data)
        return {**entered, "options": entered.get("options", "").splitlines()}


class TagForm(EditForm, forms.Form):
    """A tag's name and colour."""

    name = NameField(max_length=60, error_messages={"required": "Give the tag a name."})
    color = forms.ChoiceField(label="Colour", choices=TagColor.choices)

    def __init__(self, data: Any, *, tag: Tag) -> None:
        super().__init__(data, initial={"name": tag.name, "color": tag.color})


class ListForm(EditForm, forms.Form):
    """A list's name, and what it is for."""

    name = NameField(max_length=120, error_messages={"required": "Give the list a name."})
    description = forms.CharField(
        max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any, *, row: List | None = None) -> None:
        stored = {"name": row.name, "description": row.description} if row else {}
        super().__init__(data, initial=stored)


class MergeTagForm(forms.Form):
    """The tag that takes another one's place."""

    into = forms.ModelChoiceField(label="Tag to keep", queryset=Tag.objects.none())

    def __init__(self, data: Any, *, tag: Tag) -> None:
        super().__init__(data)
        others = Tag.objects.exclude(pk=tag.pk).order_by("name")
        self.fields["into"].queryset = others  # type: ignore[attr-defined]
