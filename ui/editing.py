"""Two people edit the same thing: the second sees what changed meanwhile, field by field, and chooses.

    class InfluencerForm(EditForm, forms.ModelForm): …          its `initial` is what is stored
    with editing(request, influencer) as stored:
        form = InfluencerForm(request.POST or None, instance=stored)

A form over several rows at once reads them in `editing_all`.

The page carries the values that its reader saw (`version`); a form that comes without them has seen nothing, and each
value that it would replace is asked about. On a conflict nothing is written: the form is shown again with theirs and yours of each field, and a choice. The row is locked meanwhile, so that of two the second is the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django import forms
from django.core import signing
from django.db import models, transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.choices import flatten_choices

from ui.richtext import RichTextFormField, plain_text
from ui.templatetags import formats

VERSION, SALT = "version", "ui.editing"
THEIRS, YOURS = "theirs", "yours"
CHANGED = "Somebody else has changed this meanwhile, so nothing was saved. Choose what is right, and save again."
UNSEEN = "This form came without the values it was opened with, so nothing was saved. Choose what is right, and save again."
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Conflict:
    """A field that somebody else has changed since the form was opened. `chosen`: theirs, yours, or nothing yet."""

    name: str
    label: str
    theirs: str
    yours: str
    chosen: str


@contextmanager
def editing(request: HttpRequest, row: M) -> Iterator[M]:
    """The row of a form: as it is; once the form is sent, as it is stored then, for one editor at a time. Raises Http404 for
    one that somebody has deleted meanwhile."""
    if request.method != "POST":
        yield row
        return
    with transaction.atomic():
        yield get_object_or_404(
            type(row)._default_manager.select_for_update(of=("self",)), pk=row.pk
        )


@contextmanager
def editing_all(request: HttpRequest, rows: models.QuerySet[M]) -> Iterator[list[M]]:
    """The rows of a form over several; once the form is sent, as they are stored then, for one editor at a time."""
    rows = rows.order_by("pk")
    if request.method != "POST":
        yield list(rows)
        return
    with transaction.atomic():
        yield list(rows.select_for_update(of=("self",)))


def version_of(values: Mapping[str, Any]) -> str:
    """A token that carries these values as their reader saw them; only this site can make one."""
    texts = {name: text_of(value) for name, value in values.items()}
    return signing.dumps(texts, salt=SALT, compress=True)


def seen_in(version: str) -> dict[str, str]:
    """The values in a token; none where it was not made here."""
    try:
        seen: dict[str, str] = signing.loads(version, salt=SALT)
    except signing.BadSignature:
        return {}
    return seen


def shown_of(field: forms.Field, value: Any) -> str:
    """A value of a form's field as people read it: the words of a choice, `Yes`, `3 Nov 2026`."""
    if isinstance(value, list | models.QuerySet):
        return ", ".join(shown_of(field, each) for each in value)
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(field, RichTextFormField):
        return plain_text(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date) or (isinstance(field.widget, forms.DateInput) and value):
        return _day(value)
    choices = getattr(field, "choices", getattr(field.widget, "choices", ()))
    pairs: Any = flatten_choices(choices)
    names = {text_of(key): str(label) for key, label in pairs}
    return names.get(text_of(value), text_of(value))


def _day(value: date | str) -> str:
    """A day as people read it, with the time of a moment."""
    if isinstance(value, datetime):
        return f"{formats.day(value)}, {value:%H:%M} UTC"
    return formats.day(value if isinstance(value, date) else date.fromisoformat(value))


def text_of(value: Any) -> str:
    """A value as forms write it: rows by their keys, a moment to the minute."""
    if isinstance(value, models.QuerySet):
        return text_of(sorted(value, key=lambda row: row.pk))
    if isinstance(value, list):
        return "; ".join(text_of(each) for each in value)
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M}"
    return "" if value is None else str(value)


class EditForm(forms.BaseForm):
    """A form over what is stored, which its `initial` says. A field without one is not compared."""

    conflicts: tuple[Conflict, ...] = ()

    @property
    def version(self) -> str:
        """The token for the next submission."""
        return version_of(self._stored())

    def clean(self) -> dict[str, Any]:
        """Take theirs where it was chosen; refuse what was changed meanwhile and not chosen."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        seen = seen_in(self.data.get(VERSION, ""))
        stored = self._stored()
        for name in [name for name in stored if name in given]:
            if self.data.get(f"keep_{name}") == THEIRS:
                given[name] = stored[name]
        self.conflicts = tuple(
            self._conflict(name, given[name], stored[name], seen.get(name))
            for name in stored
            if name in given
            and seen.get(name, "") != text_of(stored[name])
            and text_of(given[name]) != text_of(stored[name])
        )
        if self.conflicts:
            self.add_error(None, CHANGED if seen else UNSEEN)
        return given

    def _stored(self) -> dict[str, Any]:
        return {name: self.initial[name] for name in self.fields if name in self.initial}

    def _conflict(self, name: str, yours: Any, theirs: Any, seen: str | None) -> Conflict:
        """Both sides of a field; theirs is chosen beforehand for whoever has not touched it."""
        field = self.fields[name]
        their_text, your_text = (shown_of(field, each) for each in (theirs, yours))
        chosen = THEIRS if text_of(yours) == seen else ""
        return Conflict(name, str(self[name].label), their_text, your_text, chosen)
