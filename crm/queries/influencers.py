"""Influencers with their accounts: a page of the list, and one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch

from crm.models import Influencer, SocialAccount
from crm.policies.filters import Filters
from crm.queries.accounts import (
    AccountView,
    account_view,
    accounts_with_facts,
    creators_of_kind,
    with_end,
)
from crm.queries.fields import Asker
from crm.queries.filters import Reading, matching
from crm.queries.merging import all_merged_ids
from crm.queries.search import found
from tiktok.enums import AccountKind
from ui.paging import PAGE_SIZE, KeysetPage, keyset_page

SORTS = {
    "name": ("sort_name", "id"),
    "-name": ("-sort_name", "-id"),
    "id": ("id",),
    "-id": ("-id",),
    "followers": ("follower_count", "id"),
    "-followers": ("-follower_count", "-id"),
    "engagement": ("engagement_rate", "id"),
    "-engagement": ("-engagement_rate", "-id"),
    "views": ("average_views", "id"),
    "-views": ("-average_views", "-id"),
    "posted": ("last_post_at", "id"),
    "-posted": ("-last_post_at", "-id"),
}
# Orders by a number or time that not everybody has; they stand last.
PARTLY_KNOWN = frozenset(s for s in SORTS if s.removeprefix("-") not in {"name", "id"})
EVERYBODY = Reading(Filters(), {}, {})


@dataclass(frozen=True)
class InfluencerRow:
    """A line of the list."""

    influencer: Influencer
    accounts: tuple[AccountView, ...]
    others: tuple[SocialAccount, ...]

    @property
    def picture(self) -> str:
        return next((view.picture for view in self.accounts if view.picture), "")


def influencer_page(
    *,
    search: str = "",
    kind: str = "",
    reading: Reading = EVERYBODY,
    asker: Asker | None = None,
    sort: str = "name",
    cursor: str = "",
    size: int = PAGE_SIZE,
    released: bool = True,
) -> KeysetPage[InfluencerRow]:
    """A page of influencers found by every word of `search` (see `found`), with an account of `kind`, whom the filters
    of `reading` keep (see `matching`).

    `released`: what `is_released()` says; before that all accounts are of the kind `legacy` and `kind` filters nothing.
    """
    rows = narrowed(search=search, reading=reading, asker=asker or Asker(0, released))
    if released and kind in AccountKind.values:
        rows = rows.filter(
            Exists(creators_of_kind(kind).filter(account__influencer=OuterRef("pk")))
        )
    sort = sort if sort in SORTS else "name"
    page = keyset_page(
        rows.prefetch_related(Prefetch("accounts", queryset=accounts_with_facts())),
        *SORTS[sort],
        cursor=cursor,
        size=size,
        has_unknown=sort in PARTLY_KNOWN,
    )
    return page.of(lambda influencer: _row(influencer, released))


def archived_page(*, cursor: str = "", size: int = PAGE_SIZE) -> KeysetPage[Influencer]:
    """A page of archived influencers, those archived last first."""
    rows = Influencer.objects.filter(archived_at__isnull=False)
    return keyset_page(rows, "-archived_at", "-id", cursor=cursor, size=size)


def narrowed(*, search: str, reading: Reading, asker: Asker) -> models.QuerySet[Influencer]:
    """The influencers of a page, all of them and in no order."""
    return matching(found(Influencer.objects.all(), search), reading, asker)


def influencer_by_id(pk: int) -> Influencer | None:
    """The influencer, their person and whom they took in; None for an absent one and for another organization's."""
    rows = Influencer.objects.select_related("person", "owner", "group").annotate(
        known_merged_ids=all_merged_ids()
    )
    return rows.filter(pk=pk).first()


def influencer_row(influencer: Influencer, *, released: bool) -> InfluencerRow:
    """The influencer with all their accounts."""
    models.prefetch_related_objects(
        [influencer], Prefetch("accounts", queryset=with_end(accounts_with_facts()))
    )
    return _row(influencer, released)


def _row(influencer: Influencer, released: bool) -> InfluencerRow:
    accounts = influencer.accounts.all()
    return InfluencerRow(
        influencer=influencer,
        accounts=tuple(
            account_view(a, a.creator, released=released) for a in accounts if a.creator
        ),
        others=tuple(account for account in accounts if not account.creator),
    )
