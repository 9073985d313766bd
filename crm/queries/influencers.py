"""Influencers with their accounts: a page of the list, and one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.functional import cached_property

from crm.models import Application, Influencer, SocialAccount
from crm.models.search import all_texts
from crm.policies.columns import COLUMNS, Column, Fact
from crm.policies.filters import Filters
from crm.queries.accounts import (
    AccountView,
    account_view,
    accounts_with_facts,
    creators_of_kind,
    with_end,
)
from crm.queries.best_match import best_match
from crm.queries.columns import accounts_of, facts_of, reads_of
from crm.queries.fields import Asker, probe
from crm.queries.filters import NEAR, Reading, matching, near
from crm.queries.merging import all_merged_ids
from crm.queries.own_sorting import OwnOrder, OwnSort
from crm.queries.search import Narrow, Selected, lone_word, searched
from tenancy.composed import ComposedPages
from tiktok.enums import AccountKind
from ui.paging import PAGE_SIZE, KeysetPage, keyset_page, near_page

# Numbers and times that not everybody has, by the word of the order; the unknown stand last.
PARTLY = {
    "followers": "follower_count",
    "growth": "follower_growth",
    "likes": "like_count",
    "videos": "video_count",
    "engagement": "engagement_rate",
    "views": "average_views",
    "posted": "last_post_at",
    "updated": "synced_at",
    "grant": "grant_ends_at",
    "active": "last_activity_at",
    "birthday": "birthday",
}
SORTS: dict[str, tuple[str, ...]] = {
    "name": ("sort_name", "id"),
    "-name": ("-sort_name", "-id"),
    "id": ("id",),
    "-id": ("-id",),
    **{word: (column, "id") for word, column in PARTLY.items()},
    **{f"-{word}": (f"-{column}", "-id") for word, column in PARTLY.items()},
}
MATCH = "match"  # the order of a search that nothing else narrows
PARTLY_KNOWN = frozenset(SORTS) - {"name", "-name", "id", "-id"}
EVERYBODY = Reading(Filters(), {}, {})
ANYBODY = Asker(0)


@dataclass(frozen=True)
class InfluencerRow:
    """A line of the list."""

    influencer: Influencer
    accounts: tuple[AccountView, ...]
    others: tuple[SocialAccount, ...]

    @cached_property
    def picture(self) -> str:
        return next((view.picture for view in self.accounts if view.picture), "")

    @cached_property
    def main(self) -> AccountView | None:
        """The TikTok account whose numbers a list shows: the first."""
        return self.accounts[0] if self.accounts else None

    @property
    def first_account(self) -> SocialAccount | None:
        """The main account; of an influencer without one on TikTok, another network's."""
        if self.main is not None:
            return self.main.account
        return self.others[0] if self.others else None

    @property
    def read_at(self) -> datetime | None:
        """The time of the main account's followers."""
        return self.main.followers.fetched_at if self.main else None


def influencer_page(
    *,
    search: str = "",
    kind: str = "",
    reading: Reading = EVERYBODY,
    asker: Asker = ANYBODY,
    sort: str | OwnSort = "name",
    cursor: str = "",
    size: int = PAGE_SIZE,
    columns: Sequence[Column] = COLUMNS,
) -> KeysetPage[InfluencerRow]:
    """A page of influencers found by every word of `search` (see `found`), with an account of `kind`, whom the filters
    of `reading` keep (see `matching`). An order that is not there is that by name. `match`: see `best_match`; of a search
    that nothing else narrows.

    Before the release all accounts are of the kind `legacy`, and `kind` filters nothing.
    """
    own = sort if isinstance(sort, OwnSort) else None
    is_by_match = sort == MATCH
    sort = sort if isinstance(sort, str) and sort in SORTS else "name"
    released, reads = asker.is_released, reads_of(columns)
    is_plain = own is None and not kind and not reading.filters.clauses
    if is_by_match and is_plain and (match := best_match(_everybody_shown(), search, all_texts)):
        facts = facts_of(reads, [column.field_id for column in columns if column.field_id])
        page = match.page(facts, cursor=cursor, size=size)
        return _with_accounts(page, reads, released)
    if is_plain and sort not in PARTLY_KNOWN and Fact.FIELDS not in reads:
        if not search:
            page = _everybody(sort, reads).page(cursor=cursor, size=size)
            return _with_accounts(page, reads, released)
        if lone := lone_word(search, all_texts):
            word, narrow = lone
            page = _with_word(sort, reads, narrow).page(word, cursor=cursor, size=size)
            return _with_accounts(page, reads, released)
    if reading.filters.clauses and not (search or kind or own):
        near_by = _near_page(reading, asker, sort, columns, cursor=cursor, size=size)
        if near_by:
            return near_by
    rows, has_few = selected(search=search, reading=reading, asker=asker)
    if released and kind in AccountKind.values:
        rows = rows.filter(
            Exists(creators_of_kind(kind).filter(account__influencer=OuterRef("pk")))
        )
    order = OwnOrder(rows, own, has_few) if own else sort
    return page_of(rows, columns, released=released, sort=order, cursor=cursor, size=size)


