"""The overview of a campaign: what its goal asks for, day by day and creator by creator, from the sums that are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    DecimalField,
    Exists,
    F,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)

from campaigns.enums import GoalNumber
from campaigns.models import NUMBERS, Campaign, CampaignDay, CampaignResult, Order, Participant
from campaigns.policies.campaigns import MONEY_NUMBERS, RATE_NUMBERS
from campaigns.policies.participants import AGREED_STATES
from campaigns.queries.ordered import videos_ordered
from campaigns.queries.plans import Planned
from tenancy.queries.counters import kept_changes
from tenancy.scope import current_groups
from tiktok.availability import AUTHENTICATE_OR_ORDER

CHANGE_DAYS = 7
MOST_DAYS = 400
# Numbers that grow as a campaign goes on, so that a part of the plan is due by a day; the others are compared as they are.
GROWING = frozenset(
    {GoalNumber.VIEWS, GoalNumber.REACH, GoalNumber.ENGAGEMENTS, GoalNumber.POSTS, GoalNumber.CREATORS}
)  # fmt: skip
NO_POST = "No post is published yet."
BEING_ADDED = "The posts are being added up. The first numbers stand here within ten minutes."
NOT_READ = "No numbers of the published posts are known yet."
BY_ORDER = "Only posts of orders bring it, from TikTok's report."
NO_FEE = "No fee is agreed yet."
NOT_ALL_ENGAGED = "The engagement is not known of all posts."
ENGAGEMENT_NUMBERS = frozenset(
    {GoalNumber.ENGAGEMENTS, GoalNumber.ENGAGEMENT_RATE, GoalNumber.COST_PER_ENGAGEMENT}
)


@dataclass(frozen=True)
class Figure:
    """One number of the goal: what is reached, what is planned, and how it changed in a week.

    `reason` says why there is no value. `of_plan` is the share of the plan that is reached, `of_due` the share of what is due
    by today; both are None without a plan, for numbers that do not grow, and for members who see a part of the campaign.
    """

    number: GoalNumber
    value: float | None
    planned: Decimal | None = None
    change: float | None = None
    of_plan: float | None = None
    of_due: float | None = None
    reason: str = ""

    @property
    def is_good(self) -> bool:
        """Is the change for the better? Of what it costs, less is."""
        return bool(self.change) and (self.number in MONEY_NUMBERS) == ((self.change or 0) < 0)

    @property
    def is_rate(self) -> bool:
        return self.number in RATE_NUMBERS


@dataclass(frozen=True)
class Day:
    """A UTC day as the charts show it; None: no numbers came on it."""

    day: date
    views: int | None
    engagements: int | None
    posts: int = 0


@dataclass(frozen=True)
class Reached:
    """The sums of a campaign, or of the accounts in the groups in scope; `before` as they were seven days ago."""

    now: CampaignResult
    before: CampaignResult
    days: list[Day]

    @property
    def read_at(self) -> datetime | None:
        return self.now.read_at


def reached(campaign: Campaign, *, today: date) -> Reached | None:
    """The results of the campaign so far; None while nothing is added up."""
    found = _sums([campaign.pk]).union(_days(campaign), all=True)
    now_first = found.order_by(F("day").desc(nulls_first=True))[: MOST_DAYS + 1]
    now, *rows = list(now_first) or [{"day": today}]
    if now["day"]:
        return None
    result = _result(now)
    week = [row for row in rows if row["day"] > today - timedelta(days=CHANGE_DAYS)]
    grown = {name: sum(row[name] for row in week) for name in NUMBERS}
    before = CampaignResult(**{name: getattr(result, name) - grown[name] for name in NUMBERS})
    return Reached(result, before, _without_holes(rows, result))


def sums_now(
    campaigns: Sequence[int], *, with_fees: bool
) -> tuple[CampaignResult | None, int | None, Decimal | None]:
    """The sums of whole campaigns, or of the accounts in the groups in scope, None while nothing is added up; how many
    videos were ordered, None where none was; and with fees, those that are agreed with creators who have no post yet."""
    fees = _by_organization(_without_post(campaigns), "fee") if with_fees else None
    more = {
        "ordered": Subquery(_ordered(campaigns)),
        "waiting": Value(None, DecimalField()) if fees is None else Subquery(fees),
    }
    for row in _sums(campaigns).annotate(**more):
        return _result(row), row["ordered"] or None, row["waiting"]
    ordered: Any = next(iter(_ordered(campaigns)), {"n": None})
    return None, ordered["n"] or None, None


def _ordered(campaigns: Sequence[int]) -> QuerySet[Any, Any]:
    """How many videos were ordered (`queries.ordered`), as the counters say, or added up among the groups in scope."""
    if current_groups() is None:
        return _by_organization(kept_changes(campaigns, "orders.videos"), "amount")
    return _by_organization(Order.objects.filter(campaign__in=campaigns), videos_ordered())


def _without_post(campaigns: Sequence[int]) -> QuerySet[Participant]:
    """The participants with an agreed fee of whom no post is published yet."""
    mine = {"campaign": OuterRef("campaign"), "account": OuterRef("account")}
    return Participant.objects.filter(
        ~Exists(CampaignResult.objects.filter(**mine, posts__gt=0)),
        campaign__in=campaigns,
        state__in=AGREED_STATES,
        fee__gt=0,
    )


def _by_organization(rows: QuerySet[Any], column: str | Case) -> QuerySet[Any, Any]:
    return rows.order_by().values("organization").annotate(n=Sum(column)).values("n")


def _result(row: Mapping[str, Any]) -> CampaignResult:
    return CampaignResult(read_at=row["latest"], **{name: row[name] for name in NUMBERS})


def _sums(campaigns: Sequence[int]) -> QuerySet[Any, Any]:
    """One row in the shape of a day's: what is reached now. None while nothing is added up."""
    rows = CampaignResult.objects.filter(campaign__in=campaigns)
    if current_groups() is None:
        rows = rows.filter(account=None, rolled_at__isnull=False)
    all_of_them: Any = rows.order_by().values(day=Value(None, DateField()))
    found = _summed(all_of_them, latest=Max("read_at"), accounts_read=Value(0))
    return found.filter(posts__isnull=False)


