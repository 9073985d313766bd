"""The report of a campaign: everything that its page, its print, its tables and its shared page say, from the sums that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import TruncWeek

from campaigns.enums import BLOCKS_AT_FIRST, GoalNumber, ReportSplit
from campaigns.models import (
    Campaign,
    CampaignDay,
    CampaignResult,
    Participant,
    Report,
)
from campaigns.policies.participants import AGREED_STATES
from campaigns.queries.overview import Figure, Reached, figures, sums_now
from campaigns.queries.plans import planned_of
from campaigns.queries.report_advice import Advice, advice
from campaigns.queries.report_campaigns import (
    as_one,
    campaigns_of_report,
    creators_of,
    reports,
)
from campaigns.queries.report_creators import creator_lines
from campaigns.queries.report_lines import SUMS, Line, less, sums_of, week_name
from campaigns.queries.report_networks import NetworksOfReport, most_viewed
from campaigns.queries.report_posts import (
    Audience,
    Benchmarked,
    Moments,
    ReportPost,
    Retention,
    audiences,
    benchmarked,
    moments,
    report_posts,
    retention,
)
from crm.countries import COUNTRIES
from crm.enums import Network
from tenancy.scope import current_groups

MOST_LINES, BEST_POSTS = 100, 6
GROUPED = {
    ReportSplit.MARKET: "account__influencer__country",
    ReportSplit.NETWORK: "account__network",
    ReportSplit.CAMPAIGN: "campaign",
    ReportSplit.CLIENT: "campaign__client",
}
COUNTED = {"view": "views", "like": "likes", "comment": "comments", "share": "shares"}


def report_of(campaign: Campaign) -> Report:
    """The report of the campaign as somebody has set it up, else the default one, which is not saved."""
    found = reports().filter(campaign=campaign).first()
    return found or Report(campaign=campaign, client=campaign.client, blocks=list(BLOCKS_AT_FIRST))


class ReportContent(NetworksOfReport):
    """The content of a report. Each block asks for its numbers when it is shown.

    `campaign` is one of `campaign_with_counts`; the content's own stands for all `campaigns` of the report. Fees and costs
    are part of it only where the report says so, `sees_money`, and the campaigns have one currency; a shared page sees what
    the report says. Whoever is limited to groups gets the numbers of these.
    """

    def __init__(self, campaign: Any, report: Report, *, sees_money: bool, today: date) -> None:
        self.campaigns, self.report = campaigns_of_report(campaign, report), report
        self.campaign, self.ids = as_one(self.campaigns), [each.pk for each in self.campaigns]
        self.has_money = sees_money and report.shows_money and self.is_of_one_currency
        self.today = today
        self.as_of = report.as_of if report.as_of and report.as_of < today else None
        self.day = self.as_of or today

    @property
    def is_of_one_currency(self) -> bool:
        return len({each.currency for each in self.campaigns}) == 1

    @property
    def is_limited(self) -> bool:
        return current_groups() is not None

    @cached_property
    def sums(self) -> CampaignResult | None:
        """The sums of the whole campaign on the day of the report; None while there are none."""
        found = self._now[0]
        if found and self.as_of:
            later = self._days_later()
            rows = later if self.is_limited else later.filter(account=None)
            found = less(found, rows.aggregate(**SUMS))
        if found and len(self.ids) > 1:  # somebody with posts in two campaigns is one creator
            found.creators = creators_of(self.ids, self.as_of)
        return found

    @cached_property
    def _now(self) -> tuple[CampaignResult | None, int | None, Decimal | None]:
        return sums_now(self.ids, with_fees=self.has_money)

    def _days_later(self) -> Any:
        return CampaignDay.objects.filter(campaign__in=self.ids, day__gt=self.as_of)

    @property
    def is_empty(self) -> bool:
        return self.sums is None or not self.sums.posts

    @cached_property
    def fees(self) -> float | None:
        """The agreed fees of all participants; None where nothing is agreed, or money is no part of the report."""
        return self.campaign.agreed_fees / 100 or None if self.has_money else None

    @property
    def waiting_fees(self) -> float | None:
        """The part of the fees that is agreed with creators who have no post yet; None where there is none."""
        return float(self._now[2] or 0) or None

    @cached_property
    def figures(self) -> list[Figure]:
        planned = planned_of(self.campaign, sees_money=self.has_money)
        found = Reached(self.sums, CampaignResult(), []) if self.sums else None
        return figures(self.campaign, planned, found, today=self.day)

    @cached_property
    def earned(self) -> Decimal | None:
        """The earned media value by the report's own formula; None where it has none."""
        rates = self.report.amounts
        if not rates or self.sums is None:
            return None
        return sum(
            (rate * getattr(self.sums, COUNTED[name]) for name, rate in rates.items()), Decimal()
        )

    @cached_property
    def creators(self) -> list[Line]:
        """The creators that have reached most of the first number of the goal; in several campaigns, most views."""
        goal = self.campaign.goal if len(self.ids) == 1 else None
        return creator_lines(self.ids, goal, has_money=self.has_money, later=self._later)

    def _later(self, path: str, **narrowed: Any) -> Mapping[Any, Mapping[str, Any]]:
        """The growth after the day of the report, by the value at this path."""
        if self.as_of is None:
            return {}
        rows = self._days_later().filter(account__isnull=False, **narrowed).order_by()
        return {row[path]: row for row in rows.values(path).annotate(**SUMS)}

    @cached_property
    def lines(self) -> list[Line]:
        """The rows of the table, at most a hundred, those with most views first; of weeks the earliest first."""
        split = self.report.split
        if split == ReportSplit.CREATOR:
            return self.creators
        if split == ReportSplit.POST:
            videos = [Line(p.name, p.sums, note=p.creator) for p in self.posts[:MOST_LINES]]
            found = [*videos, *most_viewed(self.ids, self.as_of, MOST_LINES)]
            return sorted(found, key=lambda each: -each.sums.views)[:MOST_LINES]
        return (
            self._weeks()
            if split == ReportSplit.WEEK
            else self._grouped(GROUPED[ReportSplit(split)])
        )

    def _grouped(self, path: str) -> list[Line]:
        rows = CampaignResult.objects.filter(campaign__in=self.ids, account__isnull=False)
        later, fees = self._later(path), self._fees(path)
        sums = rows.order_by().values(path).annotate(**SUMS)
        lines = [
            Line(self._named(path, row[path]), less(sums_of(row), later.get(row[path])), fee=fees.get(row[path]))
            for row in sums.order_by(F("views").desc(nulls_last=True), path)[:MOST_LINES]
        ]  # fmt: skip
        return sorted((each for each in lines if each.sums.posts), key=lambda e: -e.sums.views)

    def _named(self, path: str, value: Any) -> str:
        if path == GROUPED[ReportSplit.CAMPAIGN]:
            return next(each.name for each in self.campaigns if each.pk == value)
        if path == GROUPED[ReportSplit.NETWORK]:
            return str(Network(value).label)
        if path == GROUPED[ReportSplit.CLIENT]:
            return str(value)
        return COUNTRIES.get(value, value) or "Country not known"

    def _fees(self, path: str) -> dict[Any, float]:
        if not self.has_money:
            return {}
        agreed = Participant.objects.filter(campaign__in=self.ids, state__in=AGREED_STATES)
        rows = agreed.filter(fee__gt=0).order_by().values(path).annotate(n=Sum("fee"))
        return {row[path]: float(row["n"]) for row in rows}

    def _weeks(self) -> list[Line]:
        days = CampaignDay.objects.filter(campaign__in=self.ids, day__lte=self.day)
        if not self.is_limited:
            days = days.filter(account=None)
        rows = days.order_by().annotate(week=TruncWeek("day")).values("week").annotate(**SUMS)
        return [
            Line(week_name(row["week"]), sums_of(row)) for row in rows.order_by("week")[:MOST_LINES]
        ]

    @cached_property
    def total(self) -> Line:
        """The row below the table: the whole campaign, whatever the rows above it."""
        return Line("All", self.sums or CampaignResult(), self._now[1], self.fees)

    @cached_property
    def posts(self) -> list[ReportPost]:
        return report_posts(self.ids, self.campaign.published_count, self.as_of)

    @property
    def best_posts(self) -> list[ReportPost]:
        return self.posts[:BEST_POSTS]

    @cached_property
    def retention(self) -> Retention:
        return retention(self.posts)

    @property
    def moments(self) -> list[Moments]:
        return moments(self.posts)

    @property
    def benchmarked(self) -> list[Benchmarked]:
        return benchmarked(self.posts)

    @property
    def audiences(self) -> list[Audience]:
        return audiences(self.posts, self.campaign.markets)

    @cached_property
    def advice(self) -> list[Advice]:
        plan = Decimal(self.campaign.planned.get(GoalNumber.COST_PER_MILLE, 0))
        return advice(self.creators, self.total, self.posts, self.campaign.currency, plan)

    @property
    def costs(self) -> list[tuple[str, float | None]]:
        """The costs of the whole campaign by what its fees paid for."""
        of = self.total
        return [
            (GoalNumber.COST_PER_MILLE.label, of.cost_per_mille),
            (GoalNumber.COST_PER_ENGAGEMENT.label, of.cost_per_engagement),
            ("Cost per completed view", of.cost_per_completed_view),
        ]

    @property
    def compared(self) -> list[Line]:
        """The creators with a fee and views: those that cost can be compared with result of."""
        return [each for each in self.creators if each.fee and each.views]
