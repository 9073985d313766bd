"""The database, its owner and its run-time role.

Three roles: an administrator's address is used here only; `influence_owner` owns the database and
runs migrations; `influence_app` is what web, worker and beat connect as. It owns nothing, is no
superuser and cannot bypass row-level security; it may read and write the owner's tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from .errors import CannotStart

OWNER = "influence_owner"
APP = "influence_app"
LOCK = 0x1F1  # two launchers over one server take turns
APP_PRIVILEGES = (
    f"ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}",
    f"ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO {APP}",
    f"GRANT USAGE ON SCHEMA public TO {APP}",
)


@dataclass(frozen=True)
class Urls:
    """The two addresses the product knows: for migrations, and for everything else."""

    owner: str
    app: str


@dataclass(frozen=True)
class Passwords:
    """The passwords of servers that ask for one; the embedded server trusts its private folder."""

    owner: str = ""
    app: str = ""


NO_PASSWORDS = Passwords()


def may_provision(url: str) -> bool:
    """Tell whether this address belongs to an administrator: superuser, or CREATEROLE and CREATEDB."""
    with _connect(url) as connection:
        row = connection.execute(
            "SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
    return bool(row and row[0])


def provision(
    admin_url: str, database: str = "influence", *, passwords: Passwords = NO_PASSWORDS
) -> Urls:
    """Create what is missing of roles, database and privileges; harmless to repeat."""
    with _connect(admin_url) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _create_role(admin, OWNER, passwords.owner)
        _create_role(admin, APP, passwords.app)
        _create_database(admin, database)
        urls = Urls(
            _address(admin_url, OWNER, passwords.owner, database),
            _address(admin_url, APP, passwords.app, database),
        )
        with _connect(urls.owner) as owner:
            for statement in APP_PRIVILEGES:
                owner.execute(statement)
    return urls


def _connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise CannotStart(f"PostgreSQL at DATABASE_URL does not answer: {reason}") from None


def _is_superuser(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    row = connection.execute(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    return bool(row and row[0])


def _create_role(admin: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    name = sql.Identifier(role)
    found = admin.execute(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    if found is None:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
    elif found[0]:
        raise CannotStart(
            f"The role {role} is a superuser or bypasses row-level security: "
            f"run ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS first."
        )
    if password:
        admin.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(password))
        )


def _create_database(admin: psycopg.Connection[tuple[object, ...]], database: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    # An administrator who is not a superuser must belong to the owner to act for it.
    if not _is_superuser(admin):
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    found = admin.execute(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [database]
    ).fetchone()
    if found is None:
        # The sort order of the embedded server, from the first version that can name it.
        alike = (
            " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
            if admin.info.server_version >= 170000
            else ""
        )
        statement = f"CREATE DATABASE {{}} OWNER {{}} TEMPLATE template0 ENCODING 'UTF8'{alike}"
        admin.execute(sql.SQL(statement).format(name, owner))
    elif found[0] != OWNER:
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    admin.execute(
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, sql.Identifier(APP))
    )


def _address(admin_url: str, role: str, password: str, database: str) -> str:
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    secret = f":{quote(password, safe='')}" if password else ""
    return parts._replace(netloc=f"{role}{secret}@{host}", path=f"/{database}").geturl()
