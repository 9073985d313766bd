"""Shapes of files to import, and how they are read."""

from __future__ import annotations

from django import forms

from crm.services.imports.reading.layouts import DELIMITERS, ENCODINGS

DECIMAL_MARKS = [("", "As the file shows"), (".", "Point: 1,234.56"), (",", "Comma: 1.234,56")]


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
