"""The numbers that the list of campaigns can be narrowed by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

# What the list can be narrowed by, from a number to another: the label, the column, and how many of it make one.
NUMBERS = {
    "orders": ("Orders", "order_count", 1),
    "fulfilment": ("Fulfilled (%)", "fulfilment", 10_000),
    "posts": ("Posts", "post_count", 1),
    "views": ("Views", "view_count", 1),
}
MONEY_NUMBERS = {
    "budget": ("Budget", "budget", 1),
    "client_fee": ("Client fee", "client_fee", 1),
    "margin": ("Margin", "margin", 100),
    "spend": ("Agreed fees", "spend", 100),
    "cost": ("Cost per 1,000 views", "cost_per_mille", 100),
}


@dataclass(frozen=True)
class Between:
    """A number of `NUMBERS` or `MONEY_NUMBERS`, and between which two of it a campaign has to be; None: no bound."""

    name: str
    least: Decimal | None = None
    most: Decimal | None = None

    @property
    def condition(self) -> Q:
        """Between the two; a campaign that has no such number is between none."""
        _, column, parts = (NUMBERS | MONEY_NUMBERS)[self.name]
        bounds = {f"{column}__gte": self.least, f"{column}__lte": self.most}
        return Q(**{name: bound * parts for name, bound in bounds.items() if bound is not None})
