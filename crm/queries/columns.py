"""Columns of the list: those of a member's layout, and what a page of them reads, in as many queries whatever is chosen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F
from django.db.models.functions import JSONObject

from crm.enums import Density
from crm.models import (
    CustomField,
    CustomValue,
    Influencer,
    List,
    ListLayout,
    OtherAddress,
    Rate,
    SocialAccount,
    Tag,
)
from crm.policies.columns import USUAL, Column, Fact, by_key, chosen, custom_column
from crm.queries.accounts import with_end
from crm.queries.packing import VALUE_COLUMNS, as_text, hanging_on, packed
from tenancy.composed import ROW, Composed
from tenancy.models import User
from tenancy.queries.former_members import has_left
from tiktok.queries import (
    ACCOUNT_POLLS,
    authenticated,
    needs_reconnect,
    polls_at,
)
from ui.paging import is_one_of

MOST_FIELDS = 100
# Long columns of creators that no list shows.
UNSEEN = ("bio", "audience_countries", "audience_genders", "audience_ages", "audience_locales")
WIDE_FROM = 10  # columns beside the name
Annotation = Callable[[Sequence[int]], Any]


@dataclass(frozen=True)
class Layout:
    """How a member sees the list. `is_own`: they have chosen it."""

    columns: list[Column] = field(default_factory=list)
    density: str = Density.COMFORTABLE
    is_own: bool = False

    @property
    def is_compact(self) -> bool:
        return self.density == Density.COMPACT

    @property
    def is_wide(self) -> bool:
        """Are there more columns than a screen holds?"""
        return len(self.columns) >= WIDE_FROM


def custom_columns() -> list[Column]:
    """The columns of the organization's own fields that are in use, in their order; one query."""
    return [custom_column(*row) for row in _fields().values_list("pk", "key", "name", "kind")]


def _layouts(user_id: int) -> models.QuerySet[ListLayout]:
    fields = ArraySubquery(
        _fields().values(column=JSONObject(pk="pk", key="key", name="name", kind="kind"))
    )
    return ListLayout.objects.filter(user_id=user_id).annotate(fields=fields)


_LAYOUTS = Composed(_layouts, [ROW])


def layout_of(user: User, *, sees_money: bool) -> Layout:
    """The layout that the member has chosen, without columns that are not there any more; one query."""
    row: Any = next(iter(_LAYOUTS.rows(user.pk)), None)
    if row is None:
        return Layout(chosen(USUAL, by_key(sees_money=sees_money)))
    custom = [custom_column(**each) for each in row.fields]
    known = by_key(custom, sees_money=sees_money)
    return Layout(chosen(row.columns, known), row.density, is_own=True)


def _fields() -> models.QuerySet[CustomField]:
    return CustomField.objects.filter(archived_at=None).order_by("position", "pk")


def reads_of(columns: Iterable[Column]) -> frozenset[Fact]:
    """The facts that these columns show beside influencers and their accounts."""
    return frozenset(fact for column in columns for fact in column.reads)


def facts_of(
    reads: Collection[Fact], fields: Sequence[int] = ()
) -> Callable[[models.QuerySet[Influencer]], models.QuerySet[Influencer]]:
    """Add these facts to influencers, nothing else. `fields`: the organization's own, whose values are read."""

    def facts(rows: models.QuerySet[Influencer]) -> models.QuerySet[Influencer]:
        if joins := [fact.value for fact in (Fact.OWNER, Fact.GROUP) if fact in reads]:
            rows = rows.select_related(*joins)
        known = {name: of(fields) for fact, (name, of) in ANNOTATIONS.items() if fact in reads}
        return rows.annotate(**known)

    return facts


@lru_cache(maxsize=100)
def accounts_of(reads: frozenset[Fact]) -> Composed[SocialAccount]:
    """The accounts of some influencers, asked by a list of ids, with their creator and what rows show of them; that with
    most followers first."""

    def accounts(ids: list[int]) -> models.QuerySet[SocialAccount]:
        rows = (
            SocialAccount.objects.select_related("creator")
            .defer(*[f"creator__{name}" for name in UNSEEN])
            .filter(is_one_of("influencer_id", ids))
            .annotate(
                is_authenticated=authenticated("creator"),
                is_to_reconnect=needs_reconnect("creator"),
            )
            .order_by(F("creator__follower_count").desc(nulls_last=True), "id")
        )
        if Fact.SYNC in reads:
            rows = rows.annotate(polls=polls_at("creator_id", *ACCOUNT_POLLS))
        return with_end(rows) if Fact.END in reads else rows

    return Composed(accounts, [[ROW]])


def _names(model: type[models.Model], path: str, column: str) -> ArraySubquery:
    return ArraySubquery(hanging_on(model, path).order_by(column).values(column))


def _values(fields: Sequence[int]) -> ArraySubquery:
    values = hanging_on(CustomValue).filter(field__in=fields).order_by()
    each = JSONObject(
        field="field_id", number=as_text("number"), **{name: name for name in VALUE_COLUMNS}
    )
    return ArraySubquery(values.values(value=each)[:MOST_FIELDS])


# The attribute of the influencer that holds each fact, and how it is read.
ANNOTATIONS: dict[Fact, tuple[str, Annotation]] = {
    Fact.TAGS: (
        "packed_tags",
        lambda _: packed(hanging_on(Tag, "taggings__influencer").order_by("name"), "name", "color"),
    ),
    Fact.LISTS: ("list_names", lambda _: _names(List, "entries__influencer", "name")),
    Fact.ADDRESSES: ("further_emails", lambda _: _names(OtherAddress, "influencer", "email")),
    Fact.RATES: (
        "packed_rates",
        lambda _: packed(
            hanging_on(Rate).order_by("network", "kind"),
            "network",
            "kind",
            "currency",
            amount=as_text("amount"),
        ),
    ),
    Fact.OWNER: ("has_owner_left", lambda _: has_left("owner_id")),
    Fact.FIELDS: ("packed_values", _values),
}


def register_fact(fact: Fact, name: str, read: Annotation) -> None:
    """Say how a fact is read that another app knows; once, when that app is ready."""
    ANNOTATIONS[fact] = (name, read)