def _near_page(
    reading: Reading, asker: Asker, sort: str, columns: Sequence[Column], *, cursor: str, size: int
) -> KeysetPage[InfluencerRow] | None:
    """The page, if so many match that it is full soon."""
    rows = near(Influencer.objects.all(), reading, asker, by_name="sort_name" in SORTS[sort][0])
    if rows is None:
        return None
    reads = reads_of(columns)
    page = near_page(
        *rows,
        *SORTS[sort],
        within=NEAR,
        facts=facts_of(reads, [column.field_id for column in columns if column.field_id]),
        cursor=cursor,
        size=size,
        has_unknown=sort in PARTLY_KNOWN,
    )
    return _with_accounts(page, reads, asker.is_released) if page else None


def page_of(
    rows: models.QuerySet[Influencer],
    columns: Sequence[Column],
    *,
    released: bool,
    sort: str | OwnOrder,
    cursor: str,
    size: int,
    is_everybody: bool = False,
    is_strict: bool = False,
) -> KeysetPage[InfluencerRow]:
    """A page of these influencers, with what the columns show of them. `is_everybody`: nothing narrows them; `released`:
    what `is_released()` says; `is_strict`: as in `keyset_page`."""
    reads = reads_of(columns)
    facts = facts_of(reads, [column.field_id for column in columns if column.field_id])
    if isinstance(sort, OwnOrder):
        page = sort.page(facts, cursor=cursor, size=size, is_strict=is_strict)
        return _with_accounts(page, reads, released)
    if is_everybody and sort not in PARTLY_KNOWN and Fact.FIELDS not in reads:
        page = _everybody(sort, reads).page(cursor=cursor, size=size, is_strict=is_strict)
        return _with_accounts(page, reads, released)
    page = keyset_page(
        rows,
        *SORTS[sort],
        facts=facts,
        cursor=cursor,
        size=size,
        is_strict=is_strict,
        has_unknown=sort in PARTLY_KNOWN,
    )
    return _with_accounts(page, reads, released)


def _everybody_shown() -> models.QuerySet[Influencer]:
    return narrowed(search="", reading=EVERYBODY, asker=ANYBODY)


@lru_cache(maxsize=100)
def _everybody(sort: str, reads: frozenset[Fact]) -> ComposedPages[Influencer]:
    return ComposedPages(Influencer, _everybody_shown, SORTS[sort], facts_of(reads))


@lru_cache(maxsize=100)
def _with_word(sort: str, reads: frozenset[Fact], narrow: Narrow) -> ComposedPages[Influencer]:
    def rows(word: str) -> models.QuerySet[Influencer]:
        return narrow(_everybody_shown(), word, all_texts)

    return ComposedPages(Influencer, rows, SORTS[sort], facts_of(reads), ["stand-in word"])


def _with_accounts(
    page: KeysetPage[Influencer], reads: frozenset[Fact], released: bool
) -> KeysetPage[InfluencerRow]:
    accounts: dict[int, list[SocialAccount]] = {each.id: [] for each in page.rows}
    if accounts:
        for account in accounts_of(reads).rows(list(accounts)):
            accounts[account.influencer_id].append(account)
    return page.of(lambda influencer: _row(influencer, accounts[influencer.id], released))


def archived_page(*, cursor: str = "", size: int = PAGE_SIZE) -> KeysetPage[Influencer]:
    """A page of archived influencers, those archived last first, without those who wait for a decision on their application."""
    waiting = Application.objects.filter(influencer=OuterRef("pk"), is_new=True)
    rows = Influencer.objects.filter(~probe(waiting), archived_at__isnull=False)
    return keyset_page(rows, "-archived_at", "-id", cursor=cursor, size=size)


def narrowed(*, search: str, reading: Reading, asker: Asker) -> models.QuerySet[Influencer]:
    """The influencers of a page, all of them and in no order."""
    return selected(search=search, reading=reading, asker=asker).rows


def selected(*, search: str, reading: Reading, asker: Asker) -> Selected:
    """The same, and whether they are few."""
    by_words = searched(Influencer.objects.all(), search, all_texts)
    matches = matching(by_words.rows, reading, asker)
    return Selected(matches.rows, by_words.has_few or matches.has_few)


def influencer_by_id(pk: int) -> Influencer | None:
    """The influencer, their person and whom they took in; None for an absent one and for another organization's."""
    rows = Influencer.objects.select_related("person", "owner", "group").annotate(
        known_merged_ids=all_merged_ids()
    )
    return rows.filter(pk=pk).first()


def influencer_row(influencer: Influencer, *, released: bool) -> InfluencerRow:
    """The influencer with all their accounts."""
    return _row(
        influencer, list(with_end(accounts_with_facts()).filter(influencer=influencer)), released
    )


def _row(
    influencer: Influencer, accounts: Sequence[SocialAccount], released: bool
) -> InfluencerRow:
    views: list[AccountView] = []
    others: list[SocialAccount] = []
    for account in accounts:
        if creator := account.creator:
            views.append(account_view(account, creator, released=released))
        else:
            others.append(account)
    return InfluencerRow(influencer, tuple(views), tuple(others))
