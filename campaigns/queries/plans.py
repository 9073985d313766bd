"""The plan of a campaign as its pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from campaigns.enums import GoalNumber
from campaigns.models import Campaign
from campaigns.policies.campaigns import GOAL_NUMBERS, MONEY_NUMBERS
from tenancy.scope import current_groups


@dataclass(frozen=True)
class Money:
    """The amounts of a campaign in its currency. `fees` are those of everybody who has not declined, `agreed` of those
    who have agreed; for a member who sees some groups only, of these, and then there is no `margin`."""

    currency: str
    budget: Decimal | None
    client_fee: Decimal | None
    fees: Decimal
    agreed: Decimal
    margin: Decimal | None


@dataclass(frozen=True)
class Planned:
    """The planned value of one number; None where there is none."""

    number: GoalNumber
    value: Decimal | None


def money_of(campaign: Any) -> Money:
    """The amounts of a campaign of `campaign_with_counts`. To be shown to those who may see money alone."""
    fees = Decimal(campaign.fees) / 100
    is_whole = campaign.client_fee is not None and current_groups() is None
    return Money(
        campaign.currency,
        campaign.budget,
        campaign.client_fee,
        fees,
        Decimal(campaign.agreed_fees) / 100,
        campaign.client_fee - fees if is_whole else None,
    )


def planned_of(campaign: Campaign, *, sees_money: bool) -> list[Planned]:
    """The numbers of the campaign's goal in their order, each with its planned value; costs for those who see money alone."""
    numbers = [n for n in GOAL_NUMBERS[campaign.goal] if sees_money or n not in MONEY_NUMBERS]
    values = campaign.planned
    return [Planned(n, Decimal(values[n]) if n in values else None) for n in numbers]
