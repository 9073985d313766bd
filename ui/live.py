"""Pages that bring themselves up to date while something is under way (static/js/live.js asks).

A view says what its page shows as a `Live`: a version that changes with what is shown, and whether more is to come. The
browser asks again with the version it has seen; nothing new costs one query and no page.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Func, Model, QuerySet, Subquery, TextField
from django.http import HttpRequest, HttpResponse

SEEN = "X-Seen"


class Footprint(Func):
    """A sum over rows, of who each is and which transaction wrote it last: it changes when one of them does."""

    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("pk")

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        (pk,) = self.get_source_expressions()
        sql, params = compiler.compile(pk)
        row = f"{sql}::text || ':' || {compiler.quote_name_unless_alias(pk.alias)}.xmin::text"
        return f"SUM(hashtext({row})::bigint)::text", params


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


def columns(row: Model) -> dict[str, object]:
    """The values of a loaded row, as facts."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def live_rows(
    anchor: QuerySet[Any],
    *shown: QuerySet[Any],
    facts: tuple[object, ...] = (),
    awaited: tuple[QuerySet[Any], ...] = (),
    is_under_way: bool = False,
) -> Live:
    """The version of the rows `shown`, in one query, and of other facts. `anchor` is a single row, whichever; any row of
    `awaited` says that more is to come."""
    prints = [rows.order_by().annotate(print=Footprint()).values("print") for rows in shown]
    asked = [*(Subquery(each) for each in prints), *(Exists(each) for each in awaited)]
    found = anchor.order_by().values_list(*asked).first()
    is_awaited = any(found[len(shown) :]) if found else False
    return Live.of(found, facts, is_under_way=is_under_way or is_awaited)
