"""PostgreSQL backend that tells the database which organization or person is in scope.

The setting is local to the transaction, so a pooled connection cannot carry it over and a rollback cannot lose it:
it is set again whenever the transaction, the savepoint or the scope is another one than when it was last set. A
statement outside a transaction that needs it gets a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from select import POLLIN, poll
from typing import Any

from django.db import transaction
from django.db.backends.postgresql import base, operations
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from tenancy.scope import NOBODY, Owner, current_owner

SET_OWNER = "SELECT set_config('app.organization', %s, true), set_config('app.person', %s, true)"
# Sent while the transaction may be broken, or before anything else in it; they read no rows.
CONTROL_STATEMENTS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET TRANSACTION")


class UtcLoader(BaseTzLoader):
    """A moment as the session, which is in UTC, tells it: by `fromisoformat`, since a page reads hundreds of them."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:  # what Python has no moment for: psycopg says so
            return super().load(data)


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """The statement as it was sent; one that the server had prepared already, as it was asked for."""
        return super().last_executed_query(cursor, sql, params) or sql


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope_in_database: tuple[Owner, tuple[str, ...]] | None = None
        self.execute_wrappers.append(hand_over_scope)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("timestamptz", UtcLoader)
        connection.prepare_threshold = (
            0  # of `prepared_cursor`; Django's own cursors prepare nothing
        )
        return connection

    def prepared_cursor(self) -> Any:
        """A cursor whose statements the server keeps: planned a few times for what they are asked with, then once for all."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        return self._prepare_cursor(Cursor(self.connection))  # type: ignore[attr-defined]  # missing in the stubs

    def is_usable(self) -> bool:
        """Ask the server only where something has come in since the last answer: its farewell, or the end of the line."""
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return False
        line = poll()
        line.register(self.connection.fileno(), POLLIN)
        return bool(super().is_usable()) if line.poll(0) else True

    def note_scope(self, owner: Owner) -> None:
        """The statement just sent has handed over this scope; outside a transaction it is over with the statement."""
        if self.in_atomic_block:
            self.scope_in_database = (owner, tuple(self.savepoint_ids))

    def _set_autocommit(self, autocommit: bool) -> None:
        self.scope_in_database = None
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # missing in the stubs


def hand_over_scope(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    connection: DatabaseWrapper = context["connection"]
    owner = current_owner()
    if isinstance(sql, str) and sql.startswith(CONTROL_STATEMENTS):
        return execute(sql, params, many, context)
    if not connection.in_atomic_block:
        if owner == NOBODY:
            return execute(sql, params, many, context)
        with transaction.atomic(using=connection.alias):
            return hand_over_scope(execute, sql, params, many, context)
    wanted = (owner, tuple(connection.savepoint_ids))
    if connection.scope_in_database != wanted and (connection.scope_in_database or owner != NOBODY):
        values = ["" if key is None else str(key) for key in owner]
        # Through a cursor of its own: the statement's may be a server-side one, which declares and does not run.
        with connection.connection.cursor() as cursor:
            cursor.execute(SET_OWNER, values)
        connection.scope_in_database = wanted
    return execute(sql, params, many, context)
