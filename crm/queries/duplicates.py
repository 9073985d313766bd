"""Pairs of influencers who may be one person."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import Prefetch

from crm.enums import DuplicateState
from crm.models import Duplicate, Influencer, SocialAccount
from tenancy.scope import current_groups
from ui.paging import KeysetPage, keyset_page

PAIRS_ON_PAGE = 20
MOST_COUNTED = 1000


def seen_duplicates() -> models.QuerySet[Duplicate]:
    """The pairs of whom the member in scope sees both."""
    groups, rows = current_groups(), Duplicate.objects.all()
    return rows if groups is None else rows.filter(second__group__in=groups)


def open_duplicates() -> models.QuerySet[Duplicate]:
    """The pairs that nobody has decided on."""
    return seen_duplicates().filter(state=DuplicateState.OPEN)


def open_duplicate_count() -> int:
    """How many pairs are open; a thousand stands for more."""
    return open_duplicates()[:MOST_COUNTED].count()


def duplicate_by_id(pk: int) -> Duplicate | None:
    """The pair with both influencers; None for an absent one and for one whose influencers are not all seen."""
    return seen_duplicates().select_related("first", "second").filter(pk=pk).first()


@dataclass(frozen=True)
class Pair:
    """A pair with both influencers, their accounts, group and owner."""

    row: Duplicate
    sides: tuple[Influencer, Influencer]


def duplicate_page(cursor: str = "") -> KeysetPage[Pair]:
    """A page of open pairs, found last first."""
    page = keyset_page(open_duplicates(), "-id", cursor=cursor, size=PAIRS_ON_PAGE)
    ids = {pk for row in page.rows for pk in (row.first_id, row.second_id)}
    rows = Influencer.objects.select_related("group", "owner").prefetch_related(
        Prefetch("accounts", queryset=SocialAccount.objects.select_related("creator"))
    )
    sides = rows.in_bulk(ids)
    return page.of(lambda row: Pair(row, (sides[row.first_id], sides[row.second_id])))
