"""The fence inside the database, generated from the model registry after every migrate.

Each table of an organization's data gets row-level security, forced, and composite foreign keys
`(organization_id, x_id) → (organization_id, id)`, so that no row can point into another organization,
whatever wrote it. A table whose rows belong to one organization or one person (`OwnedModel`) gets the same for both, and a
constraint that exactly one of the two owns each row. What is proof (`OrganizationModel.changeable`, Django's record of
migrations) the run-time role may add to or read, and not rewrite. Idempotent. A guard test compares the registry with the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, models

POLICY = "organization_isolation"
MIGRATIONS = "django_migrations"
CONDITION = (
    "organization_id = (SELECT nullif(current_setting('app.organization', true), '')::bigint)"
)
OWNED_CONDITION = (
    f"{CONDITION} OR person_id = (SELECT nullif(current_setting('app.person', true), '')::bigint)"
)
ONE_OWNER = "CHECK (num_nonnulls(organization_id, person_id) = 1)"

GRANTEES = """
SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END
FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = %s::regclass AND grantee <> relowner
"""


def organization_models() -> list[type[models.Model]]:
    """Every concrete model whose rows belong to exactly one organization."""
    from tenancy.models.base import OrganizationModel  # noqa: PLC0415 -- needs the model registry

    return [model for model in apps.get_models() if issubclass(model, OrganizationModel)]


def owned_models() -> list[type[models.Model]]:
    """Every concrete model whose rows belong to exactly one organization or one person."""
    from tenancy.models.base import OwnedModel  # noqa: PLC0415 -- needs the model registry

    return [model for model in apps.get_models() if issubclass(model, OwnedModel)]


def isolated_models() -> list[type[models.Model]]:
    """Every model with a policy in the database."""
    return [*organization_models(), *owned_models()]


def proof_tables() -> dict[str, frozenset[str]]:
    """The tables whose rows the run-time role may not rewrite, each with the columns that it may change all the same."""
    changeable = {m._meta.db_table: getattr(m, "changeable", None) for m in isolated_models()}
    return {table: columns for table, columns in changeable.items() if columns is not None}


def condition(model: type[models.Model]) -> str:
    """The condition for rows of this model's table that the scope shows and takes."""
    return OWNED_CONDITION if model in owned_models() else CONDITION


def owner_columns(model: type[models.Model]) -> tuple[str, ...]:
    """The columns that may name the owner of a row."""
    return ("organization_id", "person_id") if model in owned_models() else ("organization_id",)


def composite_keys(model: type[models.Model]) -> Iterator[tuple[str, str, str, str]]:
    """(constraint name, owner's column, column, referred table) of each foreign key that stays with one owner."""
    isolated = set(isolated_models())
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey) and field.related_model in isolated:
            table, column = model._meta.db_table, field.column
            for owner in owner_columns(model):
                yield (
                    f"{table}_{column}_same_{owner.removesuffix('_id')}"[:63],
                    owner,
                    column,
                    field.related_model._meta.db_table,
                )


def isolate_tables(
    app_config: AppConfig, using: str = "default", plan: Any = None, **_: Any
) -> None:
    """Bring policies and composite keys of one app up to the registry (a `post_migrate` receiver)."""
    if plan is None:  # `flush` sends the signal too, and changes no table
        return
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    ours = [m for m in isolated_models() if m._meta.app_label == app_config.label]
    with connection.cursor() as cursor:
        for model in ours:
            if model._meta.db_table in existing:
                _isolate(cursor, model)
        if app_config.label == "tenancy" and MIGRATIONS in existing:
            _protect(cursor, MIGRATIONS, "INSERT, UPDATE, DELETE")
        for model in ours:
            for name, owner, column, referred in composite_keys(model):
                if {model._meta.db_table, referred} <= existing:
                    definition = (
                        f'FOREIGN KEY ({owner}, "{column}") REFERENCES "{referred}" ({owner}, id) '
                        "DEFERRABLE INITIALLY DEFERRED"
                    )
                    _add_constraint(cursor, model._meta.db_table, name, definition)


def _isolate(cursor: Any, model: type[models.Model]) -> None:
    table, rows = model._meta.db_table, condition(model)
    cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    cursor.execute(f'DROP POLICY IF EXISTS {POLICY} ON "{table}"')
    cursor.execute(f'CREATE POLICY {POLICY} ON "{table}" USING ({rows}) WITH CHECK ({rows})')
    if model in owned_models():
        _add_constraint(cursor, table, f"{table}_one_owner"[:63], ONE_OWNER)
    if any(field.name == "id" for field in model._meta.local_fields):
        for owner in owner_columns(model):
            _add_constraint(cursor, table, f"{table}_{owner}_id"[:63], f"UNIQUE ({owner}, id)")
    if table in (proof := proof_tables()):
        _protect(cursor, table, "UPDATE, DELETE", proof[table])


def _protect(cursor: Any, table: str, rights: str, changeable: Iterable[str] = ()) -> None:
    """Take these rights from everybody but the owner, whatever the roles are called; leave UPDATE of some columns."""
    cursor.execute(GRANTEES, [f'"{table}"'])
    columns = ", ".join(f'"{column}"' for column in sorted(changeable))
    for (role,) in cursor.fetchall():
        cursor.execute(f'REVOKE {rights}, TRUNCATE ON "{table}" FROM {role}')
        if columns:
            cursor.execute(f'GRANT UPDATE ({columns}) ON "{table}" TO {role}')


def _add_constraint(cursor: Any, table: str, name: str, definition: str) -> None:
    cursor.execute(
        "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass",
        [name, f'"{table}"'],
    )
    if not cursor.fetchone():
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