def _days(campaign: Campaign) -> QuerySet[Any, Any]:
    """The days with something to tell, the latest `MOST_DAYS` and one."""
    rows = CampaignDay.objects.filter(campaign=campaign)
    latest = Value(None, DateTimeField())
    if current_groups() is None:  # one row a day
        days = rows.filter(account=None).annotate(latest=latest).order_by("-day")
        return days.values("day", "latest", "accounts_read", *NUMBERS)[: MOST_DAYS + 1]
    return _summed(rows.order_by().values("day"), latest=latest, accounts_read=Sum("accounts_read"))


def _summed(rows: QuerySet[Any, Any], **more: Any) -> QuerySet[Any, Any]:
    sums = {name: Sum(name) for name in NUMBERS}
    return rows.annotate(**more, **sums).values("day", *more, *NUMBERS)


def _without_holes(rows: Sequence[dict[str, Any]], result: CampaignResult) -> list[Day]:
    """Every day from the first to the last, oldest first; no number where no post has any."""
    known = {row["day"]: row for row in rows if row["accounts_read"] or row["posts"]}
    last = max(known, default=date.min)
    length = (last - min(known, default=last)).days + 1 if known else 0
    days = (last - timedelta(days=n) for n in reversed(range(min(length, MOST_DAYS))))
    return [_day(day, known.get(day), result) for day in days]


def _day(day: date, row: dict[str, Any] | None, result: CampaignResult) -> Day:
    if row is None:
        return Day(day, None, None)
    if not row["accounts_read"]:
        return Day(day, None, None, row["posts"])
    views = row["views"] if result.known else None
    engagements = row["engagements"] if result.engaged else None
    return Day(day, views, engagements, row["posts"])


