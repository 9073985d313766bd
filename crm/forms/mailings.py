"""Shapes of mail templates and of mailings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.models import MailTemplate
from crm.models.mailings import BODY_LENGTH, SUBJECT_LENGTH, TEMPLATE_NAME_LENGTH
from crm.policies.merge_fields import problems
from crm.services.mailings.mailings import Draft
from ui.editing import EditForm
from ui.names import NameField
from ui.zones import UTC, TimeZoneField

NOW, LATER = "now", "later"
LONGEST_DELAY = timedelta(days=365)
MOST_DAYS = 60
BODY_HELP = "Leave a blank line between paragraphs. Web addresses become links."
REMINDER = (
    "{{ salutation }},\n\nhave you seen our e-mail? We look forward to your answer.\n\n{{ sender }}"
)


def _text(label: str, *, rows: int, required: str = "", **how: Any) -> forms.CharField:
    attrs = {"rows": rows, "data-count-to": BODY_LENGTH}
    return forms.CharField(
        label=label,
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs=attrs),
        required=bool(required),
        error_messages={"required": required},
        **how,
    )


def _subject() -> forms.CharField:
    return forms.CharField(
        max_length=SUBJECT_LENGTH,
        widget=forms.TextInput(attrs={"data-count-to": SUBJECT_LENGTH, "autocomplete": "off"}),
        error_messages={"required": "Enter a subject."},
    )


class _Words(forms.Form):
    """Subject and text with merge fields, which are checked."""

    subject = _subject()
    body = _text("Text", rows=12, required="Write something first.", help_text=BODY_HELP)

    def clean_subject(self) -> str:
        return _right(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        return _right(self.cleaned_data["body"])


def _right(text: str) -> str:
    """The text, with the line breaks of this system. Raises ValidationError, with the place of each wrong field."""
    text = text.replace("\r\n", "\n")
    if found := problems(text):
        raise ValidationError(found)
    return text


class MailTemplateForm(EditForm, _Words):
    """A template: its name, its subject, its text."""

    name = NameField(
        max_length=TEMPLATE_NAME_LENGTH, error_messages={"required": "Give the template a name."}
    )
    field_order = ("name", "subject", "body")

    def __init__(self, data: Any, *, template: MailTemplate | None = None) -> None:
        names = ("name", "subject", "body")
        stored = {name: getattr(template, name) for name in names} if template else {}
        super().__init__(data, initial=stored)


class MailingForm(_Words):
    """A mailing: its texts, when it is sent, and the reminder."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    when = forms.ChoiceField(
        label="When",
        choices=[(NOW, "Now"), (LATER, "At a time")],
        widget=forms.RadioSelect,
        required=False,
    )
    at = forms.DateTimeField(
        label="Date and time",
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    zone = TimeZoneField(label="Time zone", required=False, is_own=True)
    reminder_days = forms.IntegerField(
        label="Remind who did not answer after",
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.NumberInput(attrs={"placeholder": "No reminder"}),
    )
    reminder_body = _text("Text of the reminder", rows=6, initial=REMINDER)

    def clean_reminder_body(self) -> str:
        return _right(self.cleaned_data["reminder_body"])

    def clean(self) -> dict[str, Any]:
        """See that what is asked for is complete, and that its time is to come."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("reminder_days") and given.get("reminder_body") == "":
            self.add_error("reminder_body", "Write what the reminder says.")
        if given.get("when") == LATER and "at" in given:
            given["at"] = self._moment(given["at"], given.get("zone") or UTC)
        return given

    def _moment(self, at: datetime | None, zone: str) -> datetime | None:
        if at is None:
            self.add_error("at", "Choose a date and a time.")
            return None
        moment = at.replace(tzinfo=ZoneInfo(zone))
        if not timezone.now() < moment < timezone.now() + LONGEST_DELAY:
            self.add_error("at", "Choose a time that is to come, at most a year from now.")
        return moment

    @property
    def draft(self) -> Draft:
        """The entered values, for the services."""
        given = self.cleaned_data
        days = given["reminder_days"]
        return Draft(
            subject=given["subject"],
            body=given["body"],
            reminder_days=days,
            reminder_body=given["reminder_body"] if days else "",
            scheduled_at=given["at"] if given["when"] == LATER else None,
        )
