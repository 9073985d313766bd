"""The registry of the purge: small purgers, each of one table or store. What goes, why, how much of it, and one slice of the act.

Apps register theirs in their `purge.py`; the purge goes through them in the order of the registry.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import OperationalError, connection, models, transaction

from tenancy.scope import required_organization_id

SLICE_ROWS = 5_000
TERMS = "TikTok's terms forbid keeping data of another source."


class PartitionBusy(Exception):
    """Somebody reads for so long that a partition cannot be taken away now; it is tried again in `retry_after` seconds."""

    retry_after = 5.0


@dataclass(frozen=True)
class Ids:
    """Some ids in their order, a line each, and the place behind them; none: there are no more."""

    count: int = 0
    text: str = ""
    last: Any = None


class Taken(NamedTuple):
    """How many rows or files a slice has taken away, and the place behind them; None: the next begins at the first."""

    gone: int
    last: Any = None


@dataclass(frozen=True)
class Purger(ABC):
    """One table or store of the organization in scope. `act` takes away the slice behind a place; None: nothing is left there.

    `ids` are those behind a place, for the hash that the receipt names. A place of None: from the first on.
    """

    name: str
    what: str
    why: str

    @abstractmethod
    def count(self) -> int: ...

    @abstractmethod
    def ids(self, after: Any) -> Ids: ...

    @abstractmethod
    def act(self, after: Any = None) -> Taken | None: ...


@dataclass(frozen=True)
class RowPurger(Purger):
    """Rows that `take` deletes or empties, `at_once` of them a slice: it returns how many, and none of them may be in `rows()` then."""

    rows: Callable[[], models.QuerySet[Any]]
    take: Callable[[models.QuerySet[Any]], int]
    at_once: int | None = None

    def count(self) -> int:
        return self.rows().count()

    def ids(self, after: Any) -> Ids:
        ids = list(self._behind(after).order_by("pk").values_list("pk", flat=True)[:SLICE_ROWS])
        return Ids(len(ids), "".join(f"{pk}\n" for pk in ids), ids[-1]) if ids else Ids()

    def act(self, after: Any = None) -> Taken | None:
        """Two bounds, not a list of keys: what slices before this one went through is not read again."""
        rows, size = self._behind(after), self.at_once or SLICE_ROWS
        last = rows.order_by("pk").values_list("pk", flat=True)[size - 1 : size].first()
        gone = self.take(rows if last is None else rows.filter(pk__lte=last))
        return Taken(gone, last) if gone else None

    def _behind(self, place: Any) -> models.QuerySet[Any]:
        return self.rows() if place is None else self.rows().filter(pk__gt=place)


# The partition of the organization alone is read: the others are left out when the statement begins.
OWN = "organization_id = (SELECT id FROM tenancy_organization WHERE id = %s) AND source = 'legacy'"
COUNT = "SELECT count(*) FROM {table} WHERE {own}"
IDS = """
SELECT count(*), string_agg(
    {key} || '|legacy|' || to_char(bucket_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || E'+00:00\\n', ''
    ORDER BY {key}, bucket_at
)
FROM (
    SELECT {key}, bucket_at FROM {table}
    WHERE {own} AND ({key}, source, bucket_at) > (%s, 'legacy', %s::timestamptz)
    ORDER BY {key}, source, bucket_at LIMIT %s
) AS next
"""


@dataclass(frozen=True)
class PartitionPurger(Purger):
    """The old source's partition of a table of snapshots: detached first, then counted and dropped, whatever its size.

    Both is done by functions of the owner's, which know the organization in scope and no other (migration `0019`).
    """

    table: str
    key: str
    ids_at_once: int = 200_000

    def count(self) -> int:
        (rows,) = self._ask(COUNT, required_organization_id())
        return int(rows)

    def ids(self, after: Any) -> Ids:
        first, moment = after or (0, "-infinity")
        count, text = self._ask(IDS, required_organization_id(), first, moment, self.ids_at_once)
        if not count:
            return Ids()
        key, _, moment = text.rstrip().rpartition("\n")[2].split("|")
        return Ids(count, text, [int(key), moment])

    def act(self, after: Any = None) -> Taken | None:
        try:
            with transaction.atomic():
                if self._ask("SELECT tiktok_detach_legacy(%s)", self.table)[0]:
                    return Taken(0)
                gone = int(self._ask("SELECT tiktok_drop_legacy(%s)", self.table)[0])
        except OperationalError as problem:
            raise PartitionBusy from problem
        return Taken(gone) if gone else None

    def _ask(self, statement: str, *values: Any) -> tuple[Any, ...]:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(table=self.table, key=self.key, own=OWN), values)
            row: tuple[Any, ...] = cursor.fetchone()
        return row


_purgers: list[Purger] = []


def register_purger(purger: Purger, *, first: bool = False) -> None:
    """Add a purger; `first` for rows that hold on to others'."""
    _purgers.insert(0 if first else len(_purgers), purger)


def purgers() -> list[Purger]:
    """All purgers, in the order of the purge."""
    return list(_purgers)


def lines_to_purge() -> list[dict[str, Any]]:
    """Each purger as a line of the plan, with what it would take from the organization in scope. Not hashed yet."""
    return [
        {"name": each.name, "what": each.what, "why": each.why, "rows": each.count(), "sha256": ""}
        for each in purgers()
    ]


def hashed(before: str, ids: Ids) -> str:
    """The SHA-256 over ids a line each; of more than are read at once over the hash before and the next of them."""
    return hashlib.sha256((before + ids.text).encode()).hexdigest()


def delete_rows(rows: models.QuerySet[Any]) -> int:
    """Delete without loading."""
    return rows._raw_delete(rows.db)  # noqa: SLF001 -- no cascades: purgers run in order
