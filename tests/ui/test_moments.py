"""Moments as the database backend reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

pytestmark = pytest.mark.django_db


def read(text: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        (moment,) = cursor.fetchone()
    return moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-25 06:00:00+00", datetime(2026, 11, 25, 6, tzinfo=UTC)),
        ("2026-11-25 06:00:00.12+00", datetime(2026, 11, 25, 6, 0, 0, 120_000, tzinfo=UTC)),
        ("2026-11-25 06:00:00.000001+05:30", datetime(2026, 11, 25, 0, 30, 0, 1, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_to_the_microsecond_and_in_utc(text: str, moment: datetime) -> None:
    assert (read(text), read(text).tzinfo) == (moment, UTC)


@pytest.mark.parametrize("text", ["infinity", "10000-01-01 00:00:00+00", "0044-03-15 BC"])
def test_a_moment_that_python_does_not_know_is_an_error_in_the_data(text: str) -> None:
    with pytest.raises(DataError):
        read(text)
