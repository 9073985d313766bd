"""Percentages and amounts of money mean what their writer saw, or are refused."""

from __future__ import annotations

import pytest

from crm.errors import TableRefused
from crm.services.imports.reading.percents import UNKNOWN, Percents, percents_of
from tests.crm.imports.conftest import previewed, reasons, the_row, workbook
from tests.crm.imports.test_broken_files import repacked, with_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
RATE = "instagram.engagement_rate"


def share_of(header: str, cell: object, ada, number_format: str = "General"):
    """The share that is read of a workbook's cell; its refusal, if there is none."""
    content = workbook(
        ["Name", "Instagram", header], ["Maya", "maya", cell], formats={2: number_format}
    )
    parent = previewed(content, ada, "roster.xlsx")
    return the_row(parent, 2).values.get(RATE) or reasons(parent)[0][1]


@pytest.mark.parametrize("header", ["Instagram engagement rate (%)", "Instagram engagement rate"])
@pytest.mark.parametrize("number_format", ["0.00%", "0%", "0.0 %;[Red]-0.0 %"])
def test_a_percentage_of_a_workbook_is_what_the_workbook_shows(ada, header, number_format) -> None:
    assert share_of(header, 0.0139, ada, number_format) == 0.0139
    assert share_of(header, 1, ada, number_format) == 1.0


def test_a_percent_sign_that_a_format_only_writes_multiplies_nothing(ada) -> None:
    assert share_of("Instagram engagement rate (%)", 1.39, ada, '0.00 "%"') == 0.0139
    assert share_of("Instagram engagement rate (%)", 1.39, ada, "0.00 \\%") == 0.0139


def test_a_number_below_one_under_a_percent_sign_may_be_a_share_and_is_refused(ada) -> None:
    refusal = "can be read as 0.0139 % or 1.39 %. Write it with %."
    assert share_of("Instagram engagement rate (%)", 0.0139, ada) == refusal
    assert share_of("Instagram engagement rate (%)", 1.39, ada) == 0.0139
    assert (
        share_of("Instagram engagement rate", 0.0139, ada)
        == "is not a percentage. Write it with %."
    )
    head = "Name,Instagram,Instagram engagement rate (%)\n"
    assert reasons(previewed(f"{head}Maya,maya,0.0139\n", ada))[0][1] == refusal
    assert the_row(previewed(f"{head}Maya,maya,0.4%\n", ada), 2).values[RATE] == 0.004


def test_a_percentage_is_no_count(ada) -> None:
    content = workbook(
        ["Name", "Instagram", "Instagram followers"], ["Maya", "m", 12], formats={2: "0%"}
    )
    parent = previewed(content, ada, "roster.xlsx")
    assert parent.rows.get().reasons == [["Instagram followers", "is not a count.", "1200%"]]


def test_a_percentage_is_looked_for_in_the_sheet_that_is_read(ada) -> None:
    content = workbook(
        ["Name", "Instagram", "Instagram engagement rate"], ["Maya", "m", 0.5], formats={2: "0%"}
    )
    lost = repacked(content, **{"workbook.xml.rels": b"<Relationships/>"})
    with pytest.raises(TableRefused):
        previewed(lost, ada, "roster.xlsx")


def test_a_percentage_in_a_cell_without_a_place_refuses_the_workbook(ada) -> None:
    cells = "<row><c t='str'><v>Name</v></c><c t='str'><v>IG engagement rate</v></c></row>"
    content = with_cells(f"{cells}<row><c t='str'><v>Maya</v></c><c s='1'><v>0.5</v></c></row>")
    styles = b'<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="9"/></cellXfs></styleSheet>'
    with pytest.raises(TableRefused, match=UNKNOWN):
        previewed(repacked(content, styles=styles), ada, "roster.xlsx")


# --- currencies ---
def price_of(header: str, cell: str, ada):
    """The amount that is read of a cell; its refusal, if there is none."""
    from crm.services.imports.runs import map_columns
    from tests.crm.imports.conftest import finish, fresh

    parent = previewed(f'Name,"{header}"\nMaya,"{cell}"\n', ada)
    chosen = [{"field": key, "policy": "overwrite"} for key in ("name", "rate.tiktok.video")]
    map_columns(parent, chosen, actor=ada)
    finish()
    value = the_row(fresh(parent), 2).values.get("rate.tiktok.video")
    return " ".join(value) if value else reasons(parent)[0][1]


@pytest.mark.parametrize(
    ("header", "cell", "price"),
    [
        ("Rate", "500 EUR", "500.00 EUR"),
        ("Rate", "500 eur", "500.00 EUR"),
        ("Rate", "€500", "500.00 EUR"),
        ("Rate", "US$500", "500.00 USD"),
        ("Rate", "$500 CAD", "500.00 CAD"),
        ("Rate (CAD)", "$500", "500.00 CAD"),
        ("Rate (CAD)", "500", "500.00 CAD"),
        ("Rate in $", "500 USD", "500.00 USD"),
        ("Rate US$", "500", "500.00 USD"),
        ("Rate (JPY)", "¥500", "500.00 JPY"),
        ("RATE EUR", "500", "500.00 EUR"),
        ("Rate EUR / USD", "500 USD", "500.00 USD"),
        ("Rate (SEK)", "500kr", "500.00 SEK"),
        ("Rate TRY", "500", "500.00 TRY"),
    ],
)
def test_the_cell_and_its_header_agree_on_the_currency(ada, header, cell, price) -> None:
    assert price_of(header, cell, ada) == price


NONE, MANY, OTHER = (
    "names no currency. Write it as 1150 EUR.",
    "may be in several currencies. Write it as 1150 USD.",
    "names another currency than the header of its column. Correct one of them.",
)


@pytest.mark.parametrize(
    ("header", "cell", "refusal"),
    [
        ("Rate", "500", NONE),
        ("Rate", "$500", MANY),
        ("Rate in $", "500", MANY),
        ("Rate", "500 kr", MANY),
        ("Rate EUR / USD", "500", MANY),
        ("Rate (CAD)", "500 USD", OTHER),
        ("Rate (EUR)", "$500", OTHER),
        ("Fee (all in)", "500", NONE),
        ("FEE ALL IN", "500", NONE),
        ("Top rate", "500", NONE),
        ("Ukraine rate", "500", NONE),
        ("Rate eur", "500", NONE),
        ("Rate", "500 all", NONE),
        ("Rate", "€500 USD", MANY),
    ],
)
def test_a_currency_that_is_not_certain_is_refused(ada, header, cell, refusal) -> None:
    assert price_of(header, cell, ada) == refusal


def test_a_workbook_that_does_not_name_its_sheet_is_refused_where_it_has_percentages(ada) -> None:
    content = workbook(["Name", "Rate"], ["Maya", 0.5], ["Tom", 0.5], formats={1: "0%"})
    with pytest.raises(TableRefused, match=UNKNOWN[:20]):
        percents_of(content, 7, rows=3)
    within = percents_of(content, 0, rows=1)
    assert within.mark(3, ["Tom", 0.5]) == ["Tom", 0.5]


def test_a_percentage_beyond_the_cells_of_a_row_marks_nothing() -> None:
    marks = Percents({5: bytearray([1, 1]), 1: bytearray([0, 1])})
    assert marks.mark(1, ["Maya", 0.5])[0] == "Maya"
    assert marks.mark(9, ["Maya", 0.5]) == ["Maya", 0.5]
