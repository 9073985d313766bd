"""Influencers with their accounts: a page of the list, and one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch

from crm.models import Influencer, SocialAccount
from crm.queries.accounts import (
    AccountView,
    account_view,
    accounts_with_facts,
    creators_of_kind,
    with_end,
)
from crm.queries.merging import all_merged_ids
from crm.queries.search import found
from tiktok.enums import AccountKind
from ui.paging import PAGE_SIZE, KeysetPage, keyset_page

SORTS = {"name": ("sort_name", "id"), "-name": ("-sort_name", "-id"), "-id": ("-id",)}


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
    sort: str = "name",
    cursor: str = "",
    size: int = PAGE_SIZE,
    released: bool = True,
) -> KeysetPage[InfluencerRow]:
    """A page of influencers found by every word of `search` (see `found`), with an account of `kind`.

    `released`: what `is_released()` says; before that all accounts are of the kind `legacy` and `kind` filters nothing.
    """
    rows = found(Influencer.objects.filter(archived_at=None), search)
    if released and kind in AccountKind.values:
        rows = rows.filter(
            Exists(creators_of_kind(kind).filter(account__influencer=OuterRef("pk")))
        )
    page = keyset_page(
        rows.prefetch_related(Prefetch("accounts", queryset=accounts_with_facts())),
        *SORTS.get(sort, SORTS["name"]),
        cursor=cursor,
        size=size,
    )
    return page.of(lambda influencer: _row(influencer, released))


def archived_page(*, cursor: str = "", size: int = PAGE_SIZE) -> KeysetPage[Influencer]:
    """A page of archived influencers, those archived last first."""
    rows = Influencer.objects.filter(archived_at__isnull=False)
    return keyset_page(rows, "-archived_at", "-id", cursor=cursor, size=size)


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
