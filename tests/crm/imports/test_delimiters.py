"""The delimiter of a file is found whatever titles stand above its table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.services.imports.reading.layouts import DELIMITERS, delimiter_of
from tests.crm.imports.conftest import fates, previewed

CELLS = st.text("abcxyz 0123456789@._-é", max_size=12)
TITLES = st.lists(st.sampled_from(["Roster 2026", "Roster, 2026", "Creators | Spring"]), max_size=2)


def text_of(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    output = io.StringIO()
    csv.writer(output, delimiter=delimiter).writerows(rows)
    return output.getvalue()


@given(
    st.sampled_from(list(DELIMITERS)),
    TITLES,
    st.integers(2, 8).flatmap(
        lambda width: st.lists(
            st.lists(CELLS, min_size=width, max_size=width), min_size=3, max_size=20
        )
    ),
)
def test_a_table_is_read_by_its_delimiter_with_and_without_titles(
    delimiter: str, titles: list[str], rows: list[list[str]]
) -> None:
    above = "".join(f"{title}\n" for title in titles)
    assert delimiter_of(above + text_of(rows, delimiter)) == delimiter


@given(
    TITLES,
    st.lists(st.text("abcxyz @.", min_size=1, max_size=12), min_size=4, max_size=20),
    st.sampled_from([*DELIMITERS, ""]),
)
def test_one_column_is_one_column_though_a_cell_has_a_delimiter(
    titles: list[str], cells: list[str], stray: str
) -> None:
    lines = [*titles, *cells, f"a{stray}b"]
    assert delimiter_of("".join(f"{line}\n" for line in lines)) == ","


@pytest.mark.django_db
@pytest.mark.usefixtures("_in_oak")
@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_a_title_without_delimiters_parts_no_table(ada, delimiter: str) -> None:
    rows = [["Name", "E-mail", "City"], ["Maya", "maya@example.com", "Graz"]]
    parent = previewed(f"Roster 2026\n{text_of(rows, delimiter)}", ada)
    assert (parent.delimiter, parent.rows_above, fates(parent)) == (delimiter, 1, [(3, "new")])
