"""The retention of a post beside that of the campaign and of the organization, and what is to be read from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from statistics import median, quantiles
from typing import Any

from django.db.models import Q, QuerySet

from campaigns.enums import LINK_STATES
from campaigns.models import Post
from campaigns.queries.posts import is_visible

MOST_POSTS = 200  # the newest; more would not move a median
FEWEST_IN_CAMPAIGN, FEWEST_OF_ALL = 3, 8
MOST_DROPS, SMALLEST_DROP = 2, 0.02

Curve = list[float]


@dataclass(frozen=True)
class Drop:
    """A second during which many left: how many points of a hundred here, and at the campaign's median."""

    second: int
    points: int
    median: int | None


@dataclass(frozen=True)
class Retention:
    """The share of viewers still watching at each second; `median` is the campaign's, `low` and `high` are the quarters of
    the organization's own posts. Each ends where too few posts go on; empty: there are too few."""

    curve: Curve
    median: Curve = field(default_factory=list)
    low: Curve = field(default_factory=list)
    high: Curve = field(default_factory=list)
    campaign_posts: int = 0
    own_posts: int = 0

    @property
    def seconds(self) -> int:
        return len(self.curve) - 1

    @property
    def half_at(self) -> int | None:
        """The first second at which less than half of the viewers watch; None: more than half watch to the end."""
        return next((second for second, share in enumerate(self.curve) if share < 0.5), None)

    @property
    def end_median(self) -> float | None:
        """The share at the last second of this video by the campaign's median."""
        return self.median[self.seconds] if len(self.median) > self.seconds else None

    @property
    def rows(self) -> list[tuple[int, float, float | None]]:
        """Second, share, the campaign's median."""
        return [
            (second, share, middle)
            for second, (share, middle) in enumerate(zip_longest(self.curve, self.median))
        ]

    @property
    def drops(self) -> list[Drop]:
        """The seconds with the greatest losses, in their order."""
        losses = [(before - after, second) for second, (before, after) in enumerate(zip(self.curve, self.curve[1:], strict=False), 1)]  # fmt: skip
        great = sorted((loss for loss in losses if loss[0] >= SMALLEST_DROP), reverse=True)
        return [
            Drop(second, -round(loss * 100), self._median_loss(second))
            for second, loss in sorted((second, loss) for loss, second in great[:MOST_DROPS])
        ]

    def _median_loss(self, second: int) -> int | None:
        if len(self.median) <= second:
            return None
        return -round((self.median[second - 1] - self.median[second]) * 100)


def retention_of(post: Post) -> Retention | None:
    """The retention of a post that is tied to an order; None where TikTok has not reported it. Two queries."""
    curve = post.video.retention if post.video and post.is_tied_to_order else None
    if not curve or len(curve) < 2:
        return None
    of_all = _curves(Post.objects.all())
    of_campaign = _curves(Post.objects.filter(campaign=post.campaign_id))
    quarters = _by_second(of_all, len(curve), FEWEST_OF_ALL)
    return Retention(
        curve,
        median=[
            median(shares) for shares in _by_second(of_campaign, len(curve), FEWEST_IN_CAMPAIGN)
        ],
        low=[quantiles(shares, n=4, method="inclusive")[0] for shares in quarters],
        high=[quantiles(shares, n=4, method="inclusive")[2] for shares in quarters],
        campaign_posts=len(of_campaign),
        own_posts=len(of_all),
    )


def _curves(posts: QuerySet[Post]) -> list[Curve]:
    tied = Q(order__isnull=False) & ~Q(review_state__in=LINK_STATES)
    newest = posts.filter(is_visible(), tied, video__isnull=False).order_by("-published_at", "-id")
    found: Any = newest.values_list("video__retention", flat=True)[:MOST_POSTS]
    return [curve for curve in found if curve]


def _by_second(curves: Sequence[Curve], seconds: int, fewest: int) -> list[Curve]:
    """The shares of all that are this long, second by second, for as long as there are enough of them."""
    found = []
    for second in range(seconds):
        shares = [curve[second] for curve in curves if len(curve) > second]
        if len(shares) < fewest:
            break
        found.append(shares)
    return found
