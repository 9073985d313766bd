"""Worlds that many tests begin with: made once by each worker, its rows put back for each test by one statement.

Each test still has a world of its own inside its own transaction, whatever ran before it. Keys are the same in all of them,
and moments those of the making; while time travels nothing is kept.
"""

from __future__ import annotations

import os
import pickle
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import psycopg
import time_machine
from django.db import connection, transaction

from tests.emptying import KEPT

T = TypeVar("T")
# They act as their maker, a superuser: past policies, and for `put_back` past triggers, whose effects are rows as well.
FUNCTIONS = f"""
CREATE SCHEMA IF NOT EXISTS keeping;
GRANT USAGE ON SCHEMA keeping TO PUBLIC;
CREATE OR REPLACE FUNCTION keeping.all_rows() RETURNS TABLE (place text, content text) LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  FOR place IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND NOT relispartition AND relname NOT IN ({", ".join(f"'{name}'" for name in sorted(KEPT | {"django_migrations"}))})
  LOOP
    RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(x)::text FROM public.%I x', place, place);
  END LOOP;
END $$;
CREATE OR REPLACE FUNCTION keeping.put_back(world jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp SET session_replication_role = replica AS $$
DECLARE place text; content jsonb; columns text;
BEGIN
  FOR place, content IN SELECT * FROM jsonb_each(world) LOOP
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
      WHERE attrelid = place::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format('INSERT INTO public.%1$I (%2$s) SELECT %2$s FROM jsonb_populate_recordset(NULL::public.%1$I, $1)', place, columns)
      USING content;
  END LOOP;
END $$;
"""

_worlds: dict[str, tuple[str, bytes]] = {}


def kept(name: str, make: Callable[[], T]) -> T:
    """The outcome of `make`, with its rows in the database. It makes rows alone: no changes of earlier ones, no contents."""
    if time_machine.escape_hatch.is_travelling():
        return make()
    if name not in _worlds:
        _worlds[name] = _made(make)
    rows, outcome = _worlds[name]
    with connection.cursor() as cursor:
        cursor.execute("SELECT keeping.put_back(%s)", [rows])
    return pickle.loads(outcome)


def _made(make: Callable[[], T]) -> tuple[str, bytes]:
    """Make a world and undo it: its rows, ready to be put back, and its outcome."""
    _install()
    before = _rows()
    with transaction.atomic():
        outcome = pickle.dumps(make())
        made = _rows() - before
        transaction.set_rollback(True)
    world: dict[str, list[str]] = defaultdict(list)
    for place, content in sorted(made):
        world[place].append(content)
    tables = (f'"{place}": [{", ".join(rows)}]' for place, rows in world.items())
    return f"{{{', '.join(tables)}}}", outcome


def _rows() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM keeping.all_rows()")
        return set(cursor.fetchall())


@cache
def _install() -> None:
    from tests.conftest import ADMIN

    name = connection.settings_dict["NAME"]
    with psycopg.connect(os.environ[ADMIN], dbname=name) as admin:
        admin.execute(FUNCTIONS)
