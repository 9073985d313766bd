"""The campaigns that a report counts: its own and those beside it, one by one and as if they were one."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, When

from campaigns.models import Campaign, CampaignDay, CampaignResult, Report, ReportCampaign
from campaigns.policies.participants import AGREED_STATES
from campaigns.queries.campaigns import with_counts
from campaigns.queries.counts import campaign_fees
from campaigns.queries.overview import GROWING
from ui.paging import is_among

MOST_CAMPAIGNS, OFFERED = 20, 200


def reports() -> QuerySet[Report]:
    """Reports with their logos, and whether other campaigns are counted with their own."""
    more = ReportCampaign.objects.filter(report=OuterRef("pk"))
    return Report.objects.select_related("logo").annotate(counts_more=Exists(more))


def campaigns_of_report(campaign: Any, report: Report) -> list[Any]:
    """The campaigns of a report, its own first. `campaign` is one of `campaign_with_counts`."""
    if report._state.adding or not getattr(report, "counts_more", True):
        return [campaign]
    more = ReportCampaign.objects.filter(report=report).values("campaign")
    rows = with_counts(Campaign.objects.filter(is_among(more)).exclude(pk=campaign.pk))
    rows = rows.annotate(agreed_fees=campaign_fees("fees.agreed", AGREED_STATES))
    return [campaign, *rows.order_by("starts_on", "pk")[: MOST_CAMPAIGNS - 1]]


def more_of(report: Report) -> list[str]:
    """The ids of the campaigns that a report counts besides its own, as forms have them."""
    if report._state.adding:
        return []
    ids = report.more.order_by("campaign").values_list("campaign", flat=True)
    return [str(each) for each in ids]


def as_one(campaigns: Sequence[Any]) -> Any:
    """Several campaigns as one: from their first day to their last, with the posts, fees and markets of all."""
    whole = copy(campaigns[0])
    whole.starts_on = min(each.starts_on for each in campaigns)
    whole.ends_on = max(each.ends_on for each in campaigns)
    whole.published_count = sum(each.published_count for each in campaigns)
    whole.agreed_fees = sum(each.agreed_fees for each in campaigns)
    whole.markets = sorted({code for each in campaigns for code in each.markets})
    whole.planned = _planned([each.planned for each in campaigns])
    return whole


def _planned(plans: Sequence[dict[str, str]]) -> dict[str, str]:
    """The plan of all: what can be added up where each of them plans it, else what all of them plan alike."""
    known = set.intersection(*(set(plan) for plan in plans))
    sums = {n: str(sum(Decimal(plan[n]) for plan in plans)) for n in known if n in GROWING}
    alike = {n: plans[0][n] for n in known if len({Decimal(plan[n]) for plan in plans}) == 1}
    return alike | sums


def offered_campaigns(campaign: Campaign, *, besides: Sequence[str] = ()) -> QuerySet[Campaign]:
    """The campaigns that can be counted with this one: those in its currency, and those of these ids, which are counted
    already and come first; then its client's, then the newest."""
    same_money = Q(currency=campaign.currency) | Q(pk__in=besides)
    others = Campaign.objects.filter(same_money).exclude(pk=campaign.pk)
    near = Case(When(pk__in=besides, then=0), When(client=campaign.client, then=1), default=2)
    return others.order_by(near, "-starts_on", "-pk")[:OFFERED]


def best_accounts(ids: Sequence[int], most: int) -> QuerySet[CampaignResult, Any]:
    """The accounts that have reached most of the first number of the campaign's goal; in several campaigns, most views."""
    rows = CampaignResult.objects.filter(campaign__in=ids, account__isnull=False).order_by()
    if len(ids) == 1:
        return rows.order_by(F("score").desc(nulls_last=True), "pk").values("account")[:most]
    sums = rows.values("account").annotate(best=Sum("views"))
    return sums.order_by(F("best").desc(nulls_last=True), "account").values("account")[:most]


def creators_of(ids: Sequence[int], as_of: date | None) -> int:
    """How many people have a post in one of these campaigns or more, by the end of the day."""
    if as_of:
        began = CampaignDay.objects.filter(campaign__in=ids, posts__gt=0, day__lte=as_of)
        return _people(began.filter(account__isnull=False))
    posting = CampaignResult.objects.filter(campaign__in=ids, posts__gt=0, account__isnull=False)
    return _people(posting)


def _people(rows: QuerySet[Any]) -> int:
    return rows.values("account__influencer").distinct().count()
