"""The last exchanges with TikTok for each marketplace account and each connection, for TikTok's support. Nothing secret.

They stand in Redis, not in the database: a call must not cost a write on the row that all calls share.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import cast

from django.db.models import Model

from tiktok.store import StoreIsDown, key, store

KEPT = 50
KEPT_SECONDS = 14 * 86_400
MOST_UNREADABLE = 10  # fields of one exchange whose texts are kept


@dataclass(frozen=True)
class PastExchange:
    """One attempt on the wire. `status` and `code` are None where no answer, or no envelope, came; `at` is Unix seconds."""

    at: float
    method: str
    path: str
    status: int | None
    code: int | None
    request_id: str
    seconds: float
    attempt: int
    error: str  # the client's class of it, empty when there was none
    # what could not be read: field, why, and its shortened text
    unreadable: list[str] = field(default_factory=list)

    @property
    def happened_at(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


def remember(exchange: PastExchange, subjects: Iterable[Model]) -> None:
    """Keep it with whatever the call was made for."""
    reported = json.dumps(asdict(exchange), separators=(",", ":"))
    with store().pipeline(transaction=False) as pipe:
        for subject in subjects:
            pipe.lpush(_key(subject), reported)
            pipe.ltrim(_key(subject), 0, KEPT - 1)
            pipe.expire(_key(subject), KEPT_SECONDS)
        pipe.execute()


def last_exchanges(subject: Model) -> list[PastExchange]:
    """The latest exchanges made for a marketplace account or a connection, newest first; none while Redis is away."""
    try:
        return [
            PastExchange(**json.loads(reported))
            for reported in store().lrange(_key(subject), 0, -1)
        ]
    except StoreIsDown:
        return []


def forget_exchanges(subject: Model) -> None:
    """Delete the exchanges of a connection whose creator is erased. Raises StoreIsDown."""
    store().delete(_key(subject))


def count_unreadable(path: str, fields: Sequence[str]) -> None:
    """Count, for operations, which fields of an endpoint's answers could not be read. They are ours to name, so few."""
    if not fields:
        return
    with store().pipeline(transaction=False) as pipe:
        for name, times in Counter(fields).items():
            pipe.hincrby(key("unreadable"), f"{path} {name}", times)
        pipe.execute()


def unreadable_counts() -> dict[tuple[str, str], int]:
    """How often each field could not be read since counting began, by endpoint and field. Raises StoreIsDown."""
    counts = cast(dict[str, str], store().hgetall(key("unreadable")))
    found = {}
    for name, times in counts.items():
        path, _, field_name = name.partition(" ")
        found[path, field_name] = int(times)
    return found


def _key(subject: Model) -> str:
    return key("exchanges", subject._meta.model_name, subject.pk)
