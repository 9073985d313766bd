"""The fence inside the database, generated from the model registry after every migrate.

Each table of an organization's data gets row-level security, forced, and composite foreign keys
`(organization_id, x_id) → (organization_id, id)`, so that no row can point into another organization,
whatever wrote it. Idempotent. A guard test compares the registry with `pg_policies` and `pg_constraint`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, models

POLICY = "organization_isolation"
CONDITION = (
    "organization_id = (SELECT nullif(current_setting('app.organization', true), '')::bigint)"
)


def organization_models() -> list[type[models.Model]]:
    """Every concrete model whose rows belong to exactly one organization."""
    from tenancy.models.base import OrganizationModel  # noqa: PLC0415 -- needs the model registry

    return [model for model in apps.get_models() if issubclass(model, OrganizationModel)]


def composite_keys(model: type[models.Model]) -> Iterator[tuple[str, str, str]]:
    """(constraint name, column, referred table) of each foreign key that stays inside the organization."""
    owned = set(organization_models())
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey) and field.related_model in owned:
            table, column = model._meta.db_table, field.column
            yield (
                f"{table}_{column}_same_organization"[:63],
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
    ours = [m for m in organization_models() if m._meta.app_label == app_config.label]
    with connection.cursor() as cursor:
        for model in ours:
            if model._meta.db_table in existing:
                _isolate(cursor, model)
        for model in ours:
            for name, column, referred in composite_keys(model):
                if {model._meta.db_table, referred} <= existing:
                    _add_composite_key(cursor, model._meta.db_table, name, column, referred)


def _isolate(cursor: Any, model: type[models.Model]) -> None:
    table = model._meta.db_table
    cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    cursor.execute(f'DROP POLICY IF EXISTS {POLICY} ON "{table}"')
    cursor.execute(
        f'CREATE POLICY {POLICY} ON "{table}" USING ({CONDITION}) WITH CHECK ({CONDITION})'
    )
    if any(field.name == "id" for field in model._meta.local_fields):
        _add_constraint(
            cursor, table, f"{table}_organization_id_id"[:63], "UNIQUE (organization_id, id)"
        )


def _add_composite_key(cursor: Any, table: str, name: str, column: str, referred: str) -> None:
    _add_constraint(
        cursor,
        table,
        name,
        f'FOREIGN KEY (organization_id, "{column}") REFERENCES "{referred}" (organization_id, id) '
        "DEFERRABLE INITIALLY DEFERRED",
    )


def _add_constraint(cursor: Any, table: str, name: str, definition: str) -> None:
    cursor.execute(
        "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass",
        [name, f'"{table}"'],
    )
    if not cursor.fetchone():
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
