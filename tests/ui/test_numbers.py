"""The reader of numbers: what it accepts is right under every way of writing numbers; what is not certain is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.numbers import BIGGEST_COUNT, NotACount, plainly, proven_decimal_marks, read_count


def read(text: str, *column: str) -> int:
    return read_count(text, proven_decimal_marks([text, *column]))


def outcome(text: str, proven: set[str]) -> int | str:
    """The count, or the first words of the refusal."""
    try:
        return read_count(text, proven)
    except NotACount as refused:
        return " ".join(str(refused).split()[:3])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2870", 2870),
        ("0", 0),
        ("1.9M", 1_900_000),
        ("1,2M", 1_200_000),
        ("3,25K", 3_250),
        ("3.25k", 3_250),
        ("2B", 2_000_000_000),
        ("0.125K", 125),
        ("1,234", 1_234),
        ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("1,234.5K", 1_234_500),
        ("1.234,5K", 1_234_500),
        ("65099.99999999999", 65_100),
        ("65100.00000000001", 65_100),
        ("65,09999999999999K", 65_100),
        ("65100.0", 65_100),
    ],
)
def test_one_meaning_is_read(text, count) -> None:
    assert read(text) == count


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.234M", "can be read as 1,234,000 or 1,234,000,000"),
        ("1,234K", "can be read as 1,234 or 1,234,000"),
        ("1.234", "can be read as 1.234 or 1,234"),
        ("1,000", "can be read as 1 or 1,000"),
        ("12.5", "is not a whole number"),
        ("1.2345K", "is not a whole number"),
        ("0,123", "is not a whole number"),
        ("12,34,567", "is not a count"),
        ("1,234.567.890", "is not a count"),
        ("1 234", "is not a count"),
        ("1\N{NO-BREAK SPACE}234", "is not a count"),
        ("1'234", "is not a count"),
        ("7.5E+18", "is not a count"),
        ("1_000", "is not a count"),
        ("-5", "is not a count"),
        ("\u0661\u0662", "is not a count"),
        ("1\N{KELVIN SIGN}", "is not a count"),
        (".5M", "is not a count"),
        ("5.M", "is not a count"),
        ("9" * 41, "is not a count"),
        ("9" * 40, "is too large to be a count"),
        ("99999999B", "is too large to be a count"),
    ],
)
def test_what_is_not_certain_is_refused_with_its_meanings(text, reason) -> None:
    with pytest.raises(NotACount) as refused:
        read(text)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("text", "column", "count"),
    [
        ("1.234M", ["1.9M"], 1_234_000),
        ("1.234M", ["1,234,567"], 1_234_000),
        ("1.234M", ["7,431"], 1_234_000),
        ("1,234K", ["1.9M"], 1_234_000),
        ("1,234K", ["1,2M"], 1_234),
        ("1,000", ["2,345"], 1_000),
        ("1.234", ["1.234.567"], 1_234),
        ("1.000", ["3,25K"], 1_000),
    ],
)
def test_the_rest_of_a_column_settles_what_a_mark_means(text, column, count) -> None:
    assert read(text, *column) == count


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("1.234M", ["1.9M", "1,2M"]),  # two writers
        ("1,234", ["1,2M"]),  # a comma before decimals: 1.234 views
        ("1.234", ["1.9M"]),
        ("2.000", ["1.9M"]),  # two, or two thousand that a spreadsheet formatted
        ("1.234M", ["0.123", "12.5", "text", ""]),  # what is no count proves nothing
        ("1.234M", ["5.678"]),
    ],
)
def test_a_column_that_proves_nothing_or_two_things_settles_nothing(text, column) -> None:
    with pytest.raises(NotACount):
        read(text, *column)


@st.composite
def written_counts(draw, decimal_mark: str, group_mark: str) -> tuple[int, str]:
    """A count and one of the ways in which a writer with these marks may write it."""
    unit = draw(st.sampled_from(["", "", "K", "M", "b"]))
    size = {"": 1, "K": 10**3, "M": 10**6, "b": 10**9}[unit]
    digits = draw(st.integers(0, 9))
    scaled = Decimal(draw(st.integers(0, 10**10))).scaleb(-digits)
    count = int(scaled * size)
    exact = Decimal(count) / size
    places = max(0, -int(exact.normalize().as_tuple().exponent))
    form = f"{exact:,.{places + draw(st.integers(0, 3))}f}"
    if draw(st.booleans()):
        form = form.replace(",", "")
    marks = str.maketrans({",": group_mark, ".": decimal_mark})
    return count, form.translate(marks) + unit


@given(data=st.data(), marks=st.sampled_from([(".", ","), (",", ".")]))
def test_whoever_wrote_a_column_what_is_accepted_is_what_was_meant(data, marks) -> None:
    column = data.draw(st.lists(written_counts(*marks), min_size=1, max_size=6))
    proven = proven_decimal_marks(text for _, text in column)
    for count, text in column:
        assert outcome(text, proven) in {count, "can be read", "is too large"}


@given(count=st.integers(0, BIGGEST_COUNT), mark=st.sampled_from([".", ","]))
def test_plain_digits_and_short_decimals_are_always_accepted(count, mark) -> None:
    assert read(str(count)) == count
    tenths = count // 1000 * 1000 + count % 10 * 100
    assert read(f"{count // 1000}{mark}{count % 10}K") == tenths


@given(st.text("0123456789.,KM", max_size=12), st.lists(st.text("0123456789.,KM", max_size=9)))
def test_any_text_is_read_or_refused(text, column) -> None:
    result = outcome(text, proven_decimal_marks([text, *column]))
    assert isinstance(result, str) or 0 <= result <= BIGGEST_COUNT


@pytest.mark.parametrize(
    "text", ["1250 300", "2024 500", "12.500 300", "541²", "①②", "5½", "⒈500", "3㏠"]
)
def test_numbers_beside_each_other_and_digits_in_disguise_are_not_put_together(text) -> None:
    with pytest.raises(NotACount, match="is not a count"):
        read_count(plainly(text), {"."})


@pytest.mark.parametrize(
    ("text", "count"), [("250 300", 250_300), ("1 250 300", 1_250_300), ("\uff11\uff12", 12)]
)
def test_groups_and_wide_digits_are_one_number(text, count) -> None:
    assert read_count(plainly(text), {"."}) == count
