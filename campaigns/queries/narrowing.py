"""Shared parts of the lists of a campaign's orders, influencers and drafts: search, order, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db import models
from django.db.models.functions import Concat

from campaigns.queries.search import holding
from crm.models.search import folded

ModelT = TypeVar("ModelT", bound=models.Model)
SEARCH_LENGTH = 100
ROWS_AT_ONCE = 500
ADDRESS_NAMES = {"search": "q"}


def search_in(given: Mapping[str, str]) -> str:
    """The words that an address searches for."""
    return given.get("q", "").replace("\0", "").strip()[:SEARCH_LENGTH]


def sort_in(given: Mapping[str, str], known: Mapping[str, Any]) -> str:
    """The order that an address asks for, `-` before a falling one; empty: the usual order."""
    sort = given.get("sort", "")
    return sort if sort.removeprefix("-") in known else ""


def day_in(given: Mapping[str, str], name: str) -> date | None:
    """The day that an address names; None where it names none."""
    try:
        return date.fromisoformat(given.get(name, ""))
    except ValueError:
        return None


def query_of(asked: Any) -> str:
    """A wish, a dataclass of plain values, as a part of an address."""
    values = {ADDRESS_NAMES.get(name, name): value for name, value in vars(asked).items() if value}
    return urlencode(values)


def called(rows: models.QuerySet[ModelT], account: str, search: str) -> models.QuerySet[ModelT]:
    """Select the rows whose account, at this path, has all these words in its handle or its influencer's name."""
    if not search:
        return rows
    words = Concat(f"{account}__handle", models.Value(" "), f"{account}__influencer__name")
    named: models.QuerySet[ModelT] = rows.alias(plain=folded(words))  # type: ignore[assignment]
    return holding(named, search)


def keys_of(sort: str, columns: Mapping[str, str]) -> tuple[str, str]:
    """The keys of a list in this order: a column or annotation, and the id behind it."""
    name = sort.removeprefix("-")
    sign = sort[: -len(name)]
    return f"{sign}{columns[name]}", f"{sign}id"
