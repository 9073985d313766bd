"""One row of a report's table, with what follows from its sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum

from campaigns.enums import GoalNumber
from campaigns.models import NUMBERS, CampaignResult
from campaigns.queries.overview import value_of

SUMS = {name: Sum(name) for name in NUMBERS}


@dataclass(frozen=True)
class Line:
    """A row of the table. `ordered` is the number of videos that were ordered, `fee` what is agreed; None: not known, or
    not told of such rows. `note` says who is behind a name."""

    name: str
    sums: CampaignResult
    ordered: int | None = None
    fee: float | None = None
    note: str = ""

    @property
    def videos(self) -> int:
        """The posts on TikTok, where orders are."""
        return self.sums.posts - self.sums.other_posts

    def value(self, number: GoalNumber) -> float | None:
        return value_of(number, self.sums, self.fee)

    @property
    def views(self) -> float | None:
        return self.value(GoalNumber.VIEWS)

    @property
    def engagements(self) -> float | None:
        return self.value(GoalNumber.ENGAGEMENTS)

    @property
    def engagement_rate(self) -> float | None:
        return self.value(GoalNumber.ENGAGEMENT_RATE)

    @property
    def completion_rate(self) -> float | None:
        return self.value(GoalNumber.COMPLETION_RATE)

    @property
    def cost_per_mille(self) -> float | None:
        return self.value(GoalNumber.COST_PER_MILLE)

    @property
    def cost_per_engagement(self) -> float | None:
        return self.value(GoalNumber.COST_PER_ENGAGEMENT)

    @property
    def cost_per_completed_view(self) -> float | None:
        """None while the completion rate of some of the views is not known: their viewers were paid for, too."""
        is_whole = self.sums.rated_views == self.sums.views and self.sums.completed_views > 0
        return self.fee / self.sums.completed_views if self.fee and is_whole else None


def sums_of(row: Mapping[str, Any]) -> CampaignResult:
    """The sums of a row of values, made as if they were read: a table has a hundred of them."""
    values = [row[name] or 0 for name in NUMBERS]
    return CampaignResult.from_db(None, (*NUMBERS, "read_at"), (*values, None))


def added(parts: Sequence[CampaignResult]) -> CampaignResult:
    """The sums of all of these; of one, itself."""
    if len(parts) == 1:
        return parts[0]
    return CampaignResult(**{name: sum(getattr(each, name) for each in parts) for name in NUMBERS})


def less(sums: CampaignResult, later: Mapping[str, Any] | None) -> CampaignResult:
    """The sums without what came later; when they were read stays."""
    if later is None:
        return sums
    rest = {name: getattr(sums, name) - (later[name] or 0) for name in NUMBERS}
    return CampaignResult(read_at=sums.read_at, **rest)


def week_name(begins: date) -> str:
    """`27 Nov – 3 Dec 2026`"""
    ends = begins + timedelta(days=6)
    return f"{begins.day} {begins:%b} – {ends.day} {ends:%b %Y}"
