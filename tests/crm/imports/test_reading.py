"""Files are read as they are, from whatever program they come."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest
import xlsxwriter

from crm.enums import FieldKind
from crm.errors import TableRefused
from crm.models import CustomField, Import
from crm.services.imports.reading.percents import column_number
from crm.services.imports.runs import read_otherwise
from tests.crm.imports.conftest import fates, finish, fresh, previewed, reasons, the_row, workbook
from tests.crm.imports.test_broken_files import with_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]


def sheet(*cells: object, hidden: bool = False) -> bytes:
    """A workbook with a header of names and numbers, and one row of these cells."""
    output = io.BytesIO()
    with xlsxwriter.Workbook(output) as book:
        if hidden:
            first = book.add_worksheet("Old")
            first.write_row(0, 0, ["Name"])
            first.write_row(1, 0, ["Nobody"])
            first.hide()
        page = book.add_worksheet()
        page.activate()
        page.write_row(0, 0, ["Name", "Birthday", "Paid", "Shoes"])
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for place, cell in enumerate(cells):
            if isinstance(cell, datetime):
                page.write_datetime(1, place, cell, moment)
            else:
                page.write(1, place, cell)
    return output.getvalue()


@pytest.fixture
def _fields(_in_oak: None) -> None:
    CustomField.objects.create(name="Paid", key="paid", kind=FieldKind.YES_NO)
    CustomField.objects.create(name="Shoes", key="shoes", kind=FieldKind.NUMBER)


@pytest.mark.usefixtures("_fields")
def test_cells_of_a_workbook_are_days_numbers_and_yes_or_no(ada) -> None:
    parent = previewed(sheet("Maya", datetime(1990, 2, 3, 12, 30), True, 38.5), ada, "a.xlsx")  # noqa: DTZ001 -- spreadsheets know no zone
    assert the_row(parent, 2).values == {
        "name": "Maya", "birthday": "1990-02-03", "custom.paid": True, "custom.shoes": "38.5",
    }  # fmt: skip
    assert the_row(parent, 2).cells == ["Maya", "1990-02-03T12:30:00", "yes", 38.5]


@pytest.mark.usefixtures("_fields")
def test_a_number_is_not_rounded_but_where_a_workbook_has_calculated_it(ada) -> None:
    content = workbook(["Name", "Shoes"], ["Maya", 0.1 + 0.2], ["Ole", 1 / 3], ["Kim", 38.1234])
    parent = previewed(content, ada, "roster.xlsx")
    assert fates(parent) == [(2, "new"), (3, "error"), (4, "new")]
    assert the_row(parent, 2).values["custom.shoes"] == "0.3"
    assert reasons(parent) == [["Shoes", "has more than four digits behind the decimal point."]]


@pytest.mark.usefixtures("_fields")
def test_neither_a_day_nor_yes_is_a_number(ada) -> None:
    for cell in (True, datetime(1990, 2, 3)):  # noqa: DTZ001 -- spreadsheets know no zone
        parent = previewed(sheet("Maya", "", False, cell), ada, "a.xlsx")
        assert reasons(parent) == [["Shoes", "is not a number."]]


def test_a_moment_at_midnight_is_a_day(ada) -> None:
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="B1" t="inlineStr"><is><t>Birthday</t></is></c></row>'
    cells += '<row r="2"><c r="A2" t="inlineStr"><is><t>Maya</t></is></c><c r="B2" t="d"><v>1990-02-03T00:00:00</v></c></row>'
    parent = previewed(with_cells(cells), ada, "a.xlsx")
    assert the_row(parent, 2).cells == ["Maya", "1990-02-03"]


def test_a_hidden_sheet_is_passed_over(ada) -> None:
    parent = previewed(sheet("Maya", hidden=True), ada, "a.xlsx")
    assert [row.label for row in parent.rows.all()] == ["Maya"]


TITLED = (
    ["Creator roster 2026", "", "", ""],
    ["", "", "", ""],
    ["", "Instagram", "", ""],
    ["Name", "E-mail", "Instagram", "Followers"],
    ["Maya", "maya@example.com", "maya", 120],
)


def test_titles_above_the_names_of_the_columns_are_left_out(ada) -> None:
    parent = previewed(workbook(*TITLED), ada, "a.xlsx")
    assert parent.rows_above == 2
    assert [column["field"] for column in parent.columns] == [
        "name", "email", "account.instagram", "instagram.followers",
    ]  # fmt: skip
    assert (parent.row_count, fates(parent)) == (1, [(5, "new")])
    parent = previewed("Roster,,\nName,E-mail,City\nMaya,m@example.com,Graz\n", ada)
    assert (parent.rows_above, the_row(parent, 3).values["city"]) == (1, "Graz")


@pytest.mark.parametrize(
    "content",
    [
        "Who,Where,Town\nName,E-mail,City\n",  # as many cells as below: it may be the header
        "Name,,\nMaya,Graz,City\n",  # no row below names more
        "Who,\nName,Graz\n",  # one word alone that is a name of a column
    ],
)
def test_a_row_that_may_name_the_columns_is_no_title(ada, content: str) -> None:
    parent = previewed(content, ada)
    assert (parent.rows_above, parent.row_count) == (0, 1)


def test_where_the_names_of_the_columns_stand_can_be_chosen(ada) -> None:
    parent = previewed(workbook(*TITLED), ada, "a.xlsx")
    read_otherwise(parent, encoding="", delimiter="", decimal_mark="", rows_above=1, actor=ada)
    finish()
    parent = fresh(parent)
    assert [column["name"] for column in parent.columns][:2] == ["Column A", "Instagram"]
    assert (parent.rows_above, parent.row_count) == (1, 2)
    with pytest.raises(TableRefused, match="The file has 4 rows only"):
        read_otherwise(parent, encoding="", delimiter="", decimal_mark="", rows_above=9, actor=ada)
    assert fresh(parent).rows_above == 1


READING = {"delimiter": ";", "encoding": "utf-8-sig", "decimal_mark": ""}


def read_by_form(client, parent: Import, **changed: str) -> Import:
    """Send the form of the preview with these values changed, all others as they are shown."""
    kept = {name: getattr(parent, name) for name in (*READING, "rows_above")}
    address = f"/o/oak/influencers/import/{parent.pk}/reading/"
    assert client.post(address, {**kept, **changed}).status_code == 302
    finish()
    return fresh(parent)


def test_a_number_of_rows_above_that_was_chosen_stays_in_whatever_way_the_file_is_read(
    ada, manager
) -> None:
    parent = previewed("Roster;;\nName;E-mail;City\nMaya;m@example.com;Graz\n", ada)
    assert parent.rows_above == 1
    parent = read_by_form(manager, parent, rows_above="0")
    parent = read_by_form(manager, parent, encoding="cp1252")
    assert (parent.encoding, parent.rows_above, parent.row_count) == ("cp1252", 0, 2)
    parent = read_by_form(manager, parent, rows_above="1")
    parent = read_by_form(manager, parent, delimiter=",")
    assert (parent.rows_above, parent.row_count) == (1, 1)


def test_until_somebody_chooses_it_the_place_of_the_names_is_found_for_each_delimiter(
    ada, manager
) -> None:
    content = "Roster;;\nName;E-mail;City\nMaya;m@example.com;Graz\n"
    parent = read_by_form(manager, previewed(content, ada), delimiter=",")
    assert parent.rows_above == 0
    assert read_by_form(manager, parent, delimiter=";").rows_above == 1


def test_another_delimiter_finds_the_names_of_the_columns_anew(ada) -> None:
    content = "Roster;;\nName;E-mail;City\nMaya;m@example.com;Graz\n"
    parent = previewed(content, ada)
    assert parent.rows_above == 1
    for delimiter, above in (("|", 0), (";", 1)):
        read_otherwise(
            parent, encoding="utf-8-sig", delimiter=delimiter, decimal_mark="", actor=ada
        )
        finish()
        parent = fresh(parent)
        assert parent.rows_above == above


def test_a_workbook_has_no_encoding_that_could_be_chosen(ada) -> None:
    parent = previewed(sheet("Maya"), ada, "a.xlsx")
    read_otherwise(parent, encoding="cp1252", delimiter=";", decimal_mark=",", actor=ada)
    finish()
    parent = fresh(parent)
    assert (parent.encoding, parent.delimiter, parent.decimal_mark) == ("", "", ",")
    assert parent.counts == {"new": 1}


def test_bytes_that_no_encoding_makes_a_text_of_are_refused(ada) -> None:
    with pytest.raises(TableRefused, match="This is neither a workbook"):
        previewed(bytes(range(128, 256)) * 20, ada)
    assert not Import.objects.exists()


def test_a_file_is_read_anew_in_the_encoding_that_a_person_chooses(ada) -> None:
    content = "Имя;Город\nМайя;Грац\n".encode("koi8_r")
    parent = previewed(content, ada)
    read_otherwise(parent, encoding="koi8_r", delimiter=";", decimal_mark="", actor=ada)
    finish()
    parent = fresh(parent)
    assert (parent.encoding, parent.delimiter) == ("koi8_r", ";")
    assert [column["name"] for column in parent.columns] == ["Имя", "Город"]
    assert the_row(parent, 2).values == {"name": "Майя", "city": "Грац"}


def test_a_file_with_too_many_rows_is_refused_as_a_whole(ada, monkeypatch) -> None:
    monkeypatch.setattr("crm.services.imports.reading.tables.MOST_ROWS", 60)
    rows = [f"N{n},n{n}@example.com\n" for n in range(61)]
    assert previewed("Name,E-mail\n" + "".join(rows[:60]), ada).counts == {"new": 60}
    parent = previewed("Name,E-mail\n" + "".join(rows), ada)
    assert parent.job is not None
    assert (parent.job.problem, parent.rows.count()) == (
        "The file has more than 60 rows. Split it.", 0,
    )  # fmt: skip


def test_a_column_without_a_header_has_a_name_to_choose_it_by(ada) -> None:
    parent = previewed("Name,,E-mail\nMaya,Graz,maya@example.com\n", ada)
    assert [column["name"] for column in parent.columns] == ["Name", "Column B", "E-mail"]


def test_a_zip_that_holds_too_many_parts_is_refused(ada) -> None:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as parts:
        for number in range(1_001):
            parts.writestr(f"xl/{number}.xml", b"")
    with pytest.raises(TableRefused, match="unpacks to more than 250 MB"):
        previewed(output.getvalue(), ada, "a.xlsx")


def test_columns_of_a_workbook_are_counted_as_spreadsheets_do() -> None:
    assert [column_number(each) for each in ("A", "Z", "AA", "XFD")] == [1, 26, 27, 16_384]
