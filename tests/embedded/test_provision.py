"""The run-time role can work with the owner's tables and with nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from influence.embedded import CannotStart, servers
from influence.embedded.provision import APP, OWNER, Passwords, may_provision, provision


@pytest.fixture(scope="module")
def admin_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers(tmp_path_factory.mktemp("provision"), valkey=False, durable=False) as running:
        yield running.admin_url


def test_it_may_be_repeated(admin_url: str) -> None:
    assert provision(admin_url) == provision(admin_url)


def test_neither_role_is_powerful(admin_url: str) -> None:
    provision(admin_url)
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
            " FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1",
            [[APP, OWNER]],
        ).fetchall()
    assert rows == [(APP, True, False), (OWNER, True, False)]


def test_the_run_time_role_writes_rows_but_makes_no_tables(admin_url: str) -> None:
    urls = provision(admin_url, "rows")
    with psycopg.connect(urls.owner) as owner:
        owner.execute("CREATE TABLE thing (id bigserial PRIMARY KEY, word text)")
    with psycopg.connect(urls.app, autocommit=True) as app:
        app.execute("INSERT INTO thing (word) VALUES ('a')")
        app.execute("UPDATE thing SET word = 'b'")
        app.execute("CREATE TEMPORARY TABLE staging (word text)")  # the snapshot loader needs it
        for forbidden in (
            "CREATE TABLE mine (id int)",
            "ALTER TABLE thing ADD COLUMN extra int",
            "TRUNCATE thing",
            f"SET ROLE {OWNER}",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)


def test_an_administrator_need_not_be_superuser(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE boss LOGIN CREATEROLE CREATEDB")
        # As on a machine of its own: roles that boss made itself.
        for name in ("rows", "influence"):
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
        for role in (APP, OWNER):
            connection.execute(f"DROP ROLE IF EXISTS {role}")
    boss = admin_url.replace("postgres@", "boss@")
    assert may_provision(boss)
    for _ in range(2):
        urls = provision(boss, "hosted", passwords=Passwords("with space", "and/slash"))
    assert "with%20space" in urls.owner
    assert not may_provision(urls.app)
    psycopg.connect(urls.app).close()


def test_a_run_time_role_that_could_sync_past_tenants_is_refused(admin_url: str) -> None:
    provision(admin_url)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {APP} BYPASSRLS")
        with pytest.raises(CannotStart, match="bypasses row-level security"):
            provision(admin_url)
        connection.execute(f"ALTER ROLE {APP} NOBYPASSRLS")
