"""One row of a report's table, with what follows from its sums."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.enums import GoalNumber
from campaigns.models import CampaignResult
from campaigns.queries.overview import value_of


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
