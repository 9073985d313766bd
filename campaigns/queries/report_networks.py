"""The part of a report that is about posts of other networks than TikTok."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F

from campaigns.enums import ReportBlock
from campaigns.models import CampaignResult, Report
from campaigns.queries.network_totals import NetworkTotals, networks_of, places_known
from campaigns.queries.report_lines import Line


class NetworksOfReport:
    """Sums over the posts of other networks in the report's campaigns."""

    ids: list[int]
    as_of: date | None
    report: Report
    network_numbers = ("views", "likes", "comments", "shares")

    @property
    def has_networks(self) -> bool:
        """Has the report a part about other networks?"""
        return ReportBlock.NETWORKS in self.report.shown_blocks

    @cached_property
    def networks(self) -> list[tuple[str, NetworkTotals]]:
        """The sums by network; a post in two campaigns counts in both."""
        return networks_of(self.ids, self.as_of)


def most_viewed(campaign_ids: Sequence[int], until: date | None, most: int) -> list[Line]:
    """The posts of other networks with most views, each as a row of the report."""
    rows = places_known(campaign_ids, until).select_related("post", "account__influencer")
    ranked = rows.order_by(F("then_views").desc(nulls_last=True), "pk")[:most]
    return [_line(place) for place in ranked]


def _line(place: Any) -> Line:
    views, is_known = place.then_views or 0, place.then_views is not None
    reactions = {name: getattr(place, f"then_{name}") or 0 for name in ("likes", "comments", "shares")}  # fmt: skip
    engagements, is_engaged = (
        sum(reactions.values()),
        any(getattr(place, f"then_{name}") is not None for name in reactions),
    )
    sums = CampaignResult(
        posts=1, creators=1, known=int(is_known), views=views, other_posts=1, other_views=views, **reactions,
        engaged=int(is_engaged), engagements=engagements, engaged_views=views if is_engaged else 0,
        unseen_engagements=0 if is_known else engagements,
    )  # fmt: skip
    return Line(str(place.post), sums, note=place.account.influencer.name)
