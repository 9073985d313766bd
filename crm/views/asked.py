"""Search, filters and order that an address of the list asks for, and addresses that ask for others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.http import Http404, QueryDict

from crm import queries
from crm.models import Influencer
from crm.policies.filters import Filters
from crm.policies.wording import Chip
from crm.queries.bulk import drafted_ids
from crm.queries.fields import Asker
from crm.queries.filters import Reading, read_address
from crm.queries.influencers import narrowed
from crm.queries.own_sorting import OwnSort, own_sort
from crm.views.frame import address, sees_money
from tenancy.access import OrganizationRequest
from tiktok.queries import is_released
from ui.keys import key_in, keys_in

SEARCH_LENGTH = 100


@dataclass(frozen=True)
class Asked:
    """Search, filters, order and segment that an address of the list names."""

    request: OrganizationRequest
    search: str
    sort: str
    segment: str
    reading: Reading
    asker: Asker
    own: OwnSort | None = None  # what `sort` names, if it is a field of the organization's own

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.reading.filters.clauses)

    @property
    def said_sort(self) -> str:
        """The order as an address says it; empty where that is the usual one."""
        return "" if self.sort == _usual_sort(self.search, self.reading) else self.sort

    def rows(self, filters: Filters | None = None) -> models.QuerySet[Influencer]:
        """The influencers that match; with other filters, if these are given."""
        reading = self.reading
        if filters is not None:
            reading = Reading(filters, reading.rules, reading.names)
        return narrowed(search=self.search, reading=reading, asker=self.asker)

    def facts(self, filters: Filters | None = None) -> tuple[object, ...]:
        """Everything that the number of matches depends on."""
        shown = filters if filters is not None else self.reading.filters
        return (self.search, shown.address, self.asker)

    def query(self, filters: Filters | None = None) -> str:
        """The query string that asks for the same, with other filters, if these are given."""
        query = QueryDict(mutable=True)
        query.setlist("f", (filters if filters is not None else self.reading.filters).address)
        for name, value in (
            ("q", self.search),
            ("sort", self.said_sort),
            ("segment", self.segment),
        ):
            if value:
                query[name] = value
        return query.urlencode()

    def href(self, filters: Filters) -> str:
        return f"{address(self.request, 'influencers')}?{self.query(filters)}"


def _usual_sort(search: str, reading: Reading) -> str:
    return queries.MATCH if search and not reading.filters.clauses else "name"


def read_request(request: OrganizationRequest, *, with_custom: bool = False) -> Asked:
    """Read the parameters of a request."""
    given = request.POST if request.method == "POST" else request.GET
    return read_query(request, given, with_custom=with_custom)


def read_query(
    request: OrganizationRequest, given: QueryDict, *, with_custom: bool = False
) -> Asked:
    """Read the parameters of an address of the list; `kind` is an older word for a filter."""
    kind = given.get("kind", "")
    parts = [*given.getlist("f"), *([f"kind:{kind}"] if kind else [])]
    sort = given.get("sort", "").replace("\x00", "")
    own = own_sort(sort, sees_money=sees_money(request))
    search = given.get("q", "").replace("\x00", "")[:SEARCH_LENGTH].strip()
    reading = read_address(parts, with_custom=with_custom, sees_money=sees_money(request))
    return Asked(
        request=request,
        search=search,
        sort=sort if own or sort in queries.SORTS else _usual_sort(search, reading),
        segment=given.get("segment", "")[:20],
        reading=reading,
        asker=Asker(request.user.pk, is_released()),
        own=own,
    )


def picked(request: OrganizationRequest, given: QueryDict) -> list[int] | None:
    """The creators whom an address names one by one, with `ids` or with the draft of a selection; None where it names
    nobody so. Raises Http404 for a draft that is kept no longer, or is somebody else's."""
    if "selection" not in given:
        return keys_in(given.getlist("ids")) if "ids" in given else None
    ids = drafted_ids(key_in(given.get("selection", "")) or 0, request.user)
    if ids is None:
        raise Http404("This selection is kept no longer. Select the creators again.")
    return ids


@dataclass(frozen=True)
class ShownChip:
    """A filter of the bar. `joined`: the word between it and the one before, and the address with the other word."""

    chip: Chip
    edit: str
    remove: str
    joined: tuple[str, str] = ("", "")


def shown_chips(asked: Asked) -> list[list[ShownChip]]:
    """The filters in words, one list for each clause."""
    filters = asked.reading.filters
    return [
        [_shown(asked, at, nth) for nth in range(len(clause))]
        for at, clause in enumerate(filters.clauses)
    ]


def _shown(asked: Asked, at: int, nth: int) -> ShownChip:
    filters, key = asked.reading.filters, asked.reading.filters.clauses[at][nth].field.key
    joined: tuple[str, Callable[[], Filters]] | None = None
    if nth:
        joined = ("or", lambda: filters.parted(at, nth))
    elif at:
        joined = ("and", lambda: filters.joined(at - 1))
    edit = f"{address(asked.request, 'edit_filter')}?{asked.query()}&field={key}&at={at}&nth={nth}"
    return ShownChip(
        chip=asked.reading.chip(at, nth),
        edit=edit,
        remove=asked.href(filters.without(at, nth)),
        joined=(joined[0], asked.href(joined[1]())) if joined else ("", ""),
    )
