"""News that nobody makes happen: campaigns that fall below their plan, and permissions that come to their end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from campaigns.enums import CampaignState, GoalNumber
from campaigns.models import Campaign, CampaignResult
from campaigns.policies.campaigns import GOAL_NUMBERS
from campaigns.queries.ending import ending_accounts
from campaigns.queries.overview import GROWING, share_passed, value_of
from crm.models import SocialAccount
from tenancy.enums import Verb
from tenancy.models import Event

ENDING_DAYS = 30


@dataclass(frozen=True)
class Progress:
    """How far a campaign is with the first planned number of its goal that grows: the share of its plan that is reached, and
    the share of its days that is over. `was_below`: what was said of it last."""

    campaign: Campaign
    number: GoalNumber
    of_plan: float
    passed: float
    was_below: bool


def progresses(today: date) -> Iterator[Progress]:
    """The active campaigns with a plan that have begun and whose numbers are known."""
    said = Event.objects.filter(
        object_type=Campaign._meta.label_lower,
        object_id=OuterRef("pk"),
        verb__in=[Verb.CAMPAIGN_BELOW_PLAN, Verb.CAMPAIGN_ON_PLAN],
    )
    rows = Campaign.objects.filter(state=CampaignState.ACTIVE, starts_on__lte=today)
    rows = rows.exclude(planned={}).order_by("pk")
    results = CampaignResult.objects.filter(account=None, rolled_at__isnull=False)
    sums = {each.campaign_id: each for each in results.filter(campaign__in=rows.values("pk"))}
    for campaign in rows.annotate(said=Subquery(said.order_by("-pk").values("verb")[:1])):
        if found := _progress(campaign, sums.get(campaign.pk), today):
            yield found


def _progress(campaign: Campaign, sums: CampaignResult | None, today: date) -> Progress | None:
    numbers = (number for number in GOAL_NUMBERS[campaign.goal] if number in GROWING)
    number = next((number for number in numbers if float(campaign.planned.get(number, 0))), None)
    if number is None:
        return None
    value = value_of(number, sums, None) if sums and sums.posts else 0
    if value is None:  # posts are there, their numbers are not
        return None
    of_plan = value / float(campaign.planned[number])
    was_below = campaign.said == Verb.CAMPAIGN_BELOW_PLAN  # type: ignore[attr-defined]
    return Progress(campaign, number, of_plan, share_passed(campaign, today), was_below)


def endings_not_said(now: datetime) -> QuerySet[SocialAccount]:
    """Accounts whose permission ends within thirty days, each with the time as `ends_at`, of which nobody was told yet."""
    said = Event.objects.filter(
        object_type=SocialAccount._meta.label_lower,
        object_id=OuterRef("pk"),
        verb=Verb.CONNECTION_ENDING,
        at__gt=now - timedelta(days=ENDING_DAYS),
    )
    return ending_accounts(ENDING_DAYS).filter(~Exists(said)).order_by("pk")
