"""How the tables are emptied behind a test that commits: by deleting the few rows there are.

Django truncates all of the hundred tables and makes permissions anew, which takes longer than most tests do.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg
from django.db import connection, connections
from django.test import TransactionTestCase

# The same after every migrate; nobody adds to them.
KEPT = {"django_content_type", "auth_permission"}


def empty_without_truncating(admin_url: str) -> None:
    """Let Django's way of ending a test that commits be ours. `admin_url`: of a superuser at the server."""
    TransactionTestCase._fixture_teardown = lambda case: _empty(admin_url)  # type: ignore[method-assign]  # Django has no hook for it


def _empty(admin_url: str) -> None:
    """Wait for whoever is still in a transaction, as TRUNCATE would, then delete all rows past triggers and policies."""
    connections.close_all()
    with psycopg.connect(admin_url, dbname=connection.settings_dict["NAME"]) as admin:
        admin.execute(_statements())


@cache
def _statements() -> Any:
    everything = connection.introspection.django_table_names(
        only_existing=True, include_views=False
    )
    tables = [f'"{name}"' for name in sorted({*everything} - KEPT)]
    connection.close()
    deletes = [f"DELETE FROM {table}" for table in tables]
    locks = f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"
    return "; ".join(["SET LOCAL session_replication_role = replica", locks, *deletes])
