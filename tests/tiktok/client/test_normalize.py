from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok.client import normalize
from tiktok.client.types import Money, Share

MOMENT = datetime(2026, 1, 3, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "1767434400000",
        1767434400000,
        "1767434400",
        1767434400,
        1767434400.0,
        "1767434400.0",
        "2026-01-03 10:00:00",
        "2026-01-03T10:00:00Z",
        "2026-01-03T12:00:00+02:00",
    ],
)
def test_four_ways_to_write_a_time_are_one_instant(written):
    assert normalize.instant(written) == MOMENT


@pytest.mark.parametrize(
    "written",
    [None, "", 0, "0", "1970-01-01", "1970-01-01 00:00:00", "0001-01-01T00:00:00Z", "0001-01-01"],
)
def test_never_is_absent(written):
    assert normalize.instant(written) is None


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (1767434400.5, datetime(2026, 1, 3, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("1767434400.", MOMENT),
        ("20260103", datetime(2026, 1, 3, tzinfo=UTC)),
        (20260103, datetime(2026, 1, 3, tzinfo=UTC)),
    ],
)
def test_a_time_may_have_a_fraction_and_a_day_no_marks(written, moment):
    assert normalize.instant(written) == moment


@pytest.mark.parametrize("written", [20261301, 86_400, "108000", "1999-12-31", "0001-01-02"])
def test_a_time_before_tiktok_was_meant_otherwise(written):
    with pytest.raises(ValueError, match="time"):
        normalize.instant(written)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        *((written, True) for written in (True, "TRUE", 1.0, "1", " yes ")),
        *((written, False) for written in (False, "false", 0.0, "0", "No")),
    ],
)
def test_yes_and_no_come_as_words_and_numbers(written, said):
    assert normalize.flag(written) is said


@pytest.mark.parametrize("written", [2, "", "maybe", None, []])
def test_what_is_neither_yes_nor_no_is_an_error(written):
    with pytest.raises(ValueError, match="neither"):
        normalize.flag(written)


@pytest.mark.parametrize(
    "written", ["soon", "2026-13-01", "9" * 30, "12:00", "²", "0001-01-01T00:00:00+05:00"]
)
def test_what_is_not_a_time_is_an_error(written):
    with pytest.raises(ValueError, match="time"):
        normalize.instant(written)


@pytest.mark.parametrize(
    ("written", "count"),
    [
        (0, 0),
        (7, 7),
        ("7", 7),
        (7.0, 7),
        ("7.0", 7),
        (None, None),
        ("", None),
        (2**63 - 1, 2**63 - 1),
    ],
)
def test_a_count_is_read_however_it_is_written_and_absent_is_not_zero(written, count):
    assert normalize.count(written) == count


@pytest.mark.parametrize("written", [1.5, "many", float("nan"), "NaN", "-Infinity"])
def test_what_is_no_count_is_an_error(written):
    with pytest.raises(ValueError, match=r"number|count|finite"):
        normalize.count(written)


@pytest.mark.parametrize(
    ("written", "number"),
    [(-1, -1), (2**63, 2**63), (1e300, 10**20), ("-1e400", -(10**20)), ("1e999999999", 10**20)],
)
def test_an_absurd_number_is_passed_on_for_the_reader_to_flag(written, number):
    assert normalize.count(written) == normalize.quantity(written) == number


@pytest.mark.parametrize("written", [-1, 2**63, 1e300])
def test_an_absurd_limit_is_an_error(written):
    with pytest.raises(ValueError, match="out of range"):
        normalize.limit(written)


@pytest.mark.parametrize(
    ("written", "fraction"),
    [(0.25, 0.25), (1, 1.0), (25, 0.25), ("0.5", 0.5), (0, 0.0), ("", None)],
)
def test_a_part_of_a_whole_is_a_fraction(written, fraction):
    assert normalize.share(written) == fraction


@pytest.mark.parametrize("written", [1.0000001, "1.0005", 1.001])
def test_a_whole_that_rounding_carries_beyond_one_is_no_percent(written):
    assert normalize.share(written) == float(written)


def test_more_than_all_is_passed_on_for_the_reader_to_flag():
    assert (normalize.share(150), normalize.share(-0.5)) == (1.5, -0.5)


