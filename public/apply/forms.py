"""Shapes of what applicants fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.enums import FieldKind, Network
from crm.errors import HandleNotReadable
from crm.forms.custom import PREFIX, TypedField
from crm.models import Application, CustomField, Program
from crm.policies.programs import other_account
from crm.services.programs.applying import Given
from files.enums import FileKind
from files.limits import LIMITS, MEGABYTE
from ui.names import NameField

# What is wrong with a value, in the applicant's language; the team's forms say it in their own words.
WRONG = {
    FieldKind.TEXT: _("This text is too long."),
    FieldKind.URL: _("This is no link. It begins with https://."),
    FieldKind.NUMBER: _("Enter a number such as 1200 or 0.5."),
    FieldKind.MONEY: _("Enter an amount with its currency, such as 1200.50 EUR."),
    FieldKind.DATE: _("Enter a date such as 2026-11-29."),
}
CHOOSE = _("Choose from the list.")
MOST_ACCOUNTS = 10


class StartForm(forms.Form):
    """The address that the code goes to. `website` is there for machines: people do not see it."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("This is not an e-mail address. Enter it as name@example.com."),
        },
    )
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    @property
    def is_of_a_machine(self) -> bool:
        """Was the field filled in that nobody sees?"""
        return bool(self.cleaned_data.get("website"))


class Answer(TypedField):
    """A custom field as an applicant reads it."""

    def __init__(self, field: CustomField) -> None:
        super().__init__(field)
        if field.kind == FieldKind.YES_NO:
            self.widget = forms.Select(choices=[("", "—"), ("yes", _("Yes")), ("no", _("No"))])

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as problem:
            is_missing = getattr(problem, "code", "") == "required"
            text = (
                _("Please answer this.") if is_missing else WRONG.get(FieldKind(self.kind), CHOOSE)
            )
            raise ValidationError(text) from problem


class ApplicationForm(forms.Form):
    """The questions of a program. `is_draft`: nothing has to be filled in yet."""

    name = NameField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )

    def __init__(
        self,
        program: Program,
        questions: list[CustomField],
        application: Application,
        data: Any = None,
        files: Any = None,
        *,
        is_draft: bool = False,
    ) -> None:
        self.application = application
        answers = {f"{PREFIX}{pk}": value for pk, value in application.answers.items()}
        accounts = "\n".join(application.addresses)
        initial = {"name": application.name, "accounts": accounts, **answers}
        super().__init__(data, files, initial=initial)
        for question in questions:
            self.fields[f"{PREFIX}{question.pk}"] = Answer(question)
        if program.file_question:
            self.fields["file"] = _file_field(program.file_question)
        self.fields["accounts"] = forms.CharField(
            label=_("Your accounts on other networks"),
            required=False,
            max_length=3000,
            help_text=_("One address in each line. You can leave this empty."),
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        if program.consent_text:
            self.fields["agree"] = forms.BooleanField(
                label=_("I agree to this"),
                error_messages={"required": _("Please agree, or do not apply.")},
            )
        for field in self.fields.values() if is_draft else ():
            field.required = False

    def clean_accounts(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["accounts"].splitlines()]
        found = [line for line in lines if line]
        if len(found) > MOST_ACCOUNTS:
            raise ValidationError(_("These are too many. Name ten at most."))
        for line in found:
            _refuse_account(line)
        return found

    @property
    def given(self) -> Given:
        """The entered values, for the services; in the place of one that cannot be read, the one that was kept before."""
        kept = {**self.initial, "accounts": self.application.addresses}
        entered: dict[str, Any] = {name: kept[name] for name in self.errors if name in kept}
        entered |= self.cleaned_data
        return Given(
            name=entered["name"],
            answers={
                name.removeprefix(PREFIX): value
                for name, value in entered.items()
                if name.startswith(PREFIX)
            },
            addresses=entered["accounts"],
            file=entered.get("file"),
        )

    def refuse_file(self) -> None:
        """Say which files are taken."""
        most = LIMITS[FileKind.APPLICATION_FILE].size // MEGABYTE
        text = gettext(
            "This file was not taken. A picture (PNG, JPEG, WebP) or a PDF of at most %(most)s MB can be sent. What you have typed"
            " is kept; choose another file."
        )
        self.add_error("file", text % {"most": most})


def _file_field(label: str) -> forms.FileField:
    endings = ",".join(LIMITS[FileKind.APPLICATION_FILE].endings)
    return forms.FileField(
        label=label,
        required=False,
        allow_empty_file=True,  # refused with the other wrong contents
        help_text=_("PNG, JPEG, WebP or PDF, at most 10 MB. You can leave this empty."),
        widget=forms.FileInput(attrs={"accept": endings}),
    )


def _refuse_account(line: str) -> None:
    try:
        address = other_account(line)
    except HandleNotReadable as problem:
        text = gettext("“%(line)s” does not name an account. Paste the address of its page.")
        raise ValidationError(text % {"line": line}) from problem
    if address.network == Network.TIKTOK:
        raise ValidationError(_("Your TikTok account is connected above. Name the others here."))