def figures(
    campaign: Any, planned: Sequence[Planned], found: Reached | None, *, today: date
) -> list[Figure]:
    """The numbers of the campaign's goal in their order. `campaign` is one of `campaign_with_counts`."""
    fees = campaign.agreed_fees / 100
    return [_figure(campaign, each, found, fees, today) for each in planned]


def _figure(
    campaign: Campaign, planned: Planned, found: Reached | None, fees: float, today: date
) -> Figure:
    number = planned.number
    value = value_of(number, found.now, fees) if found else None
    if value is None or found is None:
        reason = _reason(number, found.now, fees) if found else _not_begun(campaign)
        return Figure(number, None, planned.value, reason=reason)
    then = value_of(number, found.before, fees) if found.before.posts else None
    of_plan = of_due = None
    if planned.value and number in GROWING and current_groups() is None:
        of_plan = value / float(planned.value)
        passed = share_passed(campaign, today)
        of_due = of_plan / passed if passed else None
    change = None if then is None else value - then
    return Figure(number, value, planned.value, change, of_plan, of_due)


def value_of(number: GoalNumber, sums: CampaignResult, fees: float | None) -> float | None:
    """A number of a campaign or of an account in it; None where it is not known. `fees` are those that are agreed."""
    return VALUES[number](sums, fees or None)


def _ratio(part: float | None, whole: float) -> float | None:
    return part / whole if whole > 0 and part is not None else None


VALUES: dict[GoalNumber, Callable[[CampaignResult, float | None], float | None]] = {
    GoalNumber.VIEWS: lambda sums, _: sums.views if sums.known else None,
    GoalNumber.REACH: lambda sums, _: sums.reach if sums.reported else None,
    GoalNumber.COMPLETION_RATE: lambda sums, _: _ratio(sums.completed_views, sums.rated_views),
    GoalNumber.PLAY_TIME: lambda sums, _: _ratio(sums.played_seconds, sums.played_views),
    GoalNumber.ENGAGEMENTS: lambda sums, _: sums.engagements if sums.engaged else None,
    GoalNumber.ENGAGEMENT_RATE: lambda sums, _: _ratio(
        sums.engagements - sums.unseen_engagements, sums.engaged_views
    ),
    GoalNumber.POSTS: lambda sums, _: sums.posts,
    GoalNumber.CREATORS: lambda sums, _: sums.creators,
    GoalNumber.COST_PER_MILLE: lambda sums, fees: _ratio(fees and fees * 1000, sums.views),
    GoalNumber.COST_PER_ENGAGEMENT: lambda sums, fees: (
        _ratio(fees, sums.engagements) if sums.engaged == sums.posts else None
    ),
    GoalNumber.COST_PER_POST: lambda sums, fees: _ratio(fees, sums.posts),
}


def _not_begun(campaign: Any) -> str:
    """The reason why nothing is added up. `campaign` is one of `campaign_with_counts`."""
    return BEING_ADDED if campaign.published_count or campaign.listed_count else NO_POST


def _reason(number: GoalNumber, sums: CampaignResult, fees: float) -> str:
    if not sums.posts:
        return NO_POST
    if number in MONEY_NUMBERS and not fees:
        return NO_FEE
    if number in ENGAGEMENT_NUMBERS and sums.known and sums.engaged < sums.posts:
        return NOT_ALL_ENGAGED if sums.engaged else AUTHENTICATE_OR_ORDER
    is_reported = number in {GoalNumber.REACH, GoalNumber.COMPLETION_RATE, GoalNumber.PLAY_TIME}
    return BY_ORDER if is_reported and sums.known else NOT_READ


def share_passed(campaign: Campaign, today: date) -> float:
    """The share of the campaign's days that is over with today: 0 before it starts, 1 from its last day on."""
    whole = (campaign.ends_on - campaign.starts_on).days + 1
    return min(max((today - campaign.starts_on).days + 1, 0), whole) / whole
