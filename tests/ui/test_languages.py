"""Numbers, days and lengths of time as each language writes them; names between words that are read from the right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from ui.bidi import isolated
from ui.templatetags import formats


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ("1,234,567.5", "541.2K", "3.1\N{NO-BREAK SPACE}%", "2 Dec 2026")),
        ("de", ("1.234.567,5", "541,2K", "3,1\N{NO-BREAK SPACE}%", "02.12.2026")),
        ("pt", ("1.234.567,5", "541,2K", "3,1\N{NO-BREAK SPACE}%", "02/12/2026")),
        ("ar", ("1.234.567,5", "541,2K", "3,1\N{NO-BREAK SPACE}%", "02\u200f/12\u200f/2026")),
    ],
)
def test_numbers_and_days_are_written_as_the_language_writes_them(language, written) -> None:
    with translation.override(language):
        found = (
            formats.number(1234567.5),
            formats.short(541213),
            formats.percent(0.031),
            formats.day(date(2026, 12, 2)),
        )
    assert found == written


@pytest.mark.parametrize(
    ("language", "passed", "said"),
    [
        ("de", timedelta(hours=2), "vor 2 Stunden"),
        ("de", timedelta(days=-1), "in 1 Tag"),
        ("es", timedelta(minutes=1), "hace 1 minuto"),
        ("ar", timedelta(days=1), "منذ يوم"),
        ("ar", timedelta(days=2), "منذ يومين"),
        ("ar", timedelta(days=3), "منذ 3 أيام"),
        ("ar", timedelta(days=11), "منذ 11 يومًا"),
    ],
)
def test_a_length_of_time_has_the_forms_of_the_language(language, passed, said) -> None:
    now = datetime(2026, 10, 5, 12, tzinfo=UTC)
    with translation.override(language):
        assert formats.relative(now - passed, now) == said


def test_between_words_from_the_right_every_name_stands_apart() -> None:
    with translation.override("ar"):
        assert isolated("maya.bakes") == "\u2068maya.bakes\u2069"
        assert isolated("") == ""
    assert isolated("maya.bakes") == "maya.bakes"


def test_a_share_that_is_there_is_no_zero() -> None:
    shares = [0, 0.0002, 0.0005, 0.0004999, 0.02, -0.0002]
    assert [formats.percent(each).replace("\xa0", " ") for each in shares] == [
        "0.0 %", "< 0.1 %", "0.1 %", "< 0.1 %", "2.0 %", "−0.0 %",
    ]  # fmt: skip
    assert formats.percent(0.00001, 2) == "<\xa00.01\xa0%"
    assert formats.percent(0.001, 0) == "<\xa01\xa0%"
