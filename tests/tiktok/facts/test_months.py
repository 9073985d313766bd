"""Partitions of the coming months appear without a deployment, and the run-time role owns none of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from tests.conftest import OWNER, TEMPLATE
from tiktok.tasks import prepare_snapshot_months

TABLES = ("tiktok_creatorsnapshot", "tiktok_videosnapshot")


def missing_last_month() -> tuple[psycopg.Connection, list[str]]:
    url = os.environ[OWNER].replace(TEMPLATE, connection.settings_dict["NAME"])
    this = datetime.now(UTC)
    months = this.year * 12 + this.month - 1 + 5
    names = [f"{table}_{months // 12:04}_{months % 12 + 1:02}" for table in TABLES]
    owner = psycopg.connect(url, autocommit=True)
    for name in names:
        owner.execute(f'DROP TABLE "{name}"')
    return owner, names


@pytest.mark.django_db(transaction=True)
def test_the_task_makes_the_months_that_are_missing() -> None:
    owner, names = missing_last_month()
    with owner:
        prepare_snapshot_months()
        prepare_snapshot_months()
        made = owner.execute(
            "SELECT relname, relrowsecurity, relowner::regrole::text, relispartition FROM pg_class"
            " WHERE relname = ANY(%s) ORDER BY relname",
            [names],
        ).fetchall()
    assert made == [(name, True, "influence_owner", True) for name in names]


@pytest.mark.django_db
def test_the_run_time_role_may_make_these_and_nothing_else() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("influence_app",)
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            cursor.execute("SELECT tiktok_create_month_partitions('2031-01-01', 1)")
