"""The list of campaigns as a table in a file."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from campaigns.queries.campaigns import Asked, campaigns_page
from crm.countries import COUNTRIES
from ui.paging import in_pieces
from ui.sheets import Cell

ROWS_AT_ONCE = 500
HEAD = [
    "ID", "Campaign", "Client", "State", "Goal", "Starts on", "Ends on", "Salesperson", "Markets", "Orders", "Fulfilled orders",
    "Posts", "Views",
]  # fmt: skip
MONEY_HEAD = ["Currency", "Budget", "Client fee", "Margin", "Agreed fees", "Cost per 1,000 views"]


def table_head(*, sees_money: bool) -> list[str]:
    return HEAD + MONEY_HEAD if sees_money else HEAD


def table_lines(asked: Asked, *, sees_money: bool) -> Iterator[list[Cell]]:
    """A line for each campaign that the wish names, in its order, read in pieces while they are written."""
    for campaign in in_pieces(
        lambda cursor: campaigns_page(cursor, asked=asked, size=ROWS_AT_ONCE)
    ):
        yield _line(campaign) + (_amounts(campaign) if sees_money else [])


def _line(campaign: Any) -> list[Cell]:
    person = campaign.salesperson
    return [
        campaign.pk,
        campaign.name,
        campaign.client,
        campaign.get_state_display(),
        campaign.get_goal_display(),
        campaign.starts_on,
        campaign.ends_on,
        (person.name or person.email) if person else "",
        ", ".join(COUNTRIES[code] for code in campaign.markets),
        campaign.order_count,
        campaign.fulfilled_count,
        campaign.post_count,
        campaign.view_count,
    ]


def _amounts(campaign: Any) -> list[Cell]:
    margin, cost = campaign.margin, campaign.cost_per_mille
    return [
        campaign.currency,
        campaign.budget,
        campaign.client_fee,
        Decimal(margin) / 100 if margin is not None else None,
        Decimal(campaign.agreed_fees) / 100,
        Decimal(cost) / 100 if cost is not None else None,
    ]
