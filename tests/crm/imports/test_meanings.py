"""A cell has one meaning, however people write it, or is refused."""

from __future__ import annotations

import pytest

from crm.errors import TableRefused
from crm.models import Influencer, SocialAccount
from crm.services.imports.reading.tables import column_name
from crm.services.imports.runs import begin_import, map_columns
from tenancy.models import User
from tests.crm.imports.conftest import (
    fates,
    finish,
    fresh,
    imported,
    previewed,
    reasons,
    the_row,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]


def value_of(header: str, cell: str, ada: User):
    """The meaning of this cell of a row; its refusal, if it has none."""
    parent = previewed(f'Name,{header}\nMaya,"{cell}"\n', ada)
    values = the_row(parent, 2).values
    values.pop("name", None)
    return next(iter(values.values())) if values else reasons(parent)[0][1]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("at", "AT"), ("AUT", "AT"), ("Österreich", "AT"), ("England", "GB"), ("u.s.a.", "US"), ("CÃ´te d'Ivoire", "CI"),
     ("Россия", "RU"), ("日本", "JP"), ("YU", "No country is called so."), ("Нарния", "No country is called so."),
     ("Mordor", "No country is called so.")],
)  # fmt: skip
def test_a_country_is_known_by_code_by_name_and_by_what_people_call_it(ada, cell, code) -> None:
    assert value_of("Country", cell, ada) == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [("de", "de"), ("DE", "de"), ("de_CH", "de"), ("German", "de"), ("allemand", "de"),
     ("xx-YY", "No language is called so.")],
)  # fmt: skip
def test_a_language_is_known_by_code_and_by_name(ada, cell, code) -> None:
    assert value_of("Language", cell, ada) == code


@pytest.mark.parametrize(
    ("cell", "day"),
    [("1990-02-03", "1990-02-03"), ("3.2.1990", "1990-02-03"), ("1990/2/3", "1990-02-03"), ("31/12/1990", "1990-12-31"),
     ("12/31/1990", "1990-12-31"), ("12-31-1990", "1990-12-31"), ("03/03/1990", "1990-03-03"),
     ("03/04/1990", "Day or month first? Write it as 2026-11-29."),
     ("03-04-1990", "Day or month first? Write it as 2026-11-29."),
     ("13/13/1990", "is no date that exists. Check its day and month."), ("31.02.1990", "is no date that exists. Check its day and month."),
     ("last May", "is no date. Write it as 2026-11-29.")],
)  # fmt: skip
def test_a_day_with_slashes_is_read_where_only_one_number_can_be_the_month(ada, cell, day) -> None:
    assert value_of("Birthday", cell, ada) == day


def test_an_address_that_no_mail_has_is_refused(ada) -> None:
    labels = ".".join(["x" * 60] * 4)
    assert (
        value_of("E-mail", f"maya-the-baker@{labels}.com", ada) == "is longer than 254 characters."
    )
    assert value_of("E-mail", "mailto:Maya@Example.com", ada) == "maya@example.com"


def test_a_youtube_channel_is_known_by_its_id_whose_capitals_count(ada) -> None:
    channel = "UCabcdefghijKLMNOPQRSTUV"
    imported(f"Name,YouTube\nMaya,https://www.youtube.com/channel/{channel}\n", ada)
    assert SocialAccount.objects.get().handle == channel


def test_one_field_takes_one_column(ada) -> None:
    parent = previewed("Who,Called\nMaya,May\n", ada)
    chosen = [{"field": "name", "policy": "overwrite"}] * 2
    map_columns(parent, chosen, actor=ada)
    finish()
    with pytest.raises(TableRefused, match="Two columns are mapped to “Name”"):
        begin_import(fresh(parent), actor=ada)


def test_nothing_is_imported_while_no_column_says_who_it_is_about(ada) -> None:
    parent = previewed("Where\nGraz\n", ada)
    with pytest.raises(TableRefused, match="Choose the column that holds the name"):
        begin_import(parent, actor=ada)


def test_a_row_with_a_name_alone_is_about_whoever_is_called_so(ada) -> None:
    ids = [Influencer.objects.create(name=name).pk for name in ("Zoë Müller", "Ole", "Ole")]
    parent = previewed("Name,City\nZOE MULLER,Graz\nole,Oslo\nMaya,Wien\n", ada)
    assert fates(parent) == [(2, "update"), (3, "error"), (4, "new")]
    assert the_row(parent, 2).influencer_id == ids[0]
    assert reasons(parent) == [["", "The row is about 2 creators at once. Merge them first."]]


def test_a_row_that_ends_before_a_column_of_numbers_is_refused_alone(ada) -> None:
    parent = previewed("Name,Instagram,Instagram followers\nMaya,m,1200\nOle,o\n", ada)
    assert fates(parent) == [(2, "new"), (3, "error")]
    assert reasons(parent) == [["", "The row has 2 of 3 columns."]]


@pytest.mark.parametrize(("place", "name"), [(0, "Column A"), (25, "Column Z"), (26, "Column AA")])
def test_a_column_without_a_header_is_named_as_spreadsheets_do(place: int, name: str) -> None:
    assert column_name(place) == name
