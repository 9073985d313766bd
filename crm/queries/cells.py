"""Values of the list's columns, as exports write them and pages show them where they have no drawing of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date
from decimal import Decimal
from functools import partial
from operator import attrgetter
from typing import Any

from crm.enums import Network, PostKind
from crm.policies.columns import Column
from crm.policies.fields import Typed, written_value
from crm.queries.accounts import AccountView
from crm.queries.influencers import InfluencerRow
from crm.queries.packing import Packed, value_of
from tenancy.enums import FORMER
from tiktok.enums import AccountMetric
from tiktok.queries import account_metrics, account_value
from ui.sheets import Cell
from ui.templatetags.formats import cents

Read = Callable[[InfluencerRow], Cell]
MANY = "; "  # between several values of one cell
# The numbers of the main account, by column.
METRICS = {
    "followers": AccountMetric.FOLLOWER_COUNT,
    "views": AccountMetric.AVERAGE_VIEWS,
    "engagement": AccountMetric.ENGAGEMENT_RATE,
    "likes": AccountMetric.LIKE_COUNT,
    "videos": AccountMetric.VIDEO_COUNT,
}
# What of them the database keeps of an account on another network, where there is none on TikTok.
ELSEWHERE = {"followers": "follower_count", "engagement": "engagement_rate", "likes": "like_count"}


def cell_reader(column: Column) -> Read:
    """The way to the value of a column: text, a number, a day or a moment; None or an empty text for none."""
    if column.field_id:
        return partial(_custom, column)
    if column.key in METRICS:
        return _number(METRICS[column.key], ELSEWHERE.get(column.key))
    return CELLS.get(column.key) or attrgetter(f"influencer.{column.key}")


def missing_because(row: InfluencerRow) -> str:
    """A sentence for each number of the main account that is missing, with what would bring it."""
    if row.main is None:
        return "" if row.others else "No TikTok account."
    metrics = account_metrics(row.main.creator, row.main.kind, only=METRICS.values())
    return " ".join(f"{each.label}: {each.reason}" for each in metrics if each.value is None)


def _number(metric: AccountMetric, elsewhere: str | None) -> Read:
    def read(row: InfluencerRow) -> Cell:
        if main := row.main:
            return account_value(main.creator, main.kind, metric)
        return getattr(row.influencer, elsewhere) if elsewhere else None

    return read


def own_value(column: Column, row: InfluencerRow) -> Typed | None:
    """The value of an organization's own field; None for none."""
    for each in _attribute(row, "packed_values"):
        if each["field"] == column.field_id:
            return value_of(each)
    return None


def _custom(column: Column, row: InfluencerRow) -> Cell:
    value = own_value(column, row)
    if value is None:
        return None
    if column.kind.is_number:
        return value.number
    return value.day or written_value(column.field_kind, value)


def _attribute(row: InfluencerRow, name: str) -> Any:
    """An attribute that `facts_of` has added to the influencer."""
    return getattr(row.influencer, name)


def campaigns_of(row: InfluencerRow) -> list[Packed]:
    """The campaigns that an influencer takes part in, each once, the latest first."""
    return list({each["id"]: each for each in _attribute(row, "packed_campaigns")}.values())


def _handles(row: InfluencerRow) -> str:
    return MANY.join([view.account.handle for view in row.accounts])


def _badges(row: InfluencerRow) -> str:
    return MANY.join([view.badge.text for view in row.accounts])


def _others(row: InfluencerRow) -> str:
    return MANY.join([f"{each.get_network_display()} {each}" for each in row.others])


def _rate(each: Packed) -> str:
    network, kind = Network(each["network"]).label, PostKind(each["kind"]).label
    return f"{network} {kind.lower()}: {cents(Decimal(each['amount']))} {each['currency']}"


def _of_main(read: Callable[[AccountView], Cell]) -> Read:
    return lambda row: None if row.main is None else read(row.main)


def growth(row: InfluencerRow) -> float | None:
    """How much the followers have grown in the thirty days before the last reading, as a fraction; None if unknown."""
    is_shown = row.main is not None and row.main.followers.value is not None
    return row.influencer.follower_growth if is_shown else None


def _end(row: InfluencerRow) -> date | None:
    """The day on which the first of their permissions ends."""
    ends_at = row.influencer.grant_ends_at
    is_shown = ends_at and any(view.is_authenticated for view in row.accounts)
    return ends_at.astimezone(UTC).date() if ends_at and is_shown else None


def _owner(row: InfluencerRow) -> str:
    name = str(row.influencer.owner or "")
    return f"{name}{FORMER}" if name and _attribute(row, "has_owner_left") else name


CELLS: dict[str, Read] = {
    "account": _badges,
    "growth": growth,
    "posted": lambda row: row.influencer.last_post_at,
    "updated": _of_main(lambda view: view.sync.at),
    "grant": _end,
    "active": lambda row: row.influencer.last_activity_at,
    "handle": _handles,
    "others": _others,
    "tags": lambda row: MANY.join([tag["name"] for tag in _attribute(row, "packed_tags")]),
    "campaigns": lambda row: MANY.join(each["name"] for each in campaigns_of(row)),
    "lists": lambda row: MANY.join(_attribute(row, "list_names")),
    "addresses": lambda row: MANY.join(_attribute(row, "further_emails")),
    "rates": lambda row: MANY.join(map(_rate, _attribute(row, "packed_rates"))),
    "group": lambda row: str(row.influencer.group or ""),
    "owner": _owner,
    "added": lambda row: row.influencer.created_at,
}
