"""Shapes of programs, and of what staff say about applications."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q

from crm.countries import COUNTRIES
from crm.enums import Decision
from crm.models import CustomField, Program, Tag
from tenancy.models import Group
from tenancy.scope import current_groups
from ui.editing import EditForm
from ui.names import NameField

OPTIONAL = ("brand", "least_followers", "least_views", "file_question", "consent_text", "capacity", "closes_on", "tag", "contract_title", "contract_text")  # fmt: skip


class ProgramForm(EditForm, forms.Form):
    """A program; its key is chosen once."""

    name = NameField(max_length=120, error_messages={"required": "Give the program a name."})
    key = forms.SlugField(
        max_length=60,
        help_text="Names the program in its address, such as spring-bakers. It cannot be changed later.",
        error_messages={
            "required": "Give the program a key.",
            "invalid": "Use letters, digits and hyphens, such as spring-bakers.",
        },
    )
    group = forms.ChoiceField(
        required=False,
        help_text="Who is accepted is put into this group.",
        error_messages={"required": "Choose one of your groups."},
    )
    brand = NameField(max_length=120, help_text="The client that the program is for.")
    story = forms.CharField(
        label="Text",
        max_length=4000,
        help_text="What you look for, and what creators get.",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Say what the program is about."},
    )
    language = forms.ChoiceField(
        help_text="Of the page and of e-mails, unless the creator chooses another."
    )
    least_followers = forms.IntegerField(label="Followers, at least", min_value=1)
    countries = forms.MultipleChoiceField(
        label="Most of the audience in",
        required=False,
        choices=COUNTRIES.items(),
        help_text="More than half of the audience has to be in these countries together.",
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    least_views = forms.IntegerField(label="Average views, at least", min_value=1)
    questions = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Your custom fields. Answers are kept with the creator once they are accepted.",
    )
    file_question = forms.CharField(
        label="File to upload",
        max_length=120,
        help_text="What is to be uploaded, such as Photo of your kitchen. Empty for no file.",
    )
    consent_text = forms.CharField(
        label="Consent text",
        max_length=4000,
        help_text="Applicants have to agree to it. It is kept with the application as they read it.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    capacity = forms.IntegerField(label="Places", min_value=1)
    closes_on = forms.DateField(
        label="Last day to apply", widget=forms.DateInput(attrs={"type": "date"})
    )
    tag = forms.ChoiceField(help_text="Given to who is accepted.")
    contract_title = NameField(
        label="Title of the contract", max_length=200, help_text="Sent to who is accepted."
    )
    contract_text = forms.CharField(
        label="Text of the contract", max_length=50_000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, data: Any, *, program: Program | None = None) -> None:
        stored = _stored(program) if program else {"language": settings.LANGUAGE_CODE}
        super().__init__(data, initial=stored)
        for name in OPTIONAL:
            self.fields[name].required = False
        self._offer("language", list(settings.PAGE_LANGUAGES.items()))
        groups = [(str(group.pk), group.name) for group in Group.objects.order_by("name")]
        is_limited = current_groups() is not None  # who sees some groups alone chooses one of them
        self.fields["group"].required = is_limited
        self._offer("group", groups if is_limited else [("", "The whole organization"), *groups])
        tags = Tag.objects.order_by("name").values_list("pk", "name")
        self._offer("tag", [("", "—"), *((str(pk), name) for pk, name in tags)])
        asked = Q(questions__program=program) if program else Q()
        fields = CustomField.objects.filter(Q(archived_at=None) | asked).distinct()
        self._offer("questions", [(str(f.pk), f.name) for f in fields.order_by("position", "pk")])
        if program:
            del self.fields["key"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("contract_text") and not given.get("contract_title"):
            self.add_error("contract_title", "Give the contract a title, or empty its text.")
        if given.get("contract_title") and not given.get("contract_text"):
            self.add_error("contract_text", "Write the contract, or empty its title.")
        return given

    @property
    def columns(self) -> dict[str, Any]:
        """The entered values as columns of the program."""
        given = dict(self.cleaned_data)
        given.pop("questions")
        for name in ("group", "tag"):
            value = given.pop(name)
            given[f"{name}_id"] = int(value) if value else None
        return given

    @property
    def fields_asked(self) -> list[int]:
        """The ids of the custom fields that are asked."""
        return [int(pk) for pk in self.cleaned_data["questions"]]


def _stored(program: Program) -> dict[str, Any]:
    columns = (
        "name", "brand", "story", "language", "least_followers", "countries", "least_views", "file_question", "consent_text", "capacity",
        "closes_on", "contract_title", "contract_text",
    )  # fmt: skip
    return {
        **{name: getattr(program, name) for name in columns},
        "group": _text(program.group_id),
        "tag": _text(program.tag_id),
        "questions": [str(pk) for pk in program.questions.order_by("pk").values_list("field", flat=True)],
    }  # fmt: skip


def _text(pk: int | None) -> str:
    return "" if pk is None else str(pk)


class DecisionForm(forms.Form):
    """One decision; asking back needs words."""

    decision = forms.ChoiceField(choices=Decision.choices)
    said = forms.CharField(
        label="To the applicant",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("decision") == Decision.ASK_BACK and not given.get("said"):
            self.add_error("said", "Write what you would like to know.")
        if given.get("decision") == Decision.ACCEPT:
            given["said"] = ""
        return given


class ApplicationNoteForm(forms.Form):
    """A note for the team."""

    text = forms.CharField(
        label="Note",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write the note first."},
    )
