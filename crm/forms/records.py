"""Shapes of notes, tasks, files and contracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from crm.models import Task
from ui.editing import EditForm
from ui.names import NameField


class NoteForm(EditForm, forms.Form):
    """Plain text that may mention members."""

    text = forms.CharField(
        label="Note",
        max_length=4000,
        help_text="Write @ and a member's name to mention them.",
        widget=forms.Textarea(
            attrs={"rows": 6, "data-mentions": "members", "data-count-to": 4000, "autofocus": True}
        ),
        error_messages={"required": "Write something first."},
    )


class TaskForm(EditForm, forms.Form):
    """A task: its words, its date, who does it."""

    title = NameField(
        label="Task",
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True}),
        error_messages={"required": "Say what is to be done."},
    )
    due_on = forms.DateField(
        label="Due",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    assignee = forms.ChoiceField(required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        members: Sequence[tuple[int, str]],
        task: Task | None = None,
    ) -> None:
        stored = (
            {
                "title": task.title,
                "due_on": task.due_on,
                "assignee": str(task.assignee_id or ""),
            }
            if task
            else {}
        )
        super().__init__(data, initial=stored)
        self.fields["assignee"].choices = [  # type: ignore[attr-defined]
            ("", "Nobody yet"),
            *((str(pk), name) for pk, name in members),
        ]

    @property
    def given(self) -> dict[str, Any]:
        """The entered values, for the services."""
        chosen = self.cleaned_data["assignee"]
        return {
            "title": self.cleaned_data["title"],
            "due_on": self.cleaned_data["due_on"],
            "assignee_id": int(chosen) if chosen else None,
        }


FILE_HELP = "PDF, Word, Excel, PowerPoint, PNG, JPEG or WebP of at most 20 MB."


class FileForm(forms.Form):
    """A file; what it may be is `files.limits`'s to say."""

    file = forms.FileField(
        allow_empty_file=True,  # refused with the other wrong contents
        help_text=FILE_HELP,
        error_messages={"required": "Choose a file first."},
    )


class ContractForm(forms.Form):
    """A version of a contract, as a text or as a file."""

    title = NameField(max_length=200, error_messages={"required": "Give it a title."})
    text = forms.CharField(
        max_length=50_000,
        required=False,
        help_text="The words of the contract, unless you upload it.",
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    file = forms.FileField(required=False, allow_empty_file=True, help_text=FILE_HELP)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["title"]

    def clean(self) -> dict[str, Any]:
        """See that there is exactly one of text and file."""
        given = super().clean() or self.cleaned_data
        if bool(given.get("text")) == bool(given.get("file")) and not self.errors:
            raise ValidationError("Enter the text of the contract, or choose its file.")
        return given

    @property
    def given(self) -> dict[str, Any]:
        """The entered values, for the services."""
        entered = dict(self.cleaned_data)
        entered["upload"] = entered.pop("file")
        return entered
