"""Shapes of what staff enter about influencers."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings

from crm.countries import COUNTRIES
from crm.models import Influencer
from crm.services.imports.reading.layouts import DELIMITERS, ENCODINGS
from ui.editing import EditForm

PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
DECIMAL_MARKS = [("", "As the file shows"), (".", "Point: 1,234.56"), (",", "Comma: 1.234,56")]


class AddAccountForm(forms.Form):
    """A TikTok account by its handle or its profile's address."""

    handle = forms.CharField(
        label="TikTok account",
        max_length=300,
        help_text="The @name, or the address of the profile.",
        widget=forms.TextInput(attrs={**PLAIN, "autofocus": True, "placeholder": "@name"}),
        error_messages={"required": "Enter the @name of a TikTok account."},
    )


class AskForm(EditForm, forms.Form):
    """The address that the link to the influencers' dashboard goes to."""

    email = forms.EmailField(
        label="E-mail address of the influencer",
        max_length=254,
        widget=forms.EmailInput(attrs=PLAIN),
        error_messages={
            "required": "Enter the influencer's e-mail address: the link goes there.",
            "invalid": "This is not an e-mail address. Enter it as name@example.com.",
        },
    )


class InfluencerForm(EditForm, forms.ModelForm):
    """An influencer's particulars."""

    class Meta:
        model = Influencer
        fields = ["name", "email", "country", "language"]
        labels = {"email": "E-mail address"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = _choice(COUNTRIES, self.instance.country)
        self.fields["language"] = _choice(dict(settings.LANGUAGES), self.instance.language)


def _choice(names: Mapping[str, str], kept: str) -> forms.ChoiceField:
    """A select by name; a kept code that has none is shown as it is."""
    named = {kept: kept, **names} if kept else names
    by_name = sorted(named.items(), key=lambda item: _plain(str(item[1])))
    return forms.ChoiceField(choices=[("", "—"), *by_name], required=False)


def _plain(name: str) -> str:
    """Fold a name for sorting, so that case and accents do not part it from its neighbours."""
    return unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()


class ImportForm(forms.Form):
    """A file with influencers; what it may be is its reader's to say."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # refused with the other wrong contents
        max_length=None,
        help_text="CSV, TSV or XLSX, at most 25 MB, 200,000 rows and 200 columns. The first row names the columns.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"required": "Choose a file first."},
    )


class ReadingForm(forms.Form):
    """How the text of a file is read."""

    delimiter = forms.ChoiceField(label="Columns are parted by", choices=list(DELIMITERS.items()))
    encoding = forms.ChoiceField(label="Encoding", choices=list(ENCODINGS.items()))
    decimal_mark = forms.ChoiceField(label="Decimal mark", choices=DECIMAL_MARKS, required=False)


class WorkbookReadingForm(forms.Form):
    """How numbers that are written as text in a workbook are read."""

    decimal_mark = forms.ChoiceField(label="Decimal mark", choices=DECIMAL_MARKS, required=False)
