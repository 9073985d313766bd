"""The checks before a process may serve."""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from tenancy.isolation import MIGRATIONS, proof_tables

ROLE = """
SELECT rolsuper, rolbypassrls,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relowner = r.oid)
FROM pg_roles r WHERE rolname = current_user
"""
REWRITES = """
SELECT bool_or(has_table_privilege(name, 'UPDATE') OR has_table_privilege(name, 'DELETE'))
FROM unnest(%s::text[]) name WHERE to_regclass(name) IS NOT NULL
"""


def refuse_unsafe_role() -> None:
    """Raise ImproperlyConfigured if the run-time role could read across organizations or rewrite what is proof.

    It may be no superuser, bypass no row-level security, own no table, and change no event, receipt or migration.
    """
    with connection.cursor() as cursor:
        cursor.execute(ROLE)
        superuser, bypass, owner = cursor.fetchone()
        cursor.execute(REWRITES, [[*proof_tables(), MIGRATIONS]])
        rewrites = cursor.fetchone()[0]
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    for is_unsafe, what in (
        (superuser, "is a superuser, so it could read across organizations"),
        (bypass, "may bypass row-level security, so it could read across organizations"),
        (owner, "owns tables, so it could read across organizations"),
        (
            rewrites,
            "may rewrite events, receipts or migrations; every migrate takes that right away",
        ),
    ):
        if is_unsafe:
            raise ImproperlyConfigured(
                f"The database role {role!r} {what}. "
                "Point DATABASE_URL at the run-time role (see docs/operations.md)."
            )
    connection.close()
