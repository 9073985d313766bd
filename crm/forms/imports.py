"""Shapes of files to import, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django import forms

from crm.enums import Network
from crm.forms.accounts import PLAIN
from crm.services.imports.meaning.mapping import MOST_ABOVE
from crm.services.imports.meaning.rows import Column
from crm.services.imports.reading.layouts import DELIMITERS, ENCODINGS
from crm.services.imports.reading.tables import LONGEST_CELL

DECIMAL_MARKS = [("", "As the file shows"), (".", "Point: 1,234.56"), (",", "Comma: 1.234,56")]


class ImportForm(forms.Form):
    """A file with influencers; what it may be is its reader's to say."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # refused with the other wrong contents
        max_length=None,
        help_text="CSV, TSV or XLSX, at most 25 MB, 200,000 rows and 200 columns. A row at the top names the columns.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"required": "Choose a file first."},
    )


class PasteForm(forms.Form):
    """Lines with an account each."""

    accounts = forms.CharField(
        help_text="One in each line, at most 1,000: an @name, or the address of a profile on TikTok, Instagram, YouTube, X, "
        "Facebook or Twitch. An e-mail address in the same line goes with a new creator.",
        widget=forms.Textarea(
            attrs={
                **PLAIN,
                "rows": 12,
                "placeholder": "@maya.bakes\nhttps://www.instagram.com/maya/",
            }
        ),
        error_messages={"required": "Paste at least one account."},
    )
    network = forms.ChoiceField(
        choices=Network.choices,
        initial=Network.TIKTOK,
        help_text="Of an @name. An address says its network by itself.",
    )


class RowForm(forms.Form):
    """The cells of a row that are imported, as texts; what is wrong with it stands beside the columns that it names."""

    def __init__(
        self, columns: Sequence[Column], texts: Mapping[int, str], reasons: Iterable[Sequence[str]]
    ) -> None:
        """`columns`: those of the file that are imported; `texts`: of their cells, by their places."""
        super().__init__({f"cell-{place}": text for place, text in texts.items()})
        for column in columns:
            help_text = "" if column.header == column.field.label else column.field.label
            self.fields[f"cell-{column.place}"] = forms.CharField(
                label=column.header,
                required=False,
                max_length=LONGEST_CELL,
                help_text=help_text,
                error_messages={"max_length": f"Shorten this to {LONGEST_CELL:,} characters."},
            )
        by_header = {column.header: f"cell-{column.place}" for column in columns}
        self.is_valid()
        for header, reason, _text in reasons:
            said = reason if reason[:1].isupper() else f"This {reason}"
            self.add_error(by_header.get(header), said)


class WorkbookReadingForm(forms.Form):
    """How numbers that are written as text in a workbook are read, and where the names of its columns stand."""

    decimal_mark = forms.ChoiceField(label="Decimal mark", choices=DECIMAL_MARKS, required=False)
    rows_above = forms.IntegerField(
        label="Rows above the names of the columns",
        min_value=0,
        max_value=MOST_ABOVE,
        help_text="Titles, for example. They are left out; empty rows do not count.",
    )


class ReadingForm(WorkbookReadingForm):
    """How the text of a file is read."""

    field_order = ("delimiter", "encoding")

    delimiter = forms.ChoiceField(
        label="Columns are separated by", choices=list(DELIMITERS.items())
    )
    encoding = forms.ChoiceField(label="Encoding", choices=list(ENCODINGS.items()))
