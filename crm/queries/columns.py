"""Columns of the list: those of a member's layout, and what a page of them reads, in as many queries whatever is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Prefetch, Subquery
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
from tenancy.models import Event, User
from tiktok.queries import (
    ACCOUNT_POLLS,
    authenticated,
    followers_a_month_ago,
    needs_reconnect,
    polls_at,
)

MOST_FIELDS = 100
LISTED = "listed_accounts"  # a plain list: related managers copy a query for each row
WIDE_FROM = 10  # columns beside the name
Annotation = Callable[[Sequence[Column]], Any]


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


def layout_of(user: User, *, sees_money: bool) -> Layout:
    """The layout that the member has chosen, without columns that are not there any more; one query."""
    fields = ArraySubquery(
        _fields().values(column=JSONObject(pk="pk", key="key", name="name", kind="kind"))
    )
    row = ListLayout.objects.filter(user=user).annotate(fields=fields).first()
    if row is None:
        return Layout(chosen(USUAL, by_key(sees_money=sees_money)))
    custom = [custom_column(**each) for each in row.fields]
    known = by_key(custom, sees_money=sees_money)
    return Layout(chosen(row.columns, known), row.density, is_own=True)


def _fields() -> models.QuerySet[CustomField]:
    return CustomField.objects.filter(archived_at=None).order_by("position", "pk")


def facts_of(
    columns: Iterable[Column],
) -> Callable[[models.QuerySet[Influencer]], models.QuerySet[Influencer]]:
    """Add to influencers their accounts and what these columns show of them, nothing else."""
    shown = list(columns)
    reads = {fact for column in shown for fact in column.reads}
    joins = [fact.value for fact in (Fact.OWNER, Fact.GROUP) if fact in reads]
    annotations = {name: of(shown) for fact, (name, of) in ANNOTATIONS.items() if fact in reads}

    def facts(rows: models.QuerySet[Influencer]) -> models.QuerySet[Influencer]:
        if joins:
            rows = rows.select_related(*joins)
        accounts = Prefetch("accounts", queryset=_accounts(reads), to_attr=LISTED)
        return rows.annotate(**annotations).prefetch_related(accounts)

    return facts


def _accounts(reads: set[Fact]) -> models.QuerySet[SocialAccount]:
    """Accounts with their creator and what rows show of them (see `accounts_with_facts`); that with most followers first."""
    accounts = (
        SocialAccount.objects.select_related("creator")
        .annotate(
            is_authenticated=authenticated("creator"),
            is_to_reconnect=needs_reconnect("creator"),
        )
        .order_by(F("creator__follower_count").desc(nulls_last=True), "id")
    )
    if Fact.SYNC in reads:
        accounts = accounts.annotate(polls=polls_at("creator_id", *ACCOUNT_POLLS))
    if Fact.MONTH_AGO in reads:
        accounts = accounts.annotate(month_ago=followers_a_month_ago("creator"))
    return with_end(accounts) if Fact.END in reads else accounts


def _names(model: type[models.Model], path: str, column: str) -> ArraySubquery:
    return ArraySubquery(hanging_on(model, path).order_by(column).values(column))


def _last_event(_: Sequence[Column]) -> Subquery:
    events = Event.objects.filter(object_type="crm.influencer", object_id=OuterRef("pk"))
    return Subquery(events.order_by("-at").values("at")[:1])


def _values(columns: Sequence[Column]) -> ArraySubquery:
    ids = [column.field_id for column in columns if column.field_id]
    values = hanging_on(CustomValue).filter(field__in=ids).order_by()
    each = JSONObject(
        field="field_id", number=as_text("number"), **{name: name for name in VALUE_COLUMNS}
    )
    return ArraySubquery(values.values(value=each)[:MOST_FIELDS])


# The attribute of the influencer that holds each fact, and how it is read.
ANNOTATIONS: Mapping[Fact, tuple[str, Annotation]] = {
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
    Fact.ACTIVE: ("last_event_at", _last_event),
    Fact.FIELDS: ("packed_values", _values),
}
