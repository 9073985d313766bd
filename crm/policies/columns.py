"""Columns of the list of influencers and of its exports: what there is, in which order, and what each has to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from crm.enums import FieldKind

CUSTOM = "field."  # before the key of an organization's own field


class CellKind(Enum):
    """The kinds of values that a column holds."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"  # a fraction
    DAY = "day"
    MOMENT = "moment"

    @property
    def is_number(self) -> bool:
        return self in {CellKind.NUMBER, CellKind.PERCENT}


class Fact(Enum):
    """Things that are read beside influencers and their accounts, where a column shows them."""

    SYNC = "sync"  # when an account was read, and will be
    END = "end"  # when a creator's permission ends
    TAGS = "tags"
    LISTS = "lists"
    RATES = "rates"
    ADDRESSES = "addresses"
    OWNER = "owner"
    GROUP = "group"
    FIELDS = "fields"
    CAMPAIGNS = "campaigns"  # whose rows another app knows (`register_fact`)


@dataclass(frozen=True)
class Column:
    """A column: its key in addresses and layouts, its heading, and what it reads. `sort`: the order by it, if there is one.

    `field_id` and `field_kind` are those of an organization's own field. Money is for those who may see it.
    """

    key: str
    label: str
    kind: CellKind = CellKind.TEXT
    reads: frozenset[Fact] = frozenset()
    sort: str = ""
    is_money: bool = False
    field_id: int = 0
    field_kind: str = ""

    @property
    def falls_first(self) -> bool:
        """Does the order by it begin with the largest? Words begin with the first."""
        return self.kind != CellKind.TEXT or self.field_kind in {FieldKind.MONEY, FieldKind.YES_NO}


def _column(
    key: str, label: str, kind: CellKind = CellKind.TEXT, *reads: Fact, sort: str = ""
) -> Column:
    return Column(key, label, kind, frozenset(reads), sort)


_TEXT, _NUMBER, _PERCENT, _DAY, _MOMENT = CellKind
COLUMNS: tuple[Column, ...] = (
    _column("account", "TikTok account", _TEXT, Fact.END),
    _column("followers", "Followers", _NUMBER, sort="followers"),
    _column("views", "Average views", _NUMBER, sort="views"),
    _column("engagement", "Engagement", _PERCENT, sort="engagement"),
    _column("country", "Country"),
    _column("tags", "Tags", _TEXT, Fact.TAGS),
    _column("posted", "Last post", _MOMENT, sort="posted"),
    _column("updated", "Updated", _MOMENT, Fact.SYNC, sort="updated"),
    _column("growth", "Followers in 30 days", _PERCENT, sort="growth"),
    _column("likes", "Likes", _NUMBER, sort="likes"),
    _column("videos", "Videos", _NUMBER, sort="videos"),
    _column("grant", "Permission ends", _DAY, sort="grant"),
    _column("active", "Last activity", _MOMENT, sort="active"),
    _column("handle", "TikTok handle"),
    _column("others", "Other accounts"),
    _column("lists", "Lists", _TEXT, Fact.LISTS),
    _column("campaigns", "Campaigns", _TEXT, Fact.CAMPAIGNS),
    _column("group", "Group", _TEXT, Fact.GROUP),
    _column("owner", "Owner", _TEXT, Fact.OWNER),
    _column("display_name", "Display name"),
    _column("salutation", "Salutation"),
    _column("email", "E-mail"),
    _column("addresses", "Further e-mail addresses", _TEXT, Fact.ADDRESSES),
    _column("phone", "Phone"),
    _column("city", "City"),
    _column("language", "Language"),
    _column("time_zone", "Time zone"),
    _column("birthday", "Birthday", _DAY, sort="birthday"),
    Column("rates", "Rates", reads=frozenset({Fact.RATES}), is_money=True),
    _column("added", "Added", _MOMENT, sort="id"),
)
USUAL = ("account", "followers", "views", "engagement", "country", "tags", "posted")
KINDS = {FieldKind.NUMBER: _NUMBER, FieldKind.DATE: _DAY}


def custom_column(pk: int, key: str, name: str, kind: str) -> Column:
    """The column of an organization's own field."""
    return Column(
        key=f"{CUSTOM}{key}",
        label=name,
        kind=KINDS.get(FieldKind(kind), CellKind.TEXT),
        reads=frozenset({Fact.FIELDS}),
        sort="" if kind == FieldKind.MULTI_CHOICE else f"{CUSTOM}{key}",
        is_money=kind == FieldKind.MONEY,
        field_id=pk,
        field_kind=kind,
    )


def by_key(custom: Iterable[Column] = (), *, sees_money: bool) -> dict[str, Column]:
    """All columns that a member may see, in their usual order."""
    known = (*COLUMNS, *custom)
    return {each.key: each for each in known if sees_money or not each.is_money}


def chosen(keys: Iterable[str], known: Mapping[str, Column]) -> list[Column]:
    """The columns with these keys, once each; a key that names none any more is left out."""
    return [known[key] for key in dict.fromkeys(keys) if key in known]


def moved(keys: Iterable[str], key: str, by: int) -> list[str]:
    """The keys with one of them so many places further on; it stays at an end of the row."""
    order = list(keys)
    if key in order:
        at = order.index(key)
        order.insert(max(0, at + by), order.pop(at))
    return order