def test_a_price_needs_amount_and_currency():
    assert normalize.money(450, "gbp") == Money(Decimal(450), "GBP")
    assert normalize.money("12.50", "USD") == Money(Decimal("12.50"), "USD")
    assert normalize.money("", "") is None
    assert normalize.money(450, None) is None
    with pytest.raises(ValueError, match="amount"):
        normalize.money(-1, "EUR")


@pytest.mark.parametrize(
    ("written", "fractions"),
    [
        ([0.75, 0.25], [0.75, 0.25]),
        ([75, 25], [0.75, 0.25]),
        ([0.9, 0.8, 0.7], [0.009, 0.008, 0.007]),  # each below 1, together more than a whole
        ([0.61, 0.12, 0.09], [0.61, 0.12, 0.09]),
        ([0.34, 0.34, 0.34], [0.34, 0.34, 0.34]),  # rounded
        ([17.5, 0.5], [0.175, 0.005]),
        ([1.2], [0.012]),
        ([], []),
    ],
)
def test_the_sum_of_a_distribution_decides_whether_it_is_percent(written, fractions):
    reported = normalize.distribution([(str(n), part) for n, part in enumerate(written)])
    assert [share.fraction for share in reported] == pytest.approx(fractions)


def test_of_viewers_counted_twice_the_sum_may_be_two():
    both = [("NEW_VIEWER", 0.9), ("NON_FOLLOWER_PERCENT", 0.8)]
    assert normalize.distribution(both, whole=2.0)[0] == Share("NEW_VIEWER", 0.9)


@pytest.mark.parametrize(
    "written",
    [
        [1, 0.5, 0.25],
        [100, 50, 25],
        [
            {"second": "2", "percentage": 0.25},
            {"second": "0", "percentage": 1},
            {"second": "1", "percentage": 0.5},
        ],
    ],
)
def test_retention_is_a_list_of_fractions_by_second(written):
    assert normalize.retention(written) == (1.0, 0.5, 0.25)


def test_a_second_that_is_replayed_exceeds_the_first_and_is_kept():
    assert normalize.retention([1, 1.02, 0.9]) == (1.0, 1.02, 0.9)


def test_a_gap_in_the_retention_is_an_error():
    with pytest.raises(ValueError, match="second"):
        normalize.retention([1, None])


@given(st.one_of(st.integers(), st.floats(), st.text(), st.none()))
def test_whatever_stands_where_a_number_belongs_is_a_number_absent_or_a_value_error(written):
    for read in (normalize.count, normalize.quantity, normalize.share, normalize.instant):
        try:
            read(written)
        except ValueError:
            continue


def test_ids_are_text_and_never_empty():
    assert normalize.identifier(7455000000000000011) == "7455000000000000011"
    for nothing in (None, ""):
        with pytest.raises(ValueError, match="id"):
            normalize.identifier(nothing)


@pytest.mark.parametrize("read", [normalize.count, normalize.quantity, normalize.share])
def test_a_number_in_pythons_own_spelling_is_none(read):
    with pytest.raises(ValueError, match="not a number"):
        read("1_0")


@pytest.mark.parametrize("digits", [20, 400, 5_000])
def test_a_time_of_very_many_digits_is_out_of_range(digits):
    with pytest.raises(ValueError, match=r"out of range|not a time|digits"):
        normalize.instant("9" * digits)


@pytest.mark.parametrize(
    ("address", "moment"),
    [
        ("https://img.example/a.webp?x-expires=1767434400&x-signature=abc", MOMENT),
        ("https://img.example/a.webp?x-signature=abc", None),
        ("https://img.example/a.webp?x-expires=soon", None),
        ("http://[", None),
        ("", None),
        (None, None),
    ],
)
def test_a_picture_says_when_its_address_expires(address, moment):
    assert normalize.expires_at(address) == moment


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("+4", 4),
        ("-2", -2),
        (3, 3),
        ("N/A", None),
        (None, None),
        (1.5, None),
        ("1_0", None),
        (" 4 ", 4),
    ],
)
def test_a_change_has_a_sign_or_is_absent(written, read):
    assert normalize.change(written) == read


def test_percent_is_percent_even_under_one():
    assert normalize.percent(50) == 0.5
    assert normalize.percent("0.5") == 0.005
    assert normalize.percent(None) is None
