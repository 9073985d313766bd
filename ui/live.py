"""Pages that bring themselves up to date while something is under way (static/js/live.js asks).

A view says what its page shows as a `Live`: a version that changes with what is shown, and whether more is to come. The
browser asks again with the version it has seen; nothing new costs one query and no page.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Func, QuerySet, Subquery, TextField
from django.http import HttpRequest, HttpResponse

SEEN = "X-Seen"


class Footprint(Func):
    """What some rows are now: a sum over who they are and by which transactions they were written last."""

    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("pk")

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        (pk,) = self.get_source_expressions()
        sql, params = compiler.compile(pk)
        row = f"{sql}::text || ':' || {connection.ops.quote_name(pk.alias)}.xmin::text"
        return f"COALESCE(SUM(hashtext({row})::bigint), 0)::text", params


@dataclass(frozen=True)
class Live:
    """A page's version, and whether it is to ask for the next."""

    version: str
    is_under_way: bool

    @classmethod
    def of(cls, *facts: object, is_under_way: bool) -> Live:
        """The version of what these facts say."""
        digest = hashlib.blake2b(repr((facts, is_under_way)).encode(), digest_size=9)
        return cls(digest.hexdigest(), is_under_way)

    def answer(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to a browser that has seen this version already; None for all others."""
        return HttpResponse(status=204) if request.headers.get(SEEN) == self.version else None


def live_rows(
    anchor: QuerySet[Any],
    *shown: QuerySet[Any],
    awaited: tuple[QuerySet[Any], ...] = (),
    is_under_way: bool = False,
) -> Live:
    """What the rows `shown` are now, in one query. `anchor` is a single row; any row of `awaited` says that more is to come."""
    facts = anchor.values_list(
        *(Subquery(rows.order_by().annotate(print=Footprint()).values("print")) for rows in shown),
        *map(Exists, awaited),
    ).first()
    facts = facts or ()
    is_awaited = any(facts[len(shown) :])
    return Live.of(facts, is_under_way=is_under_way or is_awaited)
