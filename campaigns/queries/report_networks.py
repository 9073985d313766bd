"""The part of a report that is about posts of other networks than TikTok."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from campaigns.enums import ReportBlock
from campaigns.models import Report
from campaigns.queries.network_totals import NetworkTotals, networks_of


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
