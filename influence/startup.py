"""What must hold before a process may serve."""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

ROLE = """
SELECT rolsuper, rolbypassrls,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relowner = r.oid)
FROM pg_roles r WHERE rolname = current_user
"""


def refuse_unsafe_role() -> None:
    """Raise ImproperlyConfigured if the run-time role is a superuser, may bypass row-level security or owns tables."""
    with connection.cursor() as cursor:
        cursor.execute(ROLE)
        superuser, bypass, owner = cursor.fetchone()
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    for is_unsafe, what in (
        (superuser, "is a superuser"),
        (bypass, "may bypass row-level security"),
        (owner, "owns tables"),
    ):
        if is_unsafe:
            raise ImproperlyConfigured(
                f"The database role {role!r} {what}, so it could read across organizations. "
                "Point DATABASE_URL at the run-time role (see docs/operations.md)."
            )
    connection.close()
